// SPDX-License-Identifier: MIT
#include "llm/parts.h"

#include <algorithm>

#include "base/id.h"
#include "base/text.h"
#include "json/parse.h"

namespace openclaw::llm {

json::Value arguments_object(const std::string& arguments) {
  try {
    auto value = json::parse(arguments);
    if (value.is_object()) return value;
  } catch (const json::ParseError&) {
  }
  return json::Value::object();
}

std::string arguments_text(const json::Value& arguments) {
  if (arguments.is_null()) return "{}";
  return arguments.is_string() ? arguments.as_string() : json::dump(arguments);
}

std::string mint_call_id() { return "oc_call_" + base::new_ulid(base::wall_now()); }
bool is_minted(const std::string& id) { return id.starts_with("oc_call_"); }

std::string data_url(const Image& image) {
  return "data:" + image.media_type + ";base64," + base::base64(image.bytes);
}

bool echoes(const Message& message, const std::string& origin) {
  return message.role == Role::assistant && !message.raw.is_null() && message.origin == origin;
}

bool is_strict(const json::Value& schema) {
  const auto& types = schema["type"].items();
  const json::Value object("object");
  for (const char* key : {"anyOf", "oneOf", "allOf"})
    for (const auto& sub : schema[key].items())
      if (!is_strict(sub)) return false;
  if (schema["type"] == object || std::find(types.begin(), types.end(), object) != types.end() ||
      schema.contains("properties")) {
    if (schema["additionalProperties"] != json::Value(false)) return false;
    const auto& required = schema["required"].items();
    for (const auto& [name, sub] : schema["properties"].members()) {
      if (std::find(required.begin(), required.end(), json::Value(name)) == required.end())
        return false;
      if (!is_strict(sub)) return false;
    }
  }
  return !schema.contains("items") || is_strict(schema["items"]);
}

void settle_calls(Reply& reply) {
  auto& parts = reply.message.parts;
  const auto is_call = [](const Part& part) { return std::holds_alternative<ToolCall>(part); };
  if (reply.finish == Finish::length || reply.finish == Finish::refused) {
    if (std::any_of(parts.begin(), parts.end(), is_call)) reply.message.raw = {};
    std::erase_if(parts, is_call);
  } else if (reply.finish != Finish::paused && std::any_of(parts.begin(), parts.end(), is_call)) {
    reply.finish = Finish::tool_calls;
  }
}

json::Value event_json(const net::Event& event) {
  return event.data.empty() ? json::Value() : json::parse(event.data);
}

}  // namespace openclaw::llm
