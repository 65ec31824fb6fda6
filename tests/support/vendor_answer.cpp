// SPDX-License-Identifier: MIT
#include "support/vendor_answer.h"

#include "json/parse.h"

namespace openclaw::test {
namespace {

using json::dump;
using json::Value;

Value o(std::initializer_list<json::Member> members) { return Value::object(members); }
Value a(std::initializer_list<Value> items) { return Value::array(items); }

std::string finish_word(Api api, const Answer& x) {
  const auto one = [&](const char* stop, const char* length, const char* refused,
                       const char* tool) {
    return std::string(x.finish == "length"    ? length
                       : x.finish == "refused" ? refused
                       : x.finish == "tool"    ? tool
                                               : stop);
  };
  switch (api) {
    case Api::anthropic: return one("end_turn", "max_tokens", "refusal", "tool_use");
    case Api::chat: return one("stop", "length", "content_filter", "tool_calls");
    case Api::gemini: return one("STOP", "MAX_TOKENS", "SAFETY", "STOP");
    case Api::responses: return one("completed", "incomplete", "completed", "completed");
    default: return one("stop", "length", "stop", "stop");
  }
}

/// A model of that name has read most of its prompt from the cache, and written a little.
Value usage_of(const VendorRequest& r) {
  if (r.api == Api::anthropic && (r.model == "cached" || r.model.starts_with("claude")))
    return o({{"input_tokens", 20},
              {"cache_read_input_tokens", 100000},
              {"cache_creation_input_tokens", 1000},
              {"output_tokens", 7}});
  if (r.api == Api::anthropic) return o({{"input_tokens", 20}, {"output_tokens", 7}});
  if (r.api == Api::chat)
    return o({{"prompt_tokens", 20}, {"completion_tokens", 7}, {"total_tokens", 27}});
  if (r.api == Api::gemini)
    return o({{"promptTokenCount", 20}, {"candidatesTokenCount", 7}, {"totalTokenCount", 27}});
  return o({{"input_tokens", 20}, {"output_tokens", 7}, {"total_tokens", 27}});
}

Value tool_input(const Answer& x) { return json::parse(x.arguments); }

/// One response of the Responses API.
Value response_of(const VendorRequest& r, const Answer& x) {
  auto item =
      o({{"id", "item_1"}, {"type", "message"}, {"status", "completed"}, {"role", "assistant"}});
  if (!x.tool.empty())
    item = o({{"id", "item_1"},
              {"type", "function_call"},
              {"status", "completed"},
              {"call_id", "call_1"},
              {"name", x.tool},
              {"arguments", x.arguments}});
  else if (!x.refusal.empty())
    item.set("content", a({o({{"type", "refusal"}, {"refusal", x.refusal}})}));
  else
    item.set("content",
             a({o({{"type", "output_text"}, {"text", x.text}, {"annotations", a({})}})}));
  auto out = o({{"id", "resp_stub"},
                {"object", "response"},
                {"model", r.model},
                {"status", finish_word(r.api, x)},
                {"output", a({item})},
                {"usage", usage_of(r)}});
  if (x.finish == "length") out.set("incomplete_details", o({{"reason", "max_output_tokens"}}));
  return out;
}

std::string event(const Value& data, bool named) {
  return (named ? "event: " + data["type"].as_string() + "\n" : "") + "data: " + dump(data) +
         "\n\n";
}

}  // namespace

std::string plain(const VendorRequest& r, const Answer& x) {
  const std::string finish = finish_word(r.api, x);
  switch (r.api) {
    case Api::anthropic: {
      auto content = a({});
      if (!x.text.empty()) content.push(o({{"type", "text"}, {"text", x.text}}));
      if (!x.tool.empty())
        content.push(o(
            {{"type", "tool_use"}, {"id", "toolu_1"}, {"name", x.tool}, {"input", tool_input(x)}}));
      return dump(o({{"id", "msg_stub"},
                     {"type", "message"},
                     {"role", "assistant"},
                     {"model", r.model},
                     {"content", content},
                     {"stop_reason", finish},
                     {"usage", usage_of(r)}}));
    }
    case Api::chat: {
      auto m = o({{"role", "assistant"},
                  {"content", x.text},
                  {"refusal", x.refusal.empty() ? Value() : Value(x.refusal)}});
      if (!x.tool.empty())
        m.set("tool_calls",
              a({o({{"id", "call_1"},
                    {"type", "function"},
                    {"function", o({{"name", x.tool}, {"arguments", x.arguments}})}})}));
      return dump(
          o({{"id", "chatcmpl_stub"},
             {"model", r.model},
             {"usage", usage_of(r)},
             {"choices", a({o({{"index", 0}, {"message", m}, {"finish_reason", finish}})})}}));
    }
    case Api::responses: return dump(response_of(r, x));
    case Api::gemini: {
      auto part = x.tool.empty()
                      ? o({{"text", x.text}})
                      : o({{"functionCall", o({{"name", x.tool}, {"args", tool_input(x)}})}});
      return dump(o({{"candidates", a({o({{"content", o({{"role", "model"}, {"parts", a({part})}})},
                                          {"finishReason", finish},
                                          {"index", 0}})})},
                     {"usageMetadata", usage_of(r)},
                     {"modelVersion", r.model},
                     {"responseId", "gem_stub"}}));
    }
    default: {
      auto m = o({{"role", "assistant"}, {"content", x.text}});
      if (!x.tool.empty())
        m.set("tool_calls",
              a({o({{"function", o({{"name", x.tool}, {"arguments", tool_input(x)}})}})}));
      return dump(o({{"model", r.model},
                     {"message", m},
                     {"done", true},
                     {"done_reason", finish},
                     {"prompt_eval_count", 20},
                     {"eval_count", 7}}));
    }
  }
}

std::string text_event(const VendorRequest& r, const std::string& text) {
  switch (r.api) {
    case Api::anthropic:
      return event(o({{"type", "content_block_delta"},
                      {"index", 0},
                      {"delta", o({{"type", "text_delta"}, {"text", text}})}}),
                   true);
    case Api::chat:
      return event(o({{"id", "chatcmpl_stub"},
                      {"model", r.model},
                      {"choices", a({o({{"index", 0}, {"delta", o({{"content", text}})}})})}}),
                   false);
    case Api::responses:
      return event(
          o({{"type", "response.output_text.delta"}, {"item_id", "item_1"}, {"delta", text}}),
          true);
    case Api::gemini:
      return event(
          o({{"candidates",
              a({o({{"content", o({{"role", "model"}, {"parts", a({o({{"text", text}})})}})}})})}}),
          false);
    default:
      return dump(o({{"model", r.model},
                     {"message", o({{"role", "assistant"}, {"content", text}})},
                     {"done", false}})) +
             "\n";
  }
}

std::vector<std::string> opening(const VendorRequest& r, const Answer& x) {
  if (r.api == Api::anthropic) {
    std::vector<std::string> out{event(o({{"type", "message_start"},
                                          {"message", o({{"id", "msg_stub"},
                                                         {"type", "message"},
                                                         {"role", "assistant"},
                                                         {"model", r.model},
                                                         {"content", a({})},
                                                         {"usage", usage_of(r)}})}}),
                                       true)};
    if (x.tool.empty() && !x.refusal.empty()) return out;
    auto block = o({{"type", "text"}, {"text", ""}});
    if (!x.tool.empty())
      block = o({{"type", "tool_use"}, {"id", "toolu_1"}, {"name", x.tool}, {"input", o({})}});
    out.push_back(
        event(o({{"type", "content_block_start"}, {"index", 0}, {"content_block", block}}), true));
    return out;
  }
  if (r.api == Api::responses)
    return {event(o({{"type", "response.created"},
                     {"response", o({{"id", "resp_stub"}, {"model", r.model}})}}),
                  true)};
  return {};
}

std::vector<std::string> closing(const VendorRequest& r, const Answer& x) {
  const std::string finish = finish_word(r.api, x);
  switch (r.api) {
    case Api::anthropic: {
      std::vector<std::string> out;
      if (!x.tool.empty())
        out.push_back(
            event(o({{"type", "content_block_delta"},
                     {"index", 0},
                     {"delta", o({{"type", "input_json_delta"}, {"partial_json", x.arguments}})}}),
                  true));
      if (x.refusal.empty())
        out.push_back(event(o({{"type", "content_block_stop"}, {"index", 0}}), true));
      out.push_back(event(o({{"type", "message_delta"},
                             {"delta", o({{"stop_reason", finish}})},
                             {"usage", o({{"output_tokens", 7}})}}),
                          true));
      out.push_back(event(o({{"type", "message_stop"}}), true));
      return out;
    }
    case Api::chat: {
      auto delta = o({});
      if (!x.refusal.empty()) delta.set("refusal", x.refusal);
      if (!x.tool.empty())
        delta.set("tool_calls",
                  a({o({{"index", 0},
                        {"id", "call_1"},
                        {"type", "function"},
                        {"function", o({{"name", x.tool}, {"arguments", x.arguments}})}})}));
      return {
          event(
              o({{"id", "chatcmpl_stub"},
                 {"model", r.model},
                 {"choices", a({o({{"index", 0}, {"delta", delta}, {"finish_reason", finish}})})}}),
              false),
          event(o({{"id", "chatcmpl_stub"}, {"choices", a({})}, {"usage", usage_of(r)}}), false),
          "data: [DONE]\n\n"};
    }
    case Api::responses: {
      const char* type = x.finish == "length" ? "response.incomplete" : "response.completed";
      return {event(o({{"type", type}, {"response", response_of(r, x)}}), true)};
    }
    case Api::gemini: {
      auto last = json::parse(plain(r, x));
      if (x.tool.empty()) last.member("candidates").items_mutable()[0].erase("content");
      return {event(last, false)};
    }
    default: {
      auto last = json::parse(plain(r, x));
      last.member("message").set("content", "");
      return {dump(last) + "\n"};
    }
  }
}

std::string error_body(Api api, const Refusal& refusal) {
  if (api == Api::anthropic)
    return dump(o({{"type", "error"},
                   {"error", o({{"type", refusal.type}, {"message", refusal.message}})},
                   {"request_id", "req_stub"}}));
  if (api == Api::gemini)
    return dump(o({{"error", o({{"code", refusal.status},
                                {"message", refusal.message},
                                {"status", "INVALID_ARGUMENT"}})}}));
  if (api == Api::ollama) return dump(o({{"error", refusal.message}}));
  return dump(
      o({{"error", o({{"message", refusal.message}, {"type", refusal.type}, {"code", Value()}})}}));
}

}  // namespace openclaw::test
