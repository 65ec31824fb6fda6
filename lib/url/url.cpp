// SPDX-License-Identifier: MIT
#include "url/url.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <arpa/inet.h>

#include "base/text.h"

namespace openclaw::url {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool plain_ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) {
    return c > 0x20 && c < 0x7F &&
           std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
}

bool good_percents(std::string_view s) {
  for (std::size_t i = 0; i < s.size(); ++i)
    if (s[i] == '%' && (i + 2 >= s.size() || !is_hex(s[i + 1]) || !is_hex(s[i + 2]))) return false;
  return true;
}

bool good_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-') return false;
  if (host.find("..") != std::string_view::npos) return false;
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return base::is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool good_ipv6(const std::string& host) {
  in6_addr parsed{};
  return ::inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

/// A name whose last label is a number is read as an IPv4 address by others, in many spellings.
/// Only the plain one is taken: four decimal octets.
bool odd_number(const std::string& host) {
  const auto dot = host.rfind('.', host.ends_with('.') ? host.size() - 2 : std::string::npos);
  std::string last = host.substr(dot == std::string::npos ? 0 : dot + 1);
  if (last.ends_with('.')) last.pop_back();
  const bool digits = !last.empty() && last.find_first_not_of("0123456789") == std::string::npos;
  const bool hex =
      last.starts_with("0x") && last.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
  if (!digits && !hex) return false;
  in_addr parsed{};
  char again[INET_ADDRSTRLEN] = "";
  return ::inet_pton(AF_INET, host.c_str(), &parsed) != 1 ||
         host != ::inet_ntop(AF_INET, &parsed, again, sizeof again);
}

/// Splits "host", "host:port", "[v6]" or "[v6]:port".
bool read_authority(std::string_view authority, Url& out) {
  std::string_view port;
  bool has_port = false;
  if (!authority.empty() && authority.front() == '[') {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return false;
    out.host = base::lower(authority.substr(1, end - 1));
    if (!good_ipv6(out.host)) return false;
    const auto rest = authority.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return false;
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else {
    const auto colon = authority.find(':');
    out.host = base::lower(authority.substr(0, colon));
    if (!good_name(out.host) || odd_number(out.host)) return false;
    has_port = colon != std::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
  }
  if (!has_port) {
    out.port = out.scheme == "https" ? 443 : 80;
    return true;
  }
  unsigned n = 0;
  // A leading zero is read as octal here and decimal there: nobody writes it by accident.
  if (port.starts_with('0')) return false;
  const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), n);
  if (ec != std::errc{} || end != port.data() + port.size() || n == 0 || n > 65535) return false;
  out.port = static_cast<std::uint16_t>(n);
  return true;
}

/// RFC 3986, 5.2.4.
std::string remove_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto parts = base::split(path.substr(1), '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "..") {
      if (!kept.empty()) kept.pop_back();
      if (last) kept.push_back("");
    } else if (parts[i] == ".") {
      if (last) kept.push_back("");
    } else {
      kept.push_back(parts[i]);
    }
  }
  std::string out;
  for (const auto& part : kept) out += "/" + std::string(part);
  return out.empty() ? "/" : out;
}

}  // namespace

std::optional<Url> parse(std::string_view text) {
  if (text.size() > 8192 || !plain_ascii(text) || !good_percents(text)) return std::nullopt;
  Url out;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  out.scheme = base::lower(text.substr(0, colon));
  if (out.scheme != "http" && out.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  const auto end = text.find_first_of("/?#");
  const auto authority = text.substr(0, end);
  if (authority.find('@') != std::string_view::npos || !read_authority(authority, out))
    return std::nullopt;
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  if (text.find_first_of("[]") != std::string_view::npos) return std::nullopt;
  text = text.substr(0, text.find('#'));
  const auto question = text.find('?');
  out.path = text.empty() || question == 0 ? "/" : std::string(text.substr(0, question));
  out.has_query = question != std::string_view::npos;
  if (out.has_query) out.query = text.substr(question + 1);
  return out;
}

std::string Url::origin() const {
  std::string out = scheme + "://";
  out += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (scheme == "https" ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::text() const { return origin() + path + (has_query ? "?" + query : ""); }

std::string encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += '%' + base::hex(std::string_view(&c, 1), true);
  }
  return out;
}

std::optional<Url> resolve(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return base;
  const auto mark = reference.find_first_of(":/?");
  if (mark != std::string_view::npos && reference[mark] == ':') return parse(reference);
  if (reference.substr(0, 2) == "//") return parse(base.scheme + ":" + std::string(reference));
  const auto question = reference.find('?');
  std::string path(reference.substr(0, question));
  const std::string query(question == std::string_view::npos ? "" : reference.substr(question));
  if (path.empty())
    path = base.path;
  else if (path.front() != '/')
    path = base.path.substr(0, base.path.rfind('/') + 1) + path;
  return parse(base.origin() + remove_dots(path) + query);
}

}  // namespace openclaw::url
