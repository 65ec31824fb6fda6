// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/stop.h"
#include "base/time.h"

/// net may use url and base; it is the only room that sees libcurl. HttpClient is the seam where
/// the network begins: everything above is tested with a fake or against a loopback server.
namespace openclaw::net {

using Header = std::pair<std::string, std::string>;

/// Which addresses a request may dial. Decided on the socket address, after name resolution.
enum class Reach { anywhere, public_only };

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  std::string body;
  bool accept_gzip = false;
  Reach reach = Reach::anywhere;
  std::string ca_file;               ///< trust only these roots; empty = the system's
  std::size_t max_body = 16u << 20;  ///< decoded bytes
  base::Millis connect_timeout{5000};
  base::Millis first_byte_timeout{120000};
  base::Millis idle_timeout{60000};
  base::Millis total_timeout{600000};
};

struct Response {
  int status = 0;
  std::vector<Header> headers;  ///< names in lower case
  std::string body;             ///< empty where a sink took it
  std::string remote_address;
  base::Millis connect_time{0};
  base::Millis first_byte_time{0};
  base::Millis total_time{0};
  std::uint64_t body_bytes = 0;

  /// The first header of that lower-case name, or empty.
  std::string_view header(std::string_view name) const;
};

/// Why there is no whole response. A status is never a failure.
class Failure : public base::Error {
 public:
  enum class Kind { connect, tls, address, timeout, broken, too_large, cancelled };
  Failure(Kind kind, const std::string& what, bool sent, int status = 0)
      : base::Error(what), kind_(kind), sent_(sent), status_(status) {}
  Kind kind() const noexcept { return kind_; }
  /// Whether the request may have reached the other side.
  bool sent() const noexcept { return sent_; }
  /// The status that came before the failure, or 0.
  int status() const noexcept { return status_; }

 private:
  Kind kind_;
  bool sent_;
  int status_;
};

/// Takes body bytes of a 2xx response as they come; false ends the transfer as cancelled.
using Sink = std::function<bool(std::string_view)>;

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Blocks until the response is whole. Throws Failure. Redirects are not followed. sink may be
  /// null.
  virtual Response perform(const Request& request, const Sink& sink, const base::Stop* stop) = 0;
};

/// The real one. One per thread; keeps connections open between requests.
std::unique_ptr<HttpClient> make_http_client();

/// The version of libcurl in use.
std::string curl_version_text();

}  // namespace openclaw::net
