// SPDX-License-Identifier: MIT
// For comparison with the vendors' own libraries, by hand and in tests/oracles:
//   wire_tool request API < conversation.json   our request body
//   wire_tool stream API < recorded bytes       the answer that our decoder puts together
#include <iostream>
#include <iterator>

#include "json/parse.h"
#include "llm/conversation.h"

namespace {

using namespace openclaw;

json::Value request_body(const llm::Wire& wire, const std::string& input) {
  auto endpoint = test::endpoint_of(wire);
  endpoint.base_url = wire.default_base_url;
  return wire.body(test::request_from(json::parse(input), wire), endpoint);
}

json::Value answer(const llm::Wire& wire, const std::string& input) {
  const auto decoder = wire.decoder();
  decoder->feed(input, {});
  decoder->finish();
  const auto reply = wire.read(decoder->body());
  auto calls = json::Value::array();
  for (const auto& call : llm::calls_of(reply.message))
    calls.push(json::Value::object({{"name", call.name}, {"arguments", call.arguments}}));
  return json::Value::object({{"body", decoder->body()},
                              {"complete", decoder->complete()},
                              {"error", decoder->error()},
                              {"text", llm::text_of(reply.message)},
                              {"calls", calls},
                              {"finish", llm::name_of(reply.finish)},
                              {"refusal", reply.refusal}});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  const llm::Wire* wire = argc == 3 ? llm::find_wire(argv[2]) : nullptr;
  if (!wire || (mode != "request" && mode != "stream")) {
    std::cerr << "usage: wire_tool request|stream API < FILE\n";
    return 64;
  }
  try {
    const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
    std::cout << json::dump(mode == "request" ? request_body(*wire, input) : answer(*wire, input))
              << '\n';
  } catch (const std::exception& e) {
    std::cerr << "wire_tool: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
