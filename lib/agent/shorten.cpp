// SPDX-License-Identifier: MIT
#include <algorithm>

#include "agent/transcript.h"

namespace openclaw::agent {
namespace {

constexpr const char* dropped = "[this result was dropped: the conversation went on]";

std::size_t size_of(const llm::Message& message) {
  std::size_t size = 0;
  for (const auto& part : message.parts) {
    if (const auto* text = std::get_if<llm::Text>(&part)) size += text->text.size();
    if (const auto* image = std::get_if<llm::Image>(&part)) size += image->bytes.size();
    if (const auto* call = std::get_if<llm::ToolCall>(&part)) size += call->arguments.size();
    if (const auto* result = std::get_if<llm::ToolResult>(&part)) size += result->text.size();
  }
  return size;
}

/// A message of a person, with which an exchange begins; results of tools are no such.
bool begins_exchange(const llm::Message& message) {
  return message.role == llm::Role::user &&
         std::none_of(message.parts.begin(), message.parts.end(), [](const llm::Part& part) {
           return std::holds_alternative<llm::ToolResult>(part);
         });
}

}  // namespace

void shorten(std::vector<llm::Message>& messages, std::size_t most_bytes,
             const Summarise& summarise) {
  std::size_t size = 0, latest = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    size += size_of(messages[i]);
    if (begins_exchange(messages[i])) latest = i;
  }
  // To well below the limit, so that the beginning stays the same for some turns: a vendor's cache
  // of it is paid for.
  if (size <= most_bytes) return;
  const std::size_t aim = most_bytes / 2;
  for (std::size_t i = 0; i < latest && size > aim; ++i)
    for (auto& part : messages[i].parts)
      if (auto* result = std::get_if<llm::ToolResult>(&part)) {
        const std::size_t before = result->text.size();
        if (before <= std::char_traits<char>::length(dropped)) continue;
        result->text = dropped;
        size -= before - result->text.size();
      }
  std::size_t gone = 0;
  while (gone < latest && size > aim) {
    do size -= size_of(messages[gone++]);
    while (gone < latest && !begins_exchange(messages[gone]));
  }
  if (gone == 0) return;
  const auto stays = messages.begin() + static_cast<std::ptrdiff_t>(gone);
  const std::vector<llm::Message> old(messages.begin(), stays);
  messages.erase(messages.begin(), stays);
  const std::string notes = summarise ? summarise(old) : std::string();
  if (notes.empty()) return;
  auto& first = messages.front().parts;
  first.insert(first.begin(),
               llm::Text{"Your own notes on what was said before:\n" + notes + "\n\n"});
}

}  // namespace openclaw::agent
