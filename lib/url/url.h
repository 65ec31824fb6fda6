// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// url may use base. It reads http and https URLs strictly (a subset of RFC 3986): what it accepts
/// means the same to every other program that reads it.
namespace openclaw::url {

struct Url {
  std::string scheme;      ///< "http" or "https"
  std::string host;        ///< lower case; an IPv6 literal without brackets
  std::uint16_t port = 0;  ///< always set: 80 or 443 when it was left out
  std::string path;        ///< begins with '/'
  std::string query;       ///< without '?'; may be empty though '?' stood there (see has_query)
  bool has_query = false;

  /// "https://example.org" or "http://[::1]:8080": the port only when it is not the default.
  std::string origin() const;
  std::string text() const;
};

/// nullopt for anything but a plain absolute http(s) URL: userinfo, other schemes, spaces, control
/// and non-ASCII characters, backslashes, bad ports and bad percent signs are all refused. A
/// fragment is dropped.
std::optional<Url> parse(std::string_view text);

/// Percent-encodes all but unreserved characters (RFC 3986, 2.3).
std::string encode(std::string_view text);

/// base resolved with a Location header's reference (RFC 3986, 5.2, for http and https).
std::optional<Url> resolve(const Url& base, std::string_view reference);

}  // namespace openclaw::url
