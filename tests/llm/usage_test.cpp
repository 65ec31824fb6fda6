// SPDX-License-Identifier: MIT
#include "llm/usage.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "llm/corpus.h"
#include "llm/known_prices.h"
#include "llm/prices.h"

/// The usage bodies with the token split and the price that somebody else worked out.
namespace openclaw::test {
namespace {

using json::Value;
using Reader = llm::Usage (*)(const Value&);
using Kind = KnownPrice::Kind;

/// The reader that fits the shape of a body; nullptr where there is none.
Reader reader_by_shape(const Value& body) {
  if (body["usageMetadata"].is_object()) return llm::gemini_usage;
  const Value& usage = body["usage"];
  if (usage.contains("cache_creation_input_tokens")) return llm::anthropic_usage;
  if (usage.contains("prompt_tokens")) return llm::openai_usage;
  if (usage.contains("input_tokens") && usage.contains("output_tokens"))
    return llm::responses_usage;
  return nullptr;
}

/// The reader that this library uses for a vendor; nullptr where there is none. x-ai is left out:
/// it counts reasoning beside the completion, and no recorded body is its own (see
/// XaiCountsBeside).
Reader reader_by_vendor(const std::string& vendor, const std::string& flavor) {
  static const std::set<std::string> compatible{"groq",       "mistral",  "deepseek",
                                                "openrouter", "cerebras", "zai",
                                                "openai",     "zhipuai",  "moonshotai"};
  if (vendor == "anthropic" && flavor == "default") return llm::anthropic_usage;
  if (vendor == "google" && flavor == "default") return llm::gemini_usage;
  if (vendor == "openai" && flavor == "responses") return llm::responses_usage;
  const bool chat = flavor == "chat" || vendor == "groq" || vendor == "mistral";
  if (chat && (compatible.contains(vendor) || vendor.starts_with("huggingface_")))
    return llm::openai_usage;
  return nullptr;
}

/// Details that the expectation leaves out for a vendor, because that vendor never sends them. They
/// show when the body of another vendor is laid before it.
bool left_out(const std::string& vendor, const std::string& key) {
  static const std::set<std::string> no_writes{"deepseek",   "groq", "mistral",
                                               "moonshotai", "zai",  "zhipuai"};
  if (vendor == "cerebras") return key.starts_with("cache_");
  return no_writes.contains(vendor) && key.starts_with("cache_write");
}

/// Mistral's older field counts hits that are not billed as such: the same 64-token prompt has it
/// at 32 and the newer prompt_tokens_details.cached_tokens at 0. The expectation does not read it.
std::int64_t num_cached(const Value& body) { return body["usage"]["num_cached_tokens"].as_int(); }

struct Tally {
  int bodies = 0, splits = 0, prices = 0, unpriced = 0;
  std::map<std::string, int> notes;
};

std::string split_differences(const Value& expected, const llm::Usage& usage,
                              const std::string& vendor) {
  const std::map<std::string, std::int64_t> ours{
      {"input_tokens", usage.input_tokens},
      {"cache_read_tokens", usage.cache_read_tokens},
      {"cache_write_tokens", usage.cache_creation_tokens},
      {"cache_write_1h_tokens", usage.cache_creation_1h_tokens},
      {"input_audio_tokens", usage.input_audio_tokens},
      {"cache_audio_read_tokens", usage.cache_audio_tokens},
      {"output_tokens", usage.output_tokens},
      {"output_audio_tokens", usage.output_audio_tokens},
      {"output_reasoning_tokens", usage.reasoning_tokens},
      {"web_searches", usage.web_searches}};
  std::string out;
  for (const auto& [key, have] : ours)
    if (expected[key].as_int() != have && !(left_out(vendor, key) && !expected.contains(key)))
      out += key + " " + std::to_string(expected[key].as_int()) + " was read as " +
             std::to_string(have) + "; ";
  const auto write_5m = usage.cache_creation_tokens - usage.cache_creation_1h_tokens;
  if (expected.contains("cache_write_5m_tokens") &&
      expected["cache_write_5m_tokens"].as_int() != write_5m)
    out += "cache_write_5m_tokens was read as " + std::to_string(write_5m);
  return out;
}

double dollars(const Value& text) { return std::stod(text.as_string()); }

/// The rate, or none: the table is asked once per vendor, model and moment.
const std::optional<llm::Price>& price_of(const std::string& vendor, const std::string& model,
                                          const std::string& at) {
  static llm::PriceTable table(OPENCLAW_SOURCE "/share/openclaw/prices.json");
  static std::map<std::string, std::optional<llm::Price>> asked;
  const auto [entry, fresh] = asked.try_emplace(vendor + '\n' + model + '\n' + at);
  if (fresh) entry->second = table.find(vendor, "", model, *base::parse_rfc3339(at));
  return entry->second;
}

bool agrees(const Value& extractor, const llm::Price& price, const llm::Usage& usage) {
  const double total = extractor.contains("total_price")
                           ? dollars(extractor["total_price"])
                           : dollars(extractor["input_price"]) + dollars(extractor["output_price"]);
  // One nano-dollar for each part that is rounded by itself.
  const int parts = 2 + (usage.cache_read_tokens > 0) + (usage.cache_creation_tokens > 0) +
                    (usage.cache_creation_1h_tokens > 0) + (usage.input_audio_tokens > 0) +
                    (usage.output_audio_tokens > 0) + (usage.cache_audio_tokens > 0);
  const auto off = static_cast<double>(llm::cost(price, usage).nano) - total * 1e9;
  return std::abs(off) <= parts + total;
}

void check_price(const Value& extractor, const std::string& model, const llm::Usage& usage,
                 Tally& tally) {
  const auto& vendor = extractor["provider_id"].as_string();
  const KnownPrice* known = known_price(vendor, model);
  const bool expected = extractor.contains("input_price");
  const std::string where = vendor + "/" + model;
  const bool other_day = known && known->kind == Kind::other_day;
  const auto& price = price_of(vendor, model, other_day ? known->day : "2026-11-23T00:00:00Z");
  if (known) ++tally.notes["known: " + where + ": " + known->why];
  if (known && (known->kind == Kind::only_ours || known->kind == Kind::only_theirs)) {
    EXPECT_EQ(expected, known->kind == Kind::only_theirs) << where;
    EXPECT_EQ(price.has_value(), known->kind == Kind::only_ours) << where;
    return;
  }
  ASSERT_EQ(expected, price.has_value()) << where << " is priced on one side only";
  if (!expected) {
    ++tally.unpriced;
    return;
  }
  const bool differ = known && known->kind == Kind::other_rate;
  EXPECT_EQ(agrees(extractor, *price, usage), !differ)
      << where << " by " << price->reference << ": " << to_string(llm::cost(*price, usage))
      << " against " << json::dump(extractor);
  tally.prices += differ ? 0 : 1;
}

TEST_F(Corpus, UsageSplitsAndPricesAgree) {
  Tally tally;
  for (const auto& entry : usage_bodies().items()) {
    const Value& body = entry["body"];
    const Reader shape = reader_by_shape(body);
    if (!shape) {
      ++tally.notes["body skipped: no wire format of ours has that shape"];
      continue;
    }
    ++tally.bodies;
    auto usage = shape(shape == llm::gemini_usage ? body["usageMetadata"] : body["usage"]);
    EXPECT_TRUE(usage.present);
    if (num_cached(body) > 0) {
      ++tally.notes["known: num_cached_tokens of Mistral is no discount to the expectation"];
      if (usage.cache_read_tokens == num_cached(body)) usage.cache_read_tokens = 0;
    }
    for (const auto& group : entry["extracted"].items()) {
      for (const auto& extractor : group["extractors"].items()) {
        const auto& vendor = extractor["provider_id"].as_string();
        if (reader_by_vendor(vendor, extractor["api_flavor"].as_string()) != shape) {
          ++tally.notes["skipped: a vendor not ours, or another vendor's shape"];
          continue;
        }
        EXPECT_EQ(split_differences(group["usage"], usage, vendor), "")
            << vendor << " " << json::dump(body);
        ++tally.splits;
        if (entry["model"].is_string())
          check_price(extractor, entry["model"].as_string(), usage, tally);
        else
          ++tally.notes["price skipped: the body names no model"];
      }
    }
  }
  tell(std::to_string(usage_bodies().size()) + " usage bodies, " + std::to_string(tally.bodies) +
       " read; splits compared " + std::to_string(tally.splits) + ", prices compared " +
       std::to_string(tally.prices) + ", unpriced on both sides " + std::to_string(tally.unpriced));
  for (const auto& [why, count] : tally.notes) tell(std::to_string(count) + " × " + why);
  EXPECT_EQ(usage_bodies().size(), 943U);
  EXPECT_EQ(tally.bodies, 800);
  EXPECT_GE(tally.prices, 900);
}

llm::Usage chat(const char* text) { return llm::openai_usage(json::parse(text)); }

// xAI: total = prompt + completion + reasoning, so the completion is without the reasoning.
TEST(Usage, XaiCountsReasoningBeside) {
  const auto usage = chat(R"({"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,)"
                          R"("completion_tokens_details":{"reasoning_tokens":94}})");
  EXPECT_EQ(usage.output_tokens, 103);
  EXPECT_EQ(usage.reasoning_tokens, 94);
}

TEST(Usage, ReasoningInsideStaysInside) {
  const auto usage = chat(R"({"prompt_tokens":32,"completion_tokens":103,"total_tokens":135,)"
                          R"("completion_tokens_details":{"reasoning_tokens":94}})");
  EXPECT_EQ(usage.output_tokens, 103);
}

TEST(Usage, ImpossibleNumbersAreClamped) {
  const auto more = chat(R"({"prompt_tokens":5,"completion_tokens":10,"total_tokens":15,)"
                         R"("prompt_tokens_details":{"cached_tokens":9},)"
                         R"("completion_tokens_details":{"reasoning_tokens":11}})");
  EXPECT_EQ(more.cache_read_tokens, 5);
  EXPECT_EQ(more.output_tokens, 10);
  EXPECT_LE(more.reasoning_tokens, more.output_tokens);
  const auto less = chat(R"({"prompt_tokens":-5,"completion_tokens":-1})");
  EXPECT_EQ(less.input_tokens, 0);
  EXPECT_EQ(less.output_tokens, 0);
  const auto huge = chat(R"({"prompt_tokens":9223372036854775807,"completion_tokens":1e300})");
  EXPECT_GT(huge.input_tokens, 0);
  EXPECT_GE(huge.output_tokens, 0);
  EXPECT_FALSE(chat("{}").present);
  EXPECT_FALSE(chat("null").present);
}

TEST(Usage, NullDetailsAreNoDetails) {
  const auto usage =
      chat(R"({"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":null,)"
           R"("completion_tokens_details":null,"cost":null})");
  EXPECT_EQ(usage.input_tokens, 5);
  EXPECT_FALSE(usage.vendor_cost);
}

TEST(Usage, DeepSeekHitsAreCached) {
  const auto usage =
      chat(R"({"prompt_tokens":563,"completion_tokens":1,"prompt_cache_hit_tokens":512,)"
           R"("prompt_cache_miss_tokens":51})");
  EXPECT_EQ(usage.input_tokens, 563);
  EXPECT_EQ(usage.cache_read_tokens, 512);
}

}  // namespace
}  // namespace openclaw::test
