// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.h"
#include "base/stop.h"
#include "base/time.h"
#include "llm/message.h"
#include "net/http.h"

namespace openclaw::llm {

/// How a provider is reached: plain values from the configuration.
struct Endpoint {
  std::string name;
  std::string api;       ///< a name of the table in wire.h
  std::string base_url;  ///< empty = the vendor's own
  std::string auth;  ///< "bearer", "x-api-key", "x-goog-api-key", "none"; empty = the api's usual
  std::string version;  ///< value of the version header, where the api has one
  std::vector<net::Header> headers;
  json::Value body;  ///< members merged into each request; null removes one
  std::string ca_file;
  base::Millis connect_timeout{5000};
  base::Millis first_byte_timeout{120000};
  base::Millis idle_timeout{60000};
};

/// Why an attempt gave no reply.
struct Fault {
  std::string type;     ///< http_429, timeout, connect, stream_truncated, bad_body, …
  std::string message;  ///< the vendor's words, cut to 500 bytes
  bool retryable = false;
  bool rate_limited = false;
  std::optional<base::Millis> retry_after;
};

/// One HTTP request and what came of it.
struct Attempt {
  std::optional<Fault> fault;
  Reply reply;                ///< partial text too, when a stream broke
  bool content_seen = false;  ///< something of the answer came: never retried then
  bool sent = false;          ///< the request may have reached the vendor
  int http_status = 0;
  std::string request_id;   ///< the transport's id header
  json::Value rate_limits;  ///< limit headers as sent
  std::uint64_t response_bytes = 0;
  base::Millis connect_time{0};
  base::Millis first_byte_time{0};
  base::Millis first_token_time{0};
  base::Millis total_time{0};
};

using TextSink = std::function<void(std::string_view)>;

struct CallContext {
  const base::Stop* stop = nullptr;
  base::Millis deadline{600000};  ///< from the start of the call
  TextSink on_text;               ///< pieces of the answer as they come; may be empty
  std::string client_request_id;
};

/// The seam where a vendor begins. One attempt; no retry, no budget, no audit.
class Provider {
 public:
  virtual ~Provider() = default;
  /// The exact request that complete() would send, without the key.
  virtual net::Request preview(const Request& request) const = 0;
  /// Throws base::CancelledError when stopped; everything else is in the Attempt.
  virtual Attempt complete(const Request& request, const CallContext& context) = 0;
  virtual const Endpoint& endpoint() const = 0;
};

/// key may be empty (a local endpoint). http must outlive the provider.
std::unique_ptr<Provider> make_provider(Endpoint endpoint, base::Secret key, net::HttpClient& http);

/// Tokens that text will cost at most, about; used for reservations and dry runs only.
std::int64_t estimate_tokens(const Request& request);

}  // namespace openclaw::llm
