// SPDX-License-Identifier: MIT
#include "llm/message.h"

namespace openclaw::llm {

Message user_text(std::string text) {
  Message message;
  message.parts.push_back(Text{std::move(text)});
  return message;
}

std::string text_of(const Message& message) {
  std::string out;
  for (const auto& part : message.parts)
    if (const auto* text = std::get_if<Text>(&part)) out += text->text;
  return out;
}

std::vector<ToolCall> calls_of(const Message& message) {
  std::vector<ToolCall> out;
  for (const auto& part : message.parts)
    if (const auto* call = std::get_if<ToolCall>(&part)) out.push_back(*call);
  return out;
}

std::string_view name_of(Finish finish) {
  switch (finish) {
    case Finish::stop: return "stop";
    case Finish::tool_calls: return "tool_calls";
    case Finish::length: return "length";
    case Finish::refused: return "refused";
    case Finish::paused: return "paused";
  }
  return "stop";
}

}  // namespace openclaw::llm
