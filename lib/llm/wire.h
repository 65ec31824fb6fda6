// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "llm/provider.h"

namespace openclaw::llm {

/// Puts the pieces of one streamed answer together. Copyable through clone(), so that a test can
/// cut a stream at every byte.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::unique_ptr<Decoder> clone() const = 0;
  /// Bytes of any size. May throw base::ProtocolError.
  virtual void feed(std::string_view bytes, const TextSink& on_text) = 0;
  /// No more bytes will come.
  virtual void finish() {}
  /// Whether the end marker was seen. Without it the answer is cut.
  virtual bool complete() const = 0;
  /// An error that the vendor sent inside the stream: its body, or null.
  virtual const json::Value& error() const = 0;
  /// Whether any content came.
  virtual bool content_seen() const = 0;
  /// The answer in the shape of the unstreamed body.
  virtual json::Value body() const = 0;
};

/// A wire format: plain functions, listed in one table.
struct Wire {
  std::string_view name;
  std::string_view default_base_url;
  std::string_view default_auth;
  std::string (*path)(const Request& request);
  json::Value (*body)(const Request& request, const Endpoint& endpoint);
  Reply (*read)(const json::Value& body);
  std::unique_ptr<Decoder> (*decoder)();
};

/// The table; nullptr when there is no such format.
const Wire* find_wire(std::string_view name);
const std::vector<std::string>& wire_names();

extern const Wire anthropic_wire;
extern const Wire openai_chat_wire;
extern const Wire openai_responses_wire;
extern const Wire gemini_wire;
extern const Wire ollama_wire;

/// The key under which a message's raw blocks may be echoed.
std::string origin_of(const Endpoint& endpoint, const std::string& model);

}  // namespace openclaw::llm
