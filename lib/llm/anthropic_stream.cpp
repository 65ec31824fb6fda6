// SPDX-License-Identifier: MIT
#include "llm/anthropic_stream.h"

#include <map>

#include "json/parse.h"
#include "llm/parts.h"

namespace openclaw::llm {
namespace {

using json::Value;

class AnthropicDecoder : public Decoder {
 public:
  std::unique_ptr<Decoder> clone() const override {
    return std::make_unique<AnthropicDecoder>(*this);
  }
  void feed(std::string_view bytes, const TextSink& on_text) override {
    parser_.feed(bytes, [&](const net::Event& event) { take(event, on_text); });
  }
  bool complete() const override { return complete_; }
  const Value& error() const override { return error_; }
  bool content_seen() const override { return !blocks_.empty(); }

  Value body() const override {
    Value out = message_;
    auto content = Value::array();
    for (const auto& [index, block] : blocks_)
      if (block.closed || block.value["type"] == Value("text")) content.push(block.value);
    out.set("content", content);
    return out;
  }

 private:
  struct Block {
    Value value;
    std::string input;
    bool closed = false;
  };

  void take(const net::Event& event, const TextSink& on_text) {
    const Value data = event_json(event);
    const auto& type = data["type"].as_string();
    if (type == "message_start") {
      message_ = data["message"];
    } else if (type == "content_block_start") {
      blocks_[data["index"].as_int()].value = data["content_block"];
      // Most blocks start empty; what is there already belongs to the text.
      const auto& text = data["content_block"]["text"].as_string();
      if (data["content_block"]["type"] == Value("text") && !text.empty() && on_text) on_text(text);
    } else if (type == "content_block_delta") {
      delta(blocks_[data["index"].as_int()], data["delta"], on_text);
    } else if (type == "content_block_stop") {
      close(blocks_[data["index"].as_int()]);
    } else if (type == "message_delta") {
      for (const auto& [key, value] : data["delta"].members()) message_.set(key, value);
      for (const auto& [key, value] : data["usage"].members())
        if (!value.is_null()) message_.member("usage").set(key, value);
    } else if (type == "message_stop") {
      complete_ = true;
    } else if (type == "error") {
      error_ = data;
    }
  }

  static void append(Block& block, std::string_view key, const std::string& piece) {
    block.value.set(key, block.value[key].as_string() + piece);
  }

  static void delta(Block& block, const Value& delta, const TextSink& on_text) {
    const auto& type = delta["type"].as_string();
    if (type == "text_delta") {
      append(block, "text", delta["text"].as_string());
      if (on_text) on_text(delta["text"].as_string());
    } else if (type == "input_json_delta") {
      block.input += delta["partial_json"].as_string();
    } else if (type == "thinking_delta") {
      append(block, "thinking", delta["thinking"].as_string());
    } else if (type == "signature_delta") {
      append(block, "signature", delta["signature"].as_string());
    } else if (type == "citations_delta") {
      if (!block.value["citations"].is_array()) block.value.set("citations", Value::array());
      block.value.member("citations").push(delta["citation"]);
    } else if (type == "compaction_delta") {
      append(block, "content", delta["content"].as_string());
    }
  }

  /// A block whose input is no whole JSON is left open: it is never run and never echoed.
  static void close(Block& block) {
    if (!block.input.empty()) {
      try {
        block.value.set("input", json::parse(block.input));
      } catch (const json::ParseError&) {
        return;
      }
    }
    block.closed = true;
  }

  net::SseParser parser_;
  Value message_ = Value::object();
  std::map<std::int64_t, Block> blocks_;
  Value error_;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_anthropic_decoder() { return std::make_unique<AnthropicDecoder>(); }

}  // namespace openclaw::llm
