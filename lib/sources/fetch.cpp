// SPDX-License-Identifier: MIT
#include "sources/fetch.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"
#include "url/url.h"

namespace openclaw::sources {
namespace {

constexpr std::size_t longest_error = 160;
constexpr std::size_t most_copy = 48u << 20;
constexpr std::size_t most_body = 64u << 20;

/// Scheme and host only: paths and queries may hold tokens.
std::string where(const std::string& text) {
  const auto parsed = url::parse(text);
  return parsed ? parsed->origin() : "the server";
}

}  // namespace

void Fetch::header(std::string name, std::string value) {
  headers_.emplace_back(std::move(name), std::move(value));
}

net::Response Fetch::send(net::Request request) {
  const base::Millis rest = left();
  if (rest <= base::Millis(0))
    throw base::TransientError("no time was left for " + where(request.url));
  request.total_timeout = std::min(request.total_timeout, rest);
  request.first_byte_timeout = std::min(request.first_byte_timeout, rest);
  request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
  request.ca_file = ca_file_;
  request.accept_gzip = true;
  try {
    return http_.perform(request, {}, stop_);
  } catch (const net::Failure& e) {
    throw base::UnavailableError(e.what());
  }
}

net::Response Fetch::get(const std::string& url) {
  net::Request request;
  request.url = url;
  request.max_body = most_body;
  return send(std::move(request));
}

json::Value Fetch::get_json(const std::string& url) { return read(url, get(url)); }

json::Value Fetch::send_json(const std::string& method, const std::string& url,
                             const json::Value& body) {
  net::Request request;
  request.method = method;
  request.url = url;
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = json::dump(body);
  return read(url, send(std::move(request)));
}

json::Value Fetch::read(const std::string& url, const net::Response& response) const {
  if (response.status < 200 || response.status > 299) {
    const std::string said = error_text(response.body);
    const std::string text = fmt::format("{} answered {}{}", where(url), response.status,
                                         said.empty() ? "" : ": " + said);
    if (response.status == 401 || response.status == 403)
      throw base::ConfigError(text, "is the credential right, and may it read this?");
    if (response.status == 429) throw base::TransientError(text);
    throw base::UnavailableError(text);
  }
  if (base::trim(response.body).empty()) return {};
  try {
    return json::parse(response.body, {.max_depth = 40, .max_bytes = 64u << 20});
  } catch (const json::ParseError& e) {
    const bool page = base::trim(response.body).starts_with('<');
    throw base::ProtocolError(where(url) + (page ? " answered with a web page, not with JSON"
                                                 : std::string(" answered bad JSON: ") + e.what()));
  }
}

std::string error_text(const std::string& body) {
  json::Value value;
  try {
    value = json::parse(body, {.max_depth = 8, .max_bytes = 64u << 10});
  } catch (const json::ParseError&) {
    return {};
  }
  // Alertmanager: a bare string. Miniflux: error_message. Plane: error, detail or error_message.
  std::string text = value.as_string();
  for (const char* key : {"error_message", "error", "detail", "message"})
    if (text.empty()) text = value[key].as_string();
  return base::one_line(base::prefix_bytes(text, longest_error));
}

json::Value parse_copy(const std::string& cached) {
  try {
    if (!cached.empty()) return json::parse(cached, {.max_bytes = 2 * most_copy});
  } catch (const json::ParseError&) {
    // begun anew below
  }
  return json::Value::object();
}

std::string write_copy(const json::Value& copy) {
  std::string out = json::dump(copy);
  return out.size() > most_copy ? std::string() : out;
}

std::string join_url(const std::string& base, const std::string& path) {
  std::string out = base;
  while (out.ends_with('/')) out.pop_back();
  return out + path;
}

}  // namespace openclaw::sources
