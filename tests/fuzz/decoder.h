// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "json/parse.h"
#include "llm/wire.h"

namespace openclaw::test {

/// What came is echoed in the next request, with a result for each call, an image and a schema.
inline void echo_reply(const llm::Wire& wire, const llm::Reply& reply) {
  llm::Endpoint endpoint;
  endpoint.api = std::string(wire.name);
  llm::Request request;
  request.model = "m";
  request.system = "Be brief.";
  request.messages.push_back(llm::user_text("hello"));
  request.messages.back().parts.emplace_back(llm::Image{"image/png", "x"});
  request.messages.push_back(reply.message);
  request.messages.back().origin = llm::origin_of(endpoint, request.model);
  llm::Message results;
  for (const auto& call : llm::calls_of(reply.message))
    results.parts.emplace_back(llm::ToolResult{call.id, call.name, "done", false});
  if (!results.parts.empty()) request.messages.push_back(std::move(results));
  request.tools.push_back({"clock", "the time", json::parse(R"({"type":"object"})")});
  request.schema = json::parse(R"({"type":"object","properties":{"a":{"type":"string"}}})");
  request.effort = "low";
  for (const bool cache : {false, true}) {
    request.cache = cache;
    request.stream = cache;
    (void)json::dump(wire.body(request, endpoint));
    (void)wire.path(request);
    request.messages[1].raw = {};
  }
}

/// Feeds a decoder in pieces whose size the first byte says, then reads what came, and once more
/// the input as an unstreamed body. Only a ProtocolError may leave; a cut answer never runs a tool.
inline int read_reply(const llm::Wire& wire, const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = data[0] == 0 ? all.size() + 1 : data[0];
  try {
    const auto decoder = wire.decoder();
    std::size_t told = 0;
    for (std::size_t i = 0; i < all.size(); i += step) {
      decoder->feed(all.substr(i, step), [&](std::string_view text) { told += text.size(); });
      if (told > 64 * (size + 16)) std::abort();
    }
    decoder->finish();
    echo_reply(wire, wire.read(decoder->body()));
    (void)decoder->clone()->error();
  } catch (const base::ProtocolError&) {
  }
  try {
    const auto reply = wire.read(json::parse(all));
    if (reply.finish == llm::Finish::length && !llm::calls_of(reply.message).empty()) std::abort();
    echo_reply(wire, reply);
  } catch (const base::ProtocolError&) {
  }
  return 0;
}

}  // namespace openclaw::test
