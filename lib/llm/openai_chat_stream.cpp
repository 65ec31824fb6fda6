// SPDX-License-Identifier: MIT
#include "llm/openai_chat_stream.h"

#include <map>

#include "llm/parts.h"

namespace openclaw::llm {
namespace {

using json::Value;

class OpenAiChatDecoder : public Decoder {
 public:
  std::unique_ptr<Decoder> clone() const override {
    return std::make_unique<OpenAiChatDecoder>(*this);
  }
  void feed(std::string_view bytes, const TextSink& on_text) override {
    parser_.feed(bytes, [&](const net::Event& event) { take(event, on_text); });
  }
  /// Some vendors end without [DONE]; a finish_reason with the usage is an end as well. Without the
  /// usage something is missing: it comes after the finish_reason.
  bool complete() const override { return done_ || (!finish_.empty() && !usage_.is_null()); }
  const Value& error() const override { return error_; }
  bool content_seen() const override {
    return !text_.empty() || !calls_.empty() || message_.size() > 0;
  }

  Value body() const override {
    Value message = message_;
    message.set("role", "assistant");
    message.set("content", text_.empty() && !calls_.empty() ? Value() : Value(text_));
    for (const auto& [index, call] : calls_) message.member("tool_calls").push(call);
    auto choice = Value::object({{"message", message}});
    if (!finish_.empty()) choice.set("finish_reason", finish_);
    Value out = top_;
    out.set("choices", Value::array({choice}));
    if (!usage_.is_null()) out.set("usage", usage_);
    return out;
  }

 private:
  void take(const net::Event& event, const TextSink& on_text) {
    if (event.data == "[DONE]") {
      done_ = true;
      return;
    }
    const Value chunk = event_json(event);
    if (chunk.contains("error") && !chunk["error"].is_null()) {
      error_ = chunk;
      return;
    }
    for (const char* key : {"id", "model"})
      if (!chunk[key].as_string().empty()) top_.set(key, chunk[key]);
    if (chunk["usage"].is_object()) usage_ = chunk["usage"];
    if (chunk["x_groq"]["usage"].is_object()) usage_ = chunk["x_groq"]["usage"];
    const Value& choice = chunk["choices"].at(0);
    delta(choice["delta"], on_text);
    if (!choice["finish_reason"].as_string().empty()) finish_ = choice["finish_reason"].as_string();
    if (choice["usage"].is_object()) usage_ = choice["usage"];
  }

  void delta(const Value& delta, const TextSink& on_text) {
    if (const auto& text = text_in(delta["content"]); !text.empty()) {
      text_ += text;
      if (on_text) on_text(text);
    }
    for (const char* key : {"reasoning_content", "reasoning", "refusal"})
      if (const auto& piece = delta[key].as_string(); !piece.empty())
        message_.set(key, message_[key].as_string() + piece);
    for (const auto& detail : delta["reasoning_details"].items())
      message_.member("reasoning_details").push(detail);
    for (const auto& call : delta["tool_calls"].items()) add_call(call);
  }

  static std::string text_in(const Value& content) {
    if (content.is_string()) return content.as_string();
    std::string out;
    for (const auto& item : content.items())
      if (item["type"] == Value("text")) out += item["text"].as_string();
    return out;
  }

  void add_call(const Value& piece) {
    std::int64_t index = piece["index"].as_int(-1);
    if (index < 0) {  // a vendor without indexes: an id starts the next call
      const bool next = !piece["id"].as_string().empty() || calls_.empty();
      index = static_cast<std::int64_t>(calls_.size()) - (next ? 0 : 1);
    }
    Value& call = calls_[index];
    if (call.is_null())
      call = Value::object({{"id", ""},
                            {"type", "function"},
                            {"function", Value::object({{"name", ""}, {"arguments", ""}})}});
    if (!piece["id"].as_string().empty()) call.set("id", piece["id"]);
    Value& function = call.member("function");
    const Value& more = piece["function"];
    if (!more["name"].as_string().empty() && function["name"].as_string().empty())
      function.set("name", more["name"]);
    const std::string arguments = more["arguments"].is_object() ? json::dump(more["arguments"])
                                                                : more["arguments"].as_string();
    function.set("arguments", function["arguments"].as_string() + arguments);
  }

  net::SseParser parser_;
  Value top_ = Value::object();
  Value message_ = Value::object();
  std::string text_;
  std::map<std::int64_t, Value> calls_;
  std::string finish_;
  Value usage_;
  Value error_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_openai_chat_decoder() {
  return std::make_unique<OpenAiChatDecoder>();
}

}  // namespace openclaw::llm
