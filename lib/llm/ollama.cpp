// SPDX-License-Identifier: MIT
// Ollama's own API: POST /api/chat, newline-delimited JSON.
#include "base/text.h"
#include "json/parse.h"
#include "llm/parts.h"
#include "llm/usage.h"
#include "llm/wire.h"

namespace openclaw::llm {
namespace {

using json::Value;

void add_message(Value& messages, const Message& m, const std::string& origin) {
  if (echoes(m, origin)) {
    messages.push(m.raw);
    return;
  }
  auto out = Value::object(
      {{"role", m.role == Role::user ? "user" : "assistant"}, {"content", text_of(m)}});
  bool only_results = !m.parts.empty();
  for (const auto& part : m.parts) {
    if (const auto* image = std::get_if<Image>(&part)) {
      out.member("images").push(base::base64(image->bytes));
    } else if (const auto* call = std::get_if<ToolCall>(&part)) {
      out.member("tool_calls")
          .push(Value::object(
              {{"function", Value::object({{"name", call->name},
                                           {"arguments", arguments_object(call->arguments)}})}}));
    } else if (const auto* result = std::get_if<ToolResult>(&part)) {
      messages.push(Value::object(
          {{"role", "tool"}, {"tool_name", result->name}, {"content", result->text}}));
      continue;
    }
    only_results = false;
  }
  if (!only_results) messages.push(out);
}

Value body_of(const Request& request, const Endpoint& endpoint) {
  auto messages = Value::array();
  if (!request.system.empty())
    messages.push(Value::object({{"role", "system"}, {"content", request.system}}));
  for (const auto& m : request.messages)
    add_message(messages, m, origin_of(endpoint, request.model));
  auto body =
      Value::object({{"model", request.model},
                     {"messages", messages},
                     {"stream", request.stream},
                     {"options", Value::object({{"num_predict", request.max_output_tokens}})}});
  for (const auto& tool : request.tools)
    body.member("tools").push(
        Value::object({{"type", "function"},
                       {"function", Value::object({{"name", tool.name},
                                                   {"description", tool.description},
                                                   {"parameters", tool.parameters}})}}));
  if (!request.effort.empty()) body.set("think", request.effort);
  if (request.schema) body.set("format", *request.schema);
  return body;
}

Reply read(const Value& body) {
  Reply reply;
  const Value& message = body["message"];
  reply.message.role = Role::assistant;
  reply.message.raw = message;
  if (!message["content"].as_string().empty())
    reply.message.parts.push_back(Text{message["content"].as_string()});
  for (const auto& call : message["tool_calls"].items()) {
    std::string id = call["id"].as_string();
    if (id.empty()) id = mint_call_id();
    reply.message.parts.push_back(ToolCall{id, call["function"]["name"].as_string(),
                                           arguments_text(call["function"]["arguments"])});
  }
  reply.finish_raw = body["done_reason"].as_string();
  if (reply.finish_raw == "length") reply.finish = Finish::length;
  reply.usage = ollama_usage(body);
  reply.response_id = "";
  reply.response_model = body["model"].as_string();
  settle_calls(reply);
  return reply;
}

class OllamaDecoder : public Decoder {
 public:
  std::unique_ptr<Decoder> clone() const override { return std::make_unique<OllamaDecoder>(*this); }
  void feed(std::string_view bytes, const TextSink& on_text) override {
    parser_.feed(bytes, [&](std::string_view line) { take(line, on_text); });
  }
  void finish() override {
    try {
      parser_.finish([this](std::string_view line) { take(line, {}); });
    } catch (const json::ParseError&) {  // a line that was cut: done() was not seen either
    }
  }
  bool complete() const override { return top_["done"].as_bool(); }
  const Value& error() const override { return error_; }
  bool content_seen() const override { return message_.size() > 0; }
  Value body() const override {
    Value out = top_;
    Value message = message_;
    message.set("role", "assistant");
    if (!message.contains("content")) message.set("content", "");
    out.set("message", message);
    return out;
  }

 private:
  void take(std::string_view line, const TextSink& on_text) {
    const Value chunk = json::parse(line);
    if (chunk.contains("error")) {
      error_ = chunk;
      return;
    }
    for (const auto& [key, value] : chunk.members())
      if (key != "message") top_.set(key, value);
    const Value& message = chunk["message"];
    for (const char* key : {"content", "thinking"})
      if (const auto& piece = message[key].as_string(); !piece.empty())
        message_.set(key, message_[key].as_string() + piece);
    if (const auto& text = message["content"].as_string(); !text.empty() && on_text) on_text(text);
    for (const auto& call : message["tool_calls"].items()) message_.member("tool_calls").push(call);
  }

  net::LineParser parser_;
  Value top_ = Value::object();
  Value message_ = Value::object();
  Value error_;
};

}  // namespace

const Wire ollama_wire{
    "ollama",
    "http://127.0.0.1:11434",
    "none",
    [](const Request&) { return std::string("/api/chat"); },
    body_of,
    read,
    []() -> std::unique_ptr<Decoder> { return std::make_unique<OllamaDecoder>(); }};

}  // namespace openclaw::llm
