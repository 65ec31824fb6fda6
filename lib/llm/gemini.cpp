// SPDX-License-Identifier: MIT
// Gemini: POST /v1beta/models/{model}:generateContent and :streamGenerateContent?alt=sse.
#include "base/text.h"
#include "llm/parts.h"
#include "llm/usage.h"
#include "llm/wire.h"
#include "url/url.h"

namespace openclaw::llm {
namespace {

using json::Value;

Value part_value(const Part& part, bool sign) {
  if (const auto* text = std::get_if<Text>(&part)) return Value::object({{"text", text->text}});
  if (const auto* image = std::get_if<Image>(&part))
    return Value::object({{"inlineData", Value::object({{"mimeType", image->media_type},
                                                        {"data", base::base64(image->bytes)}})}});
  if (const auto* call = std::get_if<ToolCall>(&part)) {
    auto function =
        Value::object({{"name", call->name}, {"args", arguments_object(call->arguments)}});
    if (!is_minted(call->id)) function.set("id", call->id);
    auto out = Value::object({{"functionCall", function}});
    // A first call of a turn needs a signature; for history of another vendor there is this word.
    if (sign) out.set("thoughtSignature", "skip_thought_signature_validator");
    return out;
  }
  const auto& result = std::get<ToolResult>(part);
  auto function = Value::object(
      {{"name", result.name},
       {"response", Value::object({{result.error ? "error" : "output", result.text}})}});
  if (!is_minted(result.call_id)) function.set("id", result.call_id);
  return Value::object({{"functionResponse", function}});
}

Value content_of(const Message& m, const std::string& origin) {
  if (echoes(m, origin)) return m.raw;
  auto parts = Value::array();
  bool sign = m.role == Role::assistant;
  for (const auto& part : m.parts) {
    const bool call = std::holds_alternative<ToolCall>(part);
    const auto* text = std::get_if<Text>(&part);
    if (!text || !text->text.empty()) parts.push(part_value(part, call && sign));
    if (call) sign = false;
  }
  return Value::object({{"role", m.role == Role::user ? "user" : "model"}, {"parts", parts}});
}

Value body_of(const Request& request, const Endpoint& endpoint) {
  auto contents = Value::array();
  for (const auto& m : request.messages)
    contents.push(content_of(m, origin_of(endpoint, request.model)));
  auto generation = Value::object({{"maxOutputTokens", request.max_output_tokens}});
  if (!request.effort.empty())
    generation.set("thinkingConfig", Value::object({{"thinkingLevel", request.effort}}));
  if (request.schema)
    generation.set("responseMimeType", "application/json")
        .set("responseJsonSchema", *request.schema);
  auto body = Value::object({{"contents", contents}, {"generationConfig", generation}});
  if (!request.system.empty())
    body.set("systemInstruction",
             Value::object({{"parts", Value::array({Value::object({{"text", request.system}})})}}));
  auto functions = Value::array();
  for (const auto& tool : request.tools)
    functions.push(Value::object({{"name", tool.name},
                                  {"description", tool.description},
                                  {"parametersJsonSchema", tool.parameters}}));
  if (functions.size() > 0)
    body.set("tools", Value::array({Value::object({{"functionDeclarations", functions}})}));
  return body;
}

Finish finish_of(const std::string& reason) {
  if (reason == "MAX_TOKENS") return Finish::length;
  // All else (SAFETY, RECITATION, MALFORMED_FUNCTION_CALL, ...) ends without an answer.
  const bool ordinary = reason.empty() || reason == "STOP" || reason == "FINISH_REASON_UNSPECIFIED";
  return ordinary ? Finish::stop : Finish::refused;
}

Reply read(const Value& body) {
  Reply reply;
  const Value& candidate = body["candidates"].at(0);
  reply.message.role = Role::assistant;
  if (candidate["content"].is_object() && candidate["content"]["parts"].size() > 0) {
    reply.message.raw = candidate["content"];
    reply.message.raw.set("role", "model");
  }
  for (const auto& part : candidate["content"]["parts"].items()) {
    if (part.contains("functionCall")) {
      const Value& call = part["functionCall"];
      std::string id = call["id"].as_string();
      if (id.empty()) id = mint_call_id();
      reply.message.parts.push_back(
          ToolCall{id, call["name"].as_string(),
                   call["args"].is_object() ? json::dump(call["args"]) : std::string("{}")});
    } else if (!part["text"].as_string().empty() && !part["thought"].as_bool()) {
      reply.message.parts.push_back(Text{part["text"].as_string()});
    }
  }
  reply.finish_raw = candidate["finishReason"].as_string();
  reply.finish = finish_of(reply.finish_raw);
  if (const auto& blocked = body["promptFeedback"]["blockReason"].as_string(); !blocked.empty()) {
    reply.finish = Finish::refused;
    reply.finish_raw = blocked;
  }
  if (reply.finish == Finish::refused) {
    reply.refusal = candidate["finishMessage"].as_string();
    if (reply.refusal.empty()) reply.refusal = reply.finish_raw;
  }
  reply.usage = gemini_usage(body["usageMetadata"]);
  reply.response_id = body["responseId"].as_string();
  reply.response_model = body["modelVersion"].as_string();
  settle_calls(reply);
  return reply;
}

class GeminiDecoder : public Decoder {
 public:
  std::unique_ptr<Decoder> clone() const override { return std::make_unique<GeminiDecoder>(*this); }
  void feed(std::string_view bytes, const TextSink& on_text) override {
    parser_.feed(bytes, [&](const net::Event& event) { take(event, on_text); });
  }
  bool complete() const override {
    return candidate_.contains("finishReason") ||
           !top_["promptFeedback"]["blockReason"].as_string().empty();
  }
  const Value& error() const override { return error_; }
  bool content_seen() const override { return parts_.size() > 0; }
  Value body() const override {
    Value out = top_;
    Value candidate = candidate_;
    candidate.set("content", Value::object({{"role", "model"}, {"parts", parts_}}));
    out.set("candidates", Value::array({candidate}));
    return out;
  }

 private:
  void take(const net::Event& event, const TextSink& on_text) {
    const Value chunk = event_json(event);
    if (chunk.contains("error")) {
      error_ = chunk;
      return;
    }
    for (const auto& [key, value] : chunk.members())
      if (key != "candidates") top_.set(key, value);
    const Value& candidate = chunk["candidates"].at(0);
    for (const auto& [key, value] : candidate.members())
      if (key != "content") candidate_.set(key, value);
    for (const auto& part : candidate["content"]["parts"].items()) {
      if (part.contains("text") && !part["thought"].as_bool() && on_text)
        on_text(part["text"].as_string());
      add(part);
    }
  }

  /// Neighbouring plain texts are one part; everything with a signature stays as it came.
  void add(const Value& part) {
    const auto plain = [](const Value& p) {
      return p.contains("text") && p.size() == (p.contains("thought") ? 2U : 1U);
    };
    if (parts_.size() > 0 && plain(part)) {
      Value& last = parts_.items_mutable().back();
      if (plain(last) && last["thought"].as_bool() == part["thought"].as_bool()) {
        last.set("text", last["text"].as_string() + part["text"].as_string());
        return;
      }
    }
    parts_.push(part);
  }

  net::SseParser parser_;
  Value top_ = Value::object();
  Value candidate_ = Value::object();
  Value parts_ = Value::array();
  Value error_;
};

std::string path_of(const Request& request) {
  const std::string model =
      request.model.starts_with("models/") ? request.model.substr(7) : request.model;
  return "/models/" + url::encode(model) +
         (request.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
}

}  // namespace

const Wire gemini_wire{
    "gemini",
    "https://generativelanguage.googleapis.com/v1beta",
    "x-goog-api-key",
    path_of,
    body_of,
    read,
    []() -> std::unique_ptr<Decoder> { return std::make_unique<GeminiDecoder>(); }};

}  // namespace openclaw::llm
