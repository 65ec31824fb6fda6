// SPDX-License-Identifier: MIT
// OpenAI Chat Completions and the many compatible vendors: POST /chat/completions below base_url.
#include "base/text.h"
#include "llm/openai_chat_stream.h"
#include "llm/parts.h"
#include "llm/usage.h"
#include "llm/wire.h"
#include "url/url.h"

namespace openclaw::llm {
namespace {

using json::Value;

bool is_openai(const Endpoint& endpoint) {
  const auto parsed = url::parse(endpoint.base_url);
  return endpoint.base_url.empty() || (parsed && parsed->host == "api.openai.com");
}

Value call_value(const ToolCall& call) {
  return Value::object(
      {{"id", call.id},
       {"type", "function"},
       {"function", Value::object({{"name", call.name}, {"arguments", call.arguments}})}});
}

Value assistant(const Message& m, const std::string& origin) {
  if (echoes(m, origin)) return m.raw;
  auto out = Value::object({{"role", "assistant"}});
  const std::string text = text_of(m);
  const auto calls = calls_of(m);
  out.set("content", text.empty() && !calls.empty() ? Value() : Value(text));
  for (const auto& call : calls) out.member("tool_calls").push(call_value(call));
  return out;
}

/// One neutral user message becomes one message per tool result, then one for the rest.
void add_user(Value& messages, const Message& m) {
  bool has_image = false;
  for (const auto& part : m.parts) {
    has_image |= std::holds_alternative<Image>(part);
    if (const auto* result = std::get_if<ToolResult>(&part))
      messages.push(Value::object(
          {{"role", "tool"}, {"tool_call_id", result->call_id}, {"content", result->text}}));
  }
  if (!has_image) {
    if (const std::string text = text_of(m); !text.empty())
      messages.push(Value::object({{"role", "user"}, {"content", text}}));
    return;
  }
  auto content = Value::array();
  for (const auto& part : m.parts) {
    if (const auto* text = std::get_if<Text>(&part))
      content.push(Value::object({{"type", "text"}, {"text", text->text}}));
    else if (const auto* image = std::get_if<Image>(&part))
      content.push(Value::object(
          {{"type", "image_url"}, {"image_url", Value::object({{"url", data_url(*image)}})}}));
  }
  messages.push(Value::object({{"role", "user"}, {"content", content}}));
}

Value messages_of(const Request& request, const std::string& origin) {
  auto out = Value::array();
  if (!request.system.empty())
    out.push(Value::object({{"role", "system"}, {"content", request.system}}));
  for (const auto& m : request.messages) {
    if (m.role == Role::assistant)
      out.push(assistant(m, origin));
    else
      add_user(out, m);
  }
  return out;
}

Value body_of(const Request& request, const Endpoint& endpoint) {
  auto body =
      Value::object({{"model", request.model},
                     {"messages", messages_of(request, origin_of(endpoint, request.model))}});
  body.set(is_openai(endpoint) ? "max_completion_tokens" : "max_tokens", request.max_output_tokens);
  if (request.stream) {
    auto options = Value::object({{"include_usage", true}});
    if (is_openai(endpoint)) options.set("include_obfuscation", false);
    body.set("stream", true).set("stream_options", options);
  }
  for (const auto& tool : request.tools)
    body.member("tools").push(
        Value::object({{"type", "function"},
                       {"function", Value::object({{"name", tool.name},
                                                   {"description", tool.description},
                                                   {"parameters", tool.parameters}})}}));
  if (!request.effort.empty()) body.set("reasoning_effort", request.effort);
  if (request.schema)
    body.set(
        "response_format",
        Value::object({{"type", "json_schema"},
                       {"json_schema", Value::object({{"name", "answer"},
                                                      {"schema", *request.schema},
                                                      {"strict", is_strict(*request.schema)}})}}));
  return body;
}

/// What may be sent back of the vendor's message: requests know fewer members than answers.
Value echo_of(const Value& message) {
  auto out = Value::object({{"role", "assistant"}, {"content", message["content"]}});
  for (const char* key : {"reasoning_content", "reasoning", "reasoning_details", "refusal"})
    if (message.contains(key) && !message[key].is_null()) out.set(key, message[key]);
  for (const auto& call : message["tool_calls"].items()) {
    Value copy = call;
    copy.erase("index");
    out.member("tool_calls").push(copy);
  }
  return out;
}

/// content is a string, or (Mistral) a list of chunks of which only text is the answer.
std::string content_text(const Value& content) {
  if (content.is_string()) return content.as_string();
  std::string out;
  for (const auto& item : content.items())
    if (item["type"] == Value("text")) out += item["text"].as_string();
  return out;
}

Reply read(const Value& body) {
  Reply reply;
  const Value& choice = body["choices"].at(0);
  const Value& message = choice["message"];
  reply.message.role = Role::assistant;
  if (const auto text = content_text(message["content"]); !text.empty())
    reply.message.parts.push_back(Text{text});
  bool minted = false;
  for (const auto& call : message["tool_calls"].items()) {
    std::string id = call["id"].as_string();
    minted |= id.empty();
    if (id.empty()) id = mint_call_id();
    reply.message.parts.push_back(ToolCall{id, call["function"]["name"].as_string(),
                                           arguments_text(call["function"]["arguments"])});
  }
  if (!minted) reply.message.raw = echo_of(message);
  reply.finish_raw = choice["finish_reason"].as_string();
  if (reply.finish_raw == "length") reply.finish = Finish::length;
  if (reply.finish_raw == "content_filter") reply.finish = Finish::refused;
  if (message["refusal"].is_string() && !message["refusal"].as_string().empty()) {
    reply.finish = Finish::refused;
    reply.refusal = message["refusal"].as_string();
  }
  reply.usage = openai_usage(body["usage"].is_null() ? body["x_groq"]["usage"] : body["usage"]);
  reply.response_id = body["id"].as_string();
  reply.response_model = body["model"].as_string();
  settle_calls(reply);
  return reply;
}

}  // namespace

const Wire openai_chat_wire{"openai-chat",
                            "https://api.openai.com/v1",
                            "bearer",
                            [](const Request&) { return std::string("/chat/completions"); },
                            body_of,
                            read,
                            make_openai_chat_decoder};

}  // namespace openclaw::llm
