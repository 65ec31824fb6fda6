// SPDX-License-Identifier: MIT
#include "llm/canned_http.h"

#include "json/parse.h"

namespace openclaw::test {

net::Response CannedHttp::perform(const net::Request& sent, const net::Sink& sink,
                                  const base::Stop*) {
  request = sent;
  net::Response out = response;
  out.body_bytes = out.body.size();
  if (sink && out.status >= 200 && out.status < 300) {
    const std::string_view body = response.body;
    for (std::size_t at = 0; at < body.size(); at += piece)
      if (!sink(body.substr(at, piece)))
        throw net::Failure(net::Failure::Kind::cancelled, "the sink ended it", true, out.status);
    out.body.clear();
  }
  if (failure) throw *failure;
  return out;
}

llm::Attempt attempt_with(CannedHttp& http, const llm::Wire& wire, const llm::Request& request,
                          const llm::TextSink& on_text) {
  llm::Endpoint endpoint;
  endpoint.name = "canned";
  endpoint.api = wire.name;
  llm::CallContext context;
  context.on_text = on_text;
  return llm::make_provider(endpoint, base::Secret(), http)->complete(request, context);
}

json::Value previewed(const llm::Endpoint& endpoint, const llm::Request& request) {
  CannedHttp never;
  return json::parse(llm::make_provider(endpoint, base::Secret(), never)->preview(request).body);
}

llm::Request hello(bool stream) {
  llm::Request request;
  request.model = "m";
  request.messages.push_back(llm::user_text("hello"));
  request.stream = stream;
  return request;
}

}  // namespace openclaw::test
