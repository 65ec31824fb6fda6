// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "llm/expected.h"

/// What expectations of whole bodies and of streams share.
namespace openclaw::test {

/// A JSON text as its value; an object stays; nothing is an empty object; broken text stays text.
json::Value parsed(const json::Value& text);
/// content as a string, or as a list of chunks.
std::string chat_text(const json::Value& content);
void add_gemini_part(Expected& expected, const json::Value& part);
/// The pieces of a raw message that must survive an echo.
std::vector<json::Value> kept(const llm::Wire& wire, const json::Value& raw);
std::optional<llm::Finish> finish_from(const std::string& reason, const Expected& expected);
void add_usage(Expected& expected, const llm::Wire& wire, const json::Value& usage);

}  // namespace openclaw::test
