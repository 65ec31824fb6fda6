// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "llm/wire.h"
#include "net/http.h"

namespace openclaw::test {

/// A client that never dials: it keeps the request and plays back one answer.
class CannedHttp : public net::HttpClient {
 public:
  CannedHttp() { response.status = 200; }

  net::Response response;
  std::size_t piece = 4096;             ///< bytes a sink gets at once
  std::optional<net::Failure> failure;  ///< thrown after the body went into the sink
  net::Request request;                 ///< the last one

  net::Response perform(const net::Request& sent, const net::Sink& sink,
                        const base::Stop* stop) override;
};

/// One attempt of a fresh provider of that format over http.
llm::Attempt attempt_with(CannedHttp& http, const llm::Wire& wire, const llm::Request& request,
                          const llm::TextSink& on_text = {});

/// A provider without a key over a client that is never used: for preview().
json::Value previewed(const llm::Endpoint& endpoint, const llm::Request& request);

/// A small streamed or unstreamed request: "hello" to model "m".
llm::Request hello(bool stream);

}  // namespace openclaw::test
