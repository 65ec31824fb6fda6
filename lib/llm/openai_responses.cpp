// SPDX-License-Identifier: MIT
// OpenAI Responses: POST /v1/responses, always store:false (no state at the vendor).
#include "llm/parts.h"
#include "llm/usage.h"
#include "llm/wire.h"

namespace openclaw::llm {
namespace {

using json::Value;

void add_message(Value& input, const Message& m, const std::string& origin) {
  if (echoes(m, origin)) {
    for (const auto& item : m.raw.items()) input.push(item);
    return;
  }
  if (m.role == Role::assistant && !text_of(m).empty())  // what it said stands before its calls
    input.push(Value::object({{"role", "assistant"}, {"content", text_of(m)}}));
  auto content = Value::array();
  for (const auto& part : m.parts) {
    if (const auto* text = std::get_if<Text>(&part)) {
      if (!text->text.empty() && m.role == Role::user)
        content.push(Value::object({{"type", "input_text"}, {"text", text->text}}));
    } else if (const auto* image = std::get_if<Image>(&part)) {
      content.push(Value::object(
          {{"type", "input_image"}, {"detail", "auto"}, {"image_url", data_url(*image)}}));
    } else if (const auto* call = std::get_if<ToolCall>(&part)) {
      input.push(Value::object({{"type", "function_call"},
                                {"call_id", call->id},
                                {"name", call->name},
                                {"arguments", call->arguments}}));
    } else if (const auto* result = std::get_if<ToolResult>(&part)) {
      input.push(Value::object({{"type", "function_call_output"},
                                {"call_id", result->call_id},
                                {"output", result->text}}));
    }
  }
  if (content.size() == 0) return;
  if (content.size() == 1 && content.at(0)["type"] == Value("input_text"))
    input.push(Value::object({{"role", "user"}, {"content", content.at(0)["text"]}}));
  else
    input.push(Value::object({{"role", "user"}, {"content", content}}));
}

Value body_of(const Request& request, const Endpoint& endpoint) {
  auto input = Value::array();
  for (const auto& m : request.messages) add_message(input, m, origin_of(endpoint, request.model));
  auto body = Value::object({{"model", request.model},
                             {"input", input},
                             {"max_output_tokens", request.max_output_tokens},
                             {"store", false}});
  if (!request.tools.empty())
    body.set("include", Value::array({Value("reasoning.encrypted_content")}));
  if (!request.system.empty()) body.set("instructions", request.system);
  if (request.stream)
    body.set("stream", true).set("stream_options", Value::object({{"include_obfuscation", false}}));
  for (const auto& tool : request.tools)
    body.member("tools").push(Value::object({{"type", "function"},
                                             {"name", tool.name},
                                             {"description", tool.description},
                                             {"parameters", tool.parameters},
                                             {"strict", is_strict(tool.parameters)}}));
  if (!request.effort.empty()) body.set("reasoning", Value::object({{"effort", request.effort}}));
  if (request.schema)
    body.set("text",
             Value::object({{"format", Value::object({{"type", "json_schema"},
                                                      {"name", "answer"},
                                                      {"schema", *request.schema},
                                                      {"strict", is_strict(*request.schema)}})}}));
  return body;
}

void read_item(const Value& item, Reply& reply) {
  const auto& type = item["type"].as_string();
  if (type == "message") {
    for (const auto& content : item["content"].items()) {
      if (content["type"] == Value("output_text"))
        reply.message.parts.push_back(Text{content["text"].as_string()});
      else if (content["type"] == Value("refusal"))
        reply.refusal += content["refusal"].as_string();
    }
  } else if (type == "function_call" && item["status"] != Value("incomplete")) {
    reply.message.parts.push_back(ToolCall{item["call_id"].as_string(), item["name"].as_string(),
                                           item["arguments"].as_string()});
  }
}

Reply read(const Value& body) {
  Reply reply;
  reply.message.role = Role::assistant;
  reply.message.raw = body["output"];
  for (const auto& item : body["output"].items()) read_item(item, reply);
  reply.finish_raw = body["status"].as_string();
  const auto& reason = body["incomplete_details"]["reason"].as_string();
  if (reply.finish_raw == "incomplete") {
    reply.finish_raw = reason;
    reply.finish = reason == "content_filter" ? Finish::refused : Finish::length;
  }
  if (!reply.refusal.empty()) reply.finish = Finish::refused;
  reply.usage = responses_usage(body["usage"]);
  reply.response_id = body["id"].as_string();
  reply.response_model = body["model"].as_string();
  settle_calls(reply);
  return reply;
}

/// The last event carries the whole response; before it only the text is kept, for a cut stream.
class ResponsesDecoder : public Decoder {
 public:
  std::unique_ptr<Decoder> clone() const override {
    return std::make_unique<ResponsesDecoder>(*this);
  }
  void feed(std::string_view bytes, const TextSink& on_text) override {
    parser_.feed(bytes, [&](const net::Event& event) { take(event, on_text); });
  }
  bool complete() const override { return !response_.is_null(); }
  const Value& error() const override { return error_; }
  bool content_seen() const override { return seen_; }

  Value body() const override {
    if (!response_.is_null()) return response_;
    Value out = started_;
    auto content = Value::array({Value::object({{"type", "output_text"}, {"text", text_}})});
    out.set("output", Value::array({Value::object({{"type", "message"}, {"content", content}})}));
    return out;
  }

 private:
  void take(const net::Event& event, const TextSink& on_text) {
    const Value data = event_json(event);
    const auto& type = data["type"].as_string();
    if (type == "response.created") {
      started_ = data["response"];
    } else if (type == "response.output_item.added") {
      seen_ = true;
    } else if (type == "response.output_item.done") {
      items_.push(data["item"]);
    } else if (type == "response.output_text.delta") {
      seen_ = true;
      text_ += data["delta"].as_string();
      if (on_text) on_text(data["delta"].as_string());
    } else if (type == "response.completed" || type == "response.incomplete") {
      response_ = data["response"];
      if (response_["output"].size() == 0 && items_.size() > 0) response_.set("output", items_);
    } else if (type == "response.failed") {
      error_ = data["response"];
    } else if (type == "error") {
      error_ = data.contains("error") ? data : Value::object({{"error", data}});
    }
  }

  net::SseParser parser_;
  Value started_ = Value::object();
  Value items_ = Value::array();
  Value response_;
  Value error_;
  std::string text_;
  bool seen_ = false;
};

}  // namespace

const Wire openai_responses_wire{
    "openai-responses",
    "https://api.openai.com/v1",
    "bearer",
    [](const Request&) { return std::string("/responses"); },
    body_of,
    read,
    []() -> std::unique_ptr<Decoder> { return std::make_unique<ResponsesDecoder>(); }};

}  // namespace openclaw::llm
