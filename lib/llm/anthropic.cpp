// SPDX-License-Identifier: MIT
// Anthropic Messages: POST /v1/messages.
#include <algorithm>

#include "base/text.h"
#include "llm/anthropic_stream.h"
#include "llm/parts.h"
#include "llm/usage.h"
#include "llm/wire.h"

namespace openclaw::llm {
namespace {

using json::Value;

Value cache_mark() { return Value::object({{"type", "ephemeral"}}); }

/// Ids are [a-zA-Z0-9_-] here; other vendors' have more.
std::string plain_id(std::string id) {
  for (char& c : id)
    if (!base::is_alnum(c) && c != '_' && c != '-') c = '_';
  return id;
}

/// The schema with every object closed, as answers in a schema need it here.
Value closed(Value schema) {
  if (schema["type"] == Value("object")) schema.set("additionalProperties", false);
  if (schema.contains("properties"))
    for (auto& [name, sub] : schema.member("properties").members_mutable()) sub = closed(sub);
  if (schema["items"].is_object()) schema.set("items", closed(schema["items"]));
  for (const char* key : {"anyOf", "oneOf", "allOf"})
    if (schema[key].is_array())
      for (auto& sub : schema.member(key).items_mutable()) sub = closed(sub);
  return schema;
}

Value block(const Part& part) {
  if (const auto* text = std::get_if<Text>(&part))
    return Value::object({{"type", "text"}, {"text", text->text}});
  if (const auto* image = std::get_if<Image>(&part))
    return Value::object({{"type", "image"},
                          {"source", Value::object({{"type", "base64"},
                                                    {"media_type", image->media_type},
                                                    {"data", base::base64(image->bytes)}})}});
  if (const auto* call = std::get_if<ToolCall>(&part))
    return Value::object({{"type", "tool_use"},
                          {"id", plain_id(call->id)},
                          {"name", call->name},
                          {"input", arguments_object(call->arguments)}});
  const auto& result = std::get<ToolResult>(part);
  auto out = Value::object({{"type", "tool_result"},
                            {"tool_use_id", plain_id(result.call_id)},
                            {"content", result.text}});
  if (result.error) out.set("is_error", true);
  return out;
}

bool is_empty_text(const Part& part) {
  const auto* text = std::get_if<Text>(&part);
  return text && text->text.empty();
}

Value message(const Message& m, const std::string& origin) {
  Value content;
  if (echoes(m, origin)) {
    content = m.raw;
  } else {
    content = Value::array();
    for (const bool results : {true, false})  // results stand before any text
      for (const auto& part : m.parts)
        if (std::holds_alternative<ToolResult>(part) == results && !is_empty_text(part))
          content.push(block(part));
  }
  return Value::object(
      {{"role", m.role == Role::user ? "user" : "assistant"}, {"content", std::move(content)}});
}

void mark_prefix(Value& body) {
  if (body.contains("system")) {
    auto system = Value::object(
        {{"type", "text"}, {"text", body["system"]}, {"cache_control", cache_mark()}});
    body.set("system", Value::array({system}));
  } else if (body["tools"].size() > 0) {
    body.member("tools").items_mutable().back().set("cache_control", cache_mark());
  }
  auto& messages = body.member("messages").items_mutable();
  // What the vendor signed is sent again as it is.
  if (messages.empty() || messages.back()["role"] != Value("user")) return;
  auto& content = messages.back().member("content").items_mutable();
  if (!content.empty()) content.back().set("cache_control", cache_mark());
}

Value tools_of(const Request& request) {
  auto out = Value::array();
  for (const auto& tool : request.tools)
    out.push(Value::object({{"name", tool.name},
                            {"description", tool.description},
                            {"input_schema", tool.parameters}}));
  return out;
}

Value body_of(const Request& request, const Endpoint& endpoint) {
  auto body = Value::object({{"model", request.model}, {"max_tokens", request.max_output_tokens}});
  if (request.stream) body.set("stream", true);
  if (!request.system.empty()) body.set("system", request.system);
  if (!request.tools.empty()) body.set("tools", tools_of(request));
  auto output = Value();
  if (!request.effort.empty()) output.set("effort", request.effort);
  if (request.schema)
    output.set("format",
               Value::object({{"type", "json_schema"}, {"schema", closed(*request.schema)}}));
  if (!output.is_null()) body.set("output_config", output);
  auto messages = Value::array();
  for (const auto& m : request.messages)
    messages.push(message(m, origin_of(endpoint, request.model)));
  body.set("messages", messages);
  if (request.cache) mark_prefix(body);
  return body;
}

Finish finish_of(const std::string& reason) {
  if (reason == "max_tokens" || reason == "model_context_window_exceeded") return Finish::length;
  if (reason == "refusal") return Finish::refused;
  if (reason == "pause_turn") return Finish::paused;
  return Finish::stop;
}

Reply read(const Value& body) {
  Reply reply;
  reply.message.role = Role::assistant;
  reply.message.raw = body["content"];
  for (const auto& item : body["content"].items()) {
    const auto& type = item["type"].as_string();
    if (type == "text")
      reply.message.parts.push_back(Text{item["text"].as_string()});
    else if (type == "tool_use")
      reply.message.parts.push_back(ToolCall{item["id"].as_string(), item["name"].as_string(),
                                             arguments_text(item["input"])});
  }
  reply.finish_raw = body["stop_reason"].as_string();
  reply.finish = finish_of(reply.finish_raw);
  if (reply.finish == Finish::refused) {
    reply.refusal = body["stop_details"]["explanation"].as_string();
    if (reply.refusal.empty()) reply.refusal = body["stop_details"]["category"].as_string();
  }
  reply.usage = anthropic_usage(body["usage"]);
  reply.response_id = body["id"].as_string();
  reply.response_model = body["model"].as_string();
  settle_calls(reply);
  return reply;
}

}  // namespace

const Wire anthropic_wire{"anthropic",
                          "https://api.anthropic.com",
                          "x-api-key",
                          [](const Request&) { return std::string("/v1/messages"); },
                          body_of,
                          read,
                          make_anthropic_decoder};

}  // namespace openclaw::llm
