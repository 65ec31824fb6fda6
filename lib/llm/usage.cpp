// SPDX-License-Identifier: MIT
#include "llm/usage.h"

#include <algorithm>
#include <initializer_list>

namespace openclaw::llm {
namespace {

using json::Value;

std::int64_t count(const Value& value) {
  return std::clamp<std::int64_t>(value.as_int(), 0, 1'000'000'000'000);
}

/// The first of these members that is there.
std::int64_t first_of(const Value& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (object[key].is_number()) return count(object[key]);
  return 0;
}

std::int64_t modality(const Value& details, std::string_view name) {
  std::int64_t sum = 0;
  for (const auto& detail : details.items())
    if (detail["modality"] == Value(name)) sum += count(detail["tokenCount"]);
  return sum;
}

void settle(Usage& usage, const Value& raw) {
  usage.raw = raw;
  usage.present = raw.is_object() && raw.size() > 0;
  usage.cache_read_tokens = std::min(usage.cache_read_tokens, usage.input_tokens);
  usage.cache_creation_tokens =
      std::min(usage.cache_creation_tokens, usage.input_tokens - usage.cache_read_tokens);
  usage.cache_creation_1h_tokens =
      std::min(usage.cache_creation_1h_tokens, usage.cache_creation_tokens);
  usage.reasoning_tokens = std::min(usage.reasoning_tokens, usage.output_tokens);
}

}  // namespace

Usage anthropic_usage(const Value& raw) {
  Usage usage;
  usage.cache_read_tokens = count(raw["cache_read_input_tokens"]);
  usage.cache_creation_tokens = count(raw["cache_creation_input_tokens"]);
  usage.cache_creation_1h_tokens = count(raw["cache_creation"]["ephemeral_1h_input_tokens"]);
  usage.input_tokens =
      count(raw["input_tokens"]) + usage.cache_read_tokens + usage.cache_creation_tokens;
  usage.output_tokens = count(raw["output_tokens"]);
  usage.reasoning_tokens = count(raw["output_tokens_details"]["thinking_tokens"]);
  usage.web_searches = count(raw["server_tool_use"]["web_search_requests"]);
  settle(usage, raw);
  return usage;
}

Usage openai_usage(const Value& raw) {
  Usage usage;
  const Value& in = raw["prompt_tokens_details"];
  const Value& out = raw["completion_tokens_details"];
  usage.input_tokens = count(raw["prompt_tokens"]);
  usage.cache_read_tokens = first_of(in, {"cached_tokens"});
  if (usage.cache_read_tokens == 0)
    usage.cache_read_tokens =
        first_of(raw, {"prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens"});
  usage.cache_creation_tokens = first_of(in, {"cache_write_tokens", "cache_creation_tokens"});
  usage.input_audio_tokens = count(in["audio_tokens"]);
  usage.output_tokens = count(raw["completion_tokens"]);
  usage.output_audio_tokens = count(out["audio_tokens"]);
  usage.reasoning_tokens = first_of(out, {"reasoning_tokens"});
  if (usage.reasoning_tokens == 0) usage.reasoning_tokens = count(raw["reasoning_tokens"]);
  // xAI counts reasoning beside the completion: then its total has it as well.
  if (usage.reasoning_tokens > 0 && count(raw["total_tokens"]) == usage.input_tokens +
                                                                      usage.output_tokens +
                                                                      usage.reasoning_tokens)
    usage.output_tokens += usage.reasoning_tokens;
  if (raw["cost"].is_number()) {
    const double nano = raw["cost"].as_double() * 1e9;
    if (nano >= 0 && nano < 9e18)
      usage.vendor_cost = base::Usd{static_cast<std::int64_t>(nano + 0.5)};
  }
  settle(usage, raw);
  return usage;
}

Usage responses_usage(const Value& raw) {
  Usage usage;
  usage.input_tokens = count(raw["input_tokens"]);
  usage.cache_read_tokens = count(raw["input_tokens_details"]["cached_tokens"]);
  usage.cache_creation_tokens = count(raw["input_tokens_details"]["cache_write_tokens"]);
  usage.output_tokens = count(raw["output_tokens"]);
  usage.reasoning_tokens = count(raw["output_tokens_details"]["reasoning_tokens"]);
  settle(usage, raw);
  return usage;
}

Usage gemini_usage(const Value& raw) {
  Usage usage;
  usage.input_tokens = count(raw["promptTokenCount"]) + count(raw["toolUsePromptTokenCount"]);
  usage.cache_read_tokens = count(raw["cachedContentTokenCount"]);
  usage.reasoning_tokens = count(raw["thoughtsTokenCount"]);
  usage.output_tokens = count(raw["candidatesTokenCount"]) + usage.reasoning_tokens;
  usage.input_audio_tokens = modality(raw["promptTokensDetails"], "AUDIO");
  usage.cache_audio_tokens = modality(raw["cacheTokensDetails"], "AUDIO");
  usage.output_audio_tokens = modality(raw["candidatesTokensDetails"], "AUDIO");
  settle(usage, raw);
  return usage;
}

Usage ollama_usage(const Value& body) {
  Usage usage;
  auto raw = Value::object();
  for (const char* key : {"prompt_eval_count", "eval_count", "total_duration", "load_duration",
                          "prompt_eval_duration", "eval_duration"})
    if (body[key].is_number()) raw.set(key, body[key]);
  usage.input_tokens = count(raw["prompt_eval_count"]);
  usage.output_tokens = count(raw["eval_count"]);
  settle(usage, raw);
  return usage;
}

}  // namespace openclaw::llm
