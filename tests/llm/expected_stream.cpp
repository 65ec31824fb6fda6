// SPDX-License-Identifier: MIT
#include <map>

#include "json/parse.h"
#include "llm/expected_parts.h"

namespace openclaw::test {

using json::Value;
using llm::Finish;

namespace {

std::vector<Value> json_events(const std::string& raw) {
  std::vector<Value> out;
  for (const auto& data : events_of(raw))
    if (data != "[DONE]") out.push_back(json::parse(data));
  return out;
}

/// The blocks of an Anthropic stream as they would stand in an unstreamed body.
class AnthropicBlocks {
 public:
  void take(const Value& event) {
    const auto& type = event["type"].as_string();
    const auto index = event["index"].as_int();
    if (type == "content_block_start") blocks_[index] = event["content_block"];
    if (type == "content_block_delta") add(blocks_[index], inputs_[index], event["delta"]);
  }
  Value content() const {
    auto out = Value::array();
    for (auto [index, block] : blocks_) {
      const auto input = inputs_.find(index);
      if (input != inputs_.end() && !input->second.empty())
        block.set("input", json::parse(input->second));
      out.push(block);
    }
    return out;
  }

 private:
  static void add(Value& block, std::string& input, const Value& delta) {
    for (const char* key : {"text", "thinking", "signature"})
      if (delta[key].is_string()) block.set(key, block[key].as_string() + delta[key].as_string());
    input += delta["partial_json"].as_string();
    if (!delta["citation"].is_object()) return;
    Value list = block["citations"].is_array() ? block["citations"] : Value::array();
    list.push(delta["citation"]);
    block.set("citations", list);
  }

  std::map<std::int64_t, Value> blocks_;
  std::map<std::int64_t, std::string> inputs_;
};

Expected from_anthropic(const std::string& raw) {
  AnthropicBlocks blocks;
  Value message;
  bool error = false;
  for (const auto& event : json_events(raw)) {
    blocks.take(event);
    if (event["type"] == Value("message_start")) message = event["message"];
    if (event["type"] == Value("error")) error = true;
    if (event["type"] != Value("message_delta")) continue;
    message.set("stop_reason", event["delta"]["stop_reason"]);
    for (const auto& [key, value] : event["usage"].members())
      if (!value.is_null()) message.member("usage").set(key, value);
  }
  message.set("content", blocks.content());
  Expected e = expected_of(llm::anthropic_wire, message);
  e.error = error;
  return e;
}

struct ChatCall {
  std::string name, arguments;
};

/// The reasoning of a chat stream as one message would carry it.
std::vector<Value> chat_kept(const std::map<std::string, std::string>& words,
                             const Value& details) {
  std::vector<Value> out;
  for (const char* key : {"reasoning_content", "reasoning"})
    if (const auto found = words.find(key); found != words.end()) out.emplace_back(found->second);
  if (details.size() > 0) out.push_back(details);
  return out;
}

Expected from_chat(const std::string& raw) {
  Expected e;
  std::map<std::int64_t, ChatCall> calls;
  std::map<std::string, std::string> words;
  auto details = Value::array();
  std::string reason;
  Value usage;
  for (const auto& chunk : json_events(raw)) {
    if (!chunk["error"].is_null()) {
      e.error = true;
      break;
    }
    const Value& choice = chunk["choices"].at(0);
    const Value& delta = choice["delta"];
    e.text += chat_text(delta["content"]);
    for (const char* key : {"reasoning_content", "reasoning"})
      if (!delta[key].as_string().empty()) words[key] += delta[key].as_string();
    for (const auto& detail : delta["reasoning_details"].items()) details.push(detail);
    for (const auto& piece : delta["tool_calls"].items()) {
      ChatCall& call = calls[piece["index"].as_int()];
      call.name += piece["function"]["name"].as_string();
      call.arguments += piece["function"]["arguments"].as_string();
    }
    if (choice["finish_reason"].is_string()) reason = choice["finish_reason"].as_string();
    for (const Value* u : {&chunk["x_groq"]["usage"], &chunk["usage"]})
      if (u->is_object()) usage = *u;
    if (!chunk["id"].as_string().empty()) e.id = chunk["id"].as_string();
    if (!chunk["model"].as_string().empty()) e.model = chunk["model"].as_string();
  }
  for (const auto& [index, call] : calls)
    e.calls.emplace_back(call.name, parsed(Value(call.arguments)));
  e.finish = finish_from(reason, e);
  e.keep = chat_kept(words, details);
  add_usage(e, llm::openai_chat_wire, usage);
  return e;
}

/// Text and calls come from the single items, so that the last event's envelope is checked against
/// what was streamed before it; what an echo carries is the envelope's (it is sealed anew in each).
Expected from_responses(const std::string& raw) {
  Value last;
  auto items = Value::array();
  std::string streamed;
  bool error = false;
  for (const auto& event : json_events(raw)) {
    const auto& type = event["type"].as_string();
    if (type == "response.output_item.done") items.push(event["item"]);
    if (type == "response.output_text.delta") streamed += event["delta"].as_string();
    if (type == "error" || type == "response.failed") error = true;
    if (type == "response.completed" || type == "response.incomplete") last = event["response"];
  }
  const auto sealed = last["output"].items();
  last.set("output", items);
  Expected e = expected_of(llm::openai_responses_wire, last);
  e.text = streamed;
  if (!sealed.empty()) e.keep = sealed;
  e.error = error;
  return e;
}

Expected from_gemini(const std::string& raw) {
  Expected e;
  std::string reason;
  for (const auto& chunk : json_events(raw)) {
    if (chunk.contains("error")) e.error = true;
    const Value& candidate = chunk["candidates"].at(0);
    for (const auto& part : candidate["content"]["parts"].items()) add_gemini_part(e, part);
    for (const auto& piece : kept(llm::gemini_wire, candidate["content"])) e.keep.push_back(piece);
    if (candidate["finishReason"].is_string()) reason = candidate["finishReason"].as_string();
    add_usage(e, llm::gemini_wire, chunk["usageMetadata"]);
    e.id = chunk["responseId"].as_string();
    e.model = chunk["modelVersion"].as_string();
  }
  e.finish = finish_from(reason, e);
  return e;
}

}  // namespace

std::vector<std::string> events_of(const std::string& raw) {
  std::vector<std::string> out;
  std::string data;
  bool any = false;
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end = raw.find('\n', at);
    if (end == std::string::npos) break;
    std::string line = raw.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) {
      if (any) out.push_back(data);
      any = false;
      data.clear();
    } else if (line.starts_with("data:")) {
      if (any) data += '\n';
      data += line.substr(line.starts_with("data: ") ? 6 : 5);
      any = true;
    }
  }
  return out;
}

Expected expected_of_stream(const llm::Wire& wire, const std::string& raw) {
  Expected e = &wire == &llm::anthropic_wire          ? from_anthropic(raw)
               : &wire == &llm::openai_chat_wire      ? from_chat(raw)
               : &wire == &llm::openai_responses_wire ? from_responses(raw)
                                                      : from_gemini(raw);
  if (e.error) e.finish.reset();
  if (e.finish == Finish::length) e.calls.clear();
  return e;
}

}  // namespace openclaw::test
