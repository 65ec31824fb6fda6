// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/money.h"
#include "json/value.h"

/// llm may use net, url, crypto, json and base. It turns one neutral conversation into the requests
/// of five wire formats and their answers back. It knows no policy, no audit and no tools.
namespace openclaw::llm {

enum class Role { user, assistant };

struct Text {
  std::string text;
};
struct Image {
  std::string media_type;  ///< image/png, image/jpeg, image/gif, image/webp
  std::string bytes;
};
/// A call that the model made. arguments is the text as the vendor sent it, not yet checked.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;
};
struct ToolResult {
  std::string call_id;
  std::string name;
  std::string text;
  bool error = false;
};
using Part = std::variant<Text, Image, ToolCall, ToolResult>;

struct Message {
  Role role = Role::user;
  std::vector<Part> parts;
  /// What the vendor sent, verbatim, and who: echoed as it is to the same provider and model
  /// (signatures and reasoning must survive), re-made from parts for any other.
  std::string origin;
  json::Value raw;
  std::string key;  ///< which message of a person it is, for who keeps it; no vendor is told
};

Message user_text(std::string text);
/// All text parts, joined.
std::string text_of(const Message& message);
std::vector<ToolCall> calls_of(const Message& message);

struct ToolSpec {
  std::string name;
  std::string description;
  json::Value parameters;  ///< JSON Schema of the arguments
};

struct Request {
  std::string model;
  std::string system;
  std::vector<Message> messages;
  std::vector<ToolSpec> tools;
  std::int64_t max_output_tokens = 4096;
  bool stream = true;
  std::string effort;                 ///< empty = the vendor's default
  std::optional<json::Value> schema;  ///< the answer must fit this JSON Schema
  bool cache = false;                 ///< a later call will read this prefix: mark it
};

/// Why the model stopped. refused is an ordinary outcome; paused wants the turn sent again as it
/// is.
enum class Finish { stop, tool_calls, length, refused, paused };
std::string_view name_of(Finish finish);

/// input_tokens includes cached reads and writes; output_tokens includes reasoning (as
/// OpenTelemetry).
struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t cache_read_tokens = 0;
  std::int64_t cache_creation_tokens = 0;     ///< all lifetimes
  std::int64_t cache_creation_1h_tokens = 0;  ///< the part of them kept for an hour
  std::int64_t output_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  std::int64_t input_audio_tokens = 0;
  std::int64_t output_audio_tokens = 0;
  std::int64_t cache_audio_tokens = 0;
  std::int64_t web_searches = 0;
  std::optional<base::Usd> vendor_cost;
  bool present = false;
  json::Value raw;
};

struct Reply {
  Message message;
  Finish finish = Finish::stop;
  std::string finish_raw;
  std::string refusal;  ///< the vendor's words, where it refused
  Usage usage;
  std::string response_id;
  std::string response_model;
};

}  // namespace openclaw::llm
