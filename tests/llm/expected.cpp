// SPDX-License-Identifier: MIT
#include "llm/expected.h"

#include <algorithm>
#include <map>

#include "json/parse.h"
#include "llm/expected_parts.h"

namespace openclaw::test {

using json::Value;
using llm::Finish;

namespace {

std::int64_t n(const Value& value) { return std::max<std::int64_t>(0, value.as_int()); }

/// The first of the values that is a number above zero.
std::int64_t first(std::initializer_list<const Value*> values) {
  for (const Value* value : values)
    if (value->is_number() && value->as_int() > 0) return value->as_int();
  return 0;
}

Tokens chat_tokens(const Value& u) {
  const Value& in = u["prompt_tokens_details"];
  const Value& out = u["completion_tokens_details"];
  Tokens t;
  t.input = n(u["prompt_tokens"]);
  t.cache_read = first({&in["cached_tokens"], &u["prompt_cache_hit_tokens"], &u["cached_tokens"],
                        &u["num_cached_tokens"]});
  // One recorded body has every token both read and written: a token counts once, as read.
  t.cache_read = std::min(t.cache_read, t.input);
  t.cache_write = std::min(n(in["cache_write_tokens"]), t.input - t.cache_read);
  t.output = n(u["completion_tokens"]);
  t.reasoning = std::min(t.output, first({&out["reasoning_tokens"], &u["reasoning_tokens"]}));
  return t;
}

Expected from_anthropic(const Value& body) {
  Expected e;
  for (const auto& block : body["content"].items()) {
    e.keep.push_back(block);
    if (block["type"] == Value("text")) e.text += block["text"].as_string();
    if (block["type"] == Value("tool_use"))
      e.calls.emplace_back(block["name"].as_string(), block["input"]);
  }
  e.finish = finish_from(body["stop_reason"].as_string(), e);
  return e;
}

Expected from_chat(const Value& body) {
  Expected e;
  const Value& choice = body["choices"].at(0);
  const Value& message = choice["message"];
  e.text = chat_text(message["content"]);
  for (const auto& call : message["tool_calls"].items())
    e.calls.emplace_back(call["function"]["name"].as_string(),
                         parsed(call["function"]["arguments"]));
  e.finish = finish_from(choice["finish_reason"].as_string(), e);
  e.keep = kept(llm::openai_chat_wire, message);
  return e;
}

Expected from_responses(const Value& body) {
  Expected e;
  e.keep = body["output"].items();
  for (const auto& item : body["output"].items()) {
    for (const auto& content : item["content"].items())
      if (item["type"] == Value("message") && content["type"] == Value("output_text"))
        e.text += content["text"].as_string();
    if (item["type"] == Value("function_call"))
      e.calls.emplace_back(item["name"].as_string(), parsed(item["arguments"]));
  }
  const auto& status = body["status"].as_string();
  if (status == "incomplete") {
    e.finish = Finish::length;
  } else if (status.starts_with("complete")) {
    e.finish = e.calls.empty() ? Finish::stop : Finish::tool_calls;
  }
  return e;
}

Expected from_gemini(const Value& body) {
  Expected e;
  const Value& candidate = body["candidates"].at(0);
  for (const auto& part : candidate["content"]["parts"].items()) add_gemini_part(e, part);
  e.finish = finish_from(candidate["finishReason"].as_string(), e);
  e.keep = kept(llm::gemini_wire, candidate["content"]);
  return e;
}

std::string calls_difference(const Expected& e, const std::vector<llm::ToolCall>& calls) {
  if (e.calls.size() != calls.size())
    return std::to_string(e.calls.size()) + " calls expected, " + std::to_string(calls.size()) +
           " read\n";
  std::string out;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto& [name, arguments] = e.calls[i];
    if (calls[i].name != name) out += "call " + name + " was read as " + calls[i].name + '\n';
    if (parsed(calls[i].arguments) != arguments)
      out += "arguments " + json::dump(arguments) + " were read as " + calls[i].arguments + '\n';
    if (calls[i].id.empty() || std::find(ids.begin(), ids.end(), calls[i].id) != ids.end())
      out += "call " + name + " has no id of its own: '" + calls[i].id + "'\n";
    ids.push_back(calls[i].id);
  }
  return out;
}

std::string keep_difference(const Expected& e, const llm::Reply& reply, const llm::Wire& wire) {
  const auto& raw = reply.message.raw;
  // A cut answer is never echoed; one whose ids are our own may be rebuilt instead.
  if (raw.is_null() && (e.keep.empty() || e.finish == Finish::length)) return {};
  const auto have = kept(wire, raw);
  if (have == e.keep) return {};
  std::string out = "an echo must carry " + std::to_string(e.keep.size()) + " pieces, carries " +
                    std::to_string(have.size()) + '\n';
  for (std::size_t i = 0; i < std::min(have.size(), e.keep.size()); ++i)
    if (have[i] != e.keep[i])
      out += "  " + json::dump(e.keep[i]).substr(0, 300) + "\n  became " +
             json::dump(have[i]).substr(0, 300) + '\n';
  return out;
}

}  // namespace

Value parsed(const Value& text) {
  if (!text.is_string()) return text.is_null() ? Value::object() : text;
  try {
    return json::parse(text.as_string());
  } catch (const json::ParseError&) {
    return text;
  }
}

std::string chat_text(const Value& content) {
  if (content.is_string()) return content.as_string();
  std::string out;
  for (const auto& item : content.items())
    if (item["type"] == Value("text")) out += item["text"].as_string();
  return out;
}

void add_gemini_part(Expected& e, const Value& part) {
  if (part["functionCall"].is_object())
    e.calls.emplace_back(part["functionCall"]["name"].as_string(),
                         parsed(part["functionCall"]["args"]));
  else if (!part["thought"].as_bool())
    e.text += part["text"].as_string();
}

std::vector<Value> kept(const llm::Wire& wire, const Value& raw) {
  std::vector<Value> out;
  if (&wire == &llm::anthropic_wire || &wire == &llm::openai_responses_wire) return raw.items();
  if (&wire == &llm::gemini_wire) {
    for (const auto& part : raw["parts"].items())
      if (part.contains("thoughtSignature") || !part.contains("text")) out.push_back(part);
    return out;
  }
  for (const char* key : {"reasoning_content", "reasoning", "reasoning_details"})
    if (!raw[key].is_null() && raw[key] != Value("")) out.push_back(raw[key]);
  return out;
}

std::optional<Finish> finish_from(const std::string& reason, const Expected& e) {
  // From the vendors' own lists; what is not here is an ordinary end.
  static const std::map<std::string, Finish> cut{
      {"max_tokens", Finish::length}, {"model_context_window_exceeded", Finish::length},
      {"refusal", Finish::refused},   {"pause_turn", Finish::paused},
      {"length", Finish::length},     {"content_filter", Finish::refused},
      {"MAX_TOKENS", Finish::length}, {"SAFETY", Finish::refused},
      {"RECITATION", Finish::refused}};
  if (reason.empty()) return std::nullopt;
  if (const auto found = cut.find(reason); found != cut.end()) return found->second;
  return e.calls.empty() ? Finish::stop : Finish::tool_calls;
}

Tokens expected_tokens(const llm::Wire& wire, const Value& u) {
  Tokens t;
  if (&wire == &llm::openai_chat_wire) return chat_tokens(u);
  if (&wire == &llm::anthropic_wire) {
    t.cache_read = n(u["cache_read_input_tokens"]);
    t.cache_write = n(u["cache_creation_input_tokens"]);
    t.cache_write_1h = n(u["cache_creation"]["ephemeral_1h_input_tokens"]);
    t.input = n(u["input_tokens"]) + t.cache_read + t.cache_write;
    t.output = n(u["output_tokens"]);
    t.reasoning = n(u["output_tokens_details"]["thinking_tokens"]);
  } else if (&wire == &llm::openai_responses_wire) {
    t.cache_read = n(u["input_tokens_details"]["cached_tokens"]);
    t.cache_write = n(u["input_tokens_details"]["cache_write_tokens"]);
    t.input = n(u["input_tokens"]);
    t.output = n(u["output_tokens"]);
    t.reasoning = n(u["output_tokens_details"]["reasoning_tokens"]);
  } else {
    t.cache_read = n(u["cachedContentTokenCount"]);
    t.input = n(u["promptTokenCount"]) + n(u["toolUsePromptTokenCount"]);
    t.reasoning = n(u["thoughtsTokenCount"]);
    t.output = n(u["candidatesTokenCount"]) + t.reasoning;
  }
  t.reasoning = std::min(t.reasoning, t.output);
  return t;
}

void add_usage(Expected& e, const llm::Wire& wire, const Value& usage) {
  e.tokens = expected_tokens(wire, usage);
  for (const char* key : {"total_tokens", "totalTokenCount"})
    if (usage[key].is_int()) e.total = usage[key].as_int();
}

Expected expected_of(const llm::Wire& wire, const Value& body) {
  Expected e = &wire == &llm::anthropic_wire          ? from_anthropic(body)
               : &wire == &llm::openai_chat_wire      ? from_chat(body)
               : &wire == &llm::openai_responses_wire ? from_responses(body)
                                                      : from_gemini(body);
  const bool gemini = &wire == &llm::gemini_wire;
  add_usage(e, wire, gemini ? body["usageMetadata"] : body["usage"]);
  e.id = (gemini ? body["responseId"] : body["id"]).as_string();
  e.model = (gemini ? body["modelVersion"] : body["model"]).as_string();
  if (e.finish == Finish::length) e.calls.clear();
  return e;
}

Tokens tokens_of(const llm::Usage& u) {
  return {u.input_tokens,  u.cache_read_tokens, u.cache_creation_tokens, u.cache_creation_1h_tokens,
          u.output_tokens, u.reasoning_tokens};
}

std::string show(const Tokens& t) {
  return "in " + std::to_string(t.input) + " (read " + std::to_string(t.cache_read) + ", write " +
         std::to_string(t.cache_write) + ", 1h " + std::to_string(t.cache_write_1h) + ") out " +
         std::to_string(t.output) + " (reasoning " + std::to_string(t.reasoning) + ")";
}

std::string differences(const llm::Wire& wire, const Expected& e, const llm::Reply& reply) {
  std::string out;
  const auto text = llm::text_of(reply.message);
  if (text != e.text) out += "text '" + e.text + "'\nwas read as '" + text + "'\n";
  out += calls_difference(e, llm::calls_of(reply.message));
  if (e.finish && reply.finish != *e.finish)
    out += "finish " + std::string(llm::name_of(*e.finish)) + " was read as " +
           std::string(llm::name_of(reply.finish)) + '\n';
  if (tokens_of(reply.usage) != e.tokens)
    out += "usage " + show(e.tokens) + "\nwas read as " + show(tokens_of(reply.usage)) + '\n';
  if (e.total && reply.usage.input_tokens + reply.usage.output_tokens != *e.total)
    out += "the parts make " +
           std::to_string(reply.usage.input_tokens + reply.usage.output_tokens) + ", the vendor " +
           std::to_string(*e.total) + '\n';
  if (reply.response_id != e.id) out += "id '" + e.id + "' was read as " + reply.response_id + '\n';
  if (reply.response_model != e.model)
    out += "model '" + e.model + "' was read as " + reply.response_model + '\n';
  return out + keep_difference(e, reply, wire);
}

}  // namespace openclaw::test
