// SPDX-License-Identifier: MIT
#include "llm/wire.h"

#include <array>

namespace openclaw::llm {
namespace {

const std::array wires{&anthropic_wire, &openai_chat_wire, &openai_responses_wire, &gemini_wire,
                       &ollama_wire};

}  // namespace

const Wire* find_wire(std::string_view name) {
  for (const Wire* wire : wires)
    if (wire->name == name) return wire;
  return nullptr;
}

const std::vector<std::string>& wire_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Wire* wire : wires) out.emplace_back(wire->name);
    return out;
  }();
  return names;
}

std::string origin_of(const Endpoint& endpoint, const std::string& model) {
  return endpoint.api + "|" + endpoint.name + "|" + model;
}

}  // namespace openclaw::llm
