// SPDX-License-Identifier: MIT
#include "llm/usage.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "llm/corpus.h"
#include "llm/known_prices.h"
#include "llm/prices.h"

/// The usage bodies with the token split and the price that somebody else worked out.
namespace openclaw::test {
namespace {

using json::Value;
using Reader = llm::Usage (*)(const Value&);

/// The reader that fits the shape of a body; nullptr where there is none.
Reader reader_by_shape(const Value& body) {
  if (body["usageMetadata"].is_object()) return llm::gemini_usage;
  const Value& usage = body["usage"];
  if (usage.contains("cache_creation_input_tokens")) return llm::anthropic_usage;
  if (usage.contains("prompt_tokens")) return llm::openai_usage;
  if (usage.contains("input_tokens") && usage.contains("output_tokens")) return llm::responses_usage;
  return nullptr;
}

/// The reader that this library uses for a vendor; nullptr where that vendor is not one of ours.
Reader reader_by_vendor(const std::string& vendor, const std::string& flavor) {
  static const std::set<std::string> compatible{"groq",     "mistral",    "deepseek", "openrouter",
                                                "cerebras", "x-ai",       "zai",      "openai",
                                                "azure",    "moonshotai", "zhipuai",  "fireworks"};
  if (vendor == "anthropic" && flavor == "default") return llm::anthropic_usage;
  if (vendor == "google" && flavor == "default") return llm::gemini_usage;
  if (flavor == "anthropic") return llm::anthropic_usage;
  if (vendor == "openai" && flavor == "responses") return llm::responses_usage;
  const bool chat = flavor == "chat" || vendor == "groq" || vendor == "mistral";
  if (chat && (compatible.contains(vendor) || vendor.starts_with("huggingface_")))
    return llm::openai_usage;
  return nullptr;
}

struct Tally {
  int bodies = 0, splits = 0, prices = 0, unpriced = 0, known = 0;
  std::map<std::string, int> skipped;
  void skip(const std::string& why) { ++skipped[why]; }
};

std::string split_differences(const Value& expected, const llm::Usage& usage) {
  const std::vector<std::pair<const char*, std::int64_t>> ours{
      {"input_tokens", usage.input_tokens},
      {"cache_read_tokens", usage.cache_read_tokens},
      {"cache_write_tokens", usage.cache_creation_tokens},
      {"cache_write_5m_tokens", usage.cache_creation_tokens - usage.cache_creation_1h_tokens},
      {"cache_write_1h_tokens", usage.cache_creation_1h_tokens},
      {"input_audio_tokens", usage.input_audio_tokens},
      {"cache_audio_read_tokens", usage.cache_audio_tokens},
      {"output_tokens", usage.output_tokens},
      {"output_audio_tokens", usage.output_audio_tokens},
      {"output_reasoning_tokens", usage.reasoning_tokens},
      {"web_searches", usage.web_searches}};
  std::string out;
  for (const auto& [key, have] : ours) {
    // The split by lifetime is given only where the body has one.
    if (std::string(key) == "cache_write_5m_tokens" && !expected.contains(key)) continue;
    if (expected[key].as_int() != have)
      out += std::string(key) + " " + std::to_string(expected[key].as_int()) + " was read as " +
             std::to_string(have) + "; ";
  }
  return out;
}

double dollars(const Value& text) { return std::stod(text.as_string()); }

/// The rate, or none: a table is asked once per vendor and model.
const std::optional<llm::Price>& price_of(const std::string& vendor, const std::string& model) {
  static llm::PriceTable table(OPENCLAW_SOURCE "/share/openclaw/prices.json");
  static const base::Time day = *base::parse_rfc3339("2026-11-23T00:00:00Z");
  static std::map<std::pair<std::string, std::string>, std::optional<llm::Price>> known;
  const auto [entry, fresh] = known.try_emplace({vendor, model});
  if (fresh) entry->second = table.find(vendor, "", model, day);
  return entry->second;
}

void check_price(const Value& extractor, const std::string& model, const llm::Usage& usage,
                 Tally& tally) {
  const auto& vendor = extractor["provider_id"].as_string();
  const auto& price = price_of(vendor, model);
  const bool expected = extractor.contains("input_price");
  const std::string where = vendor + "/" + model;
  if (const char* why = known_price_difference(vendor, model)) {
    tally.skip(std::string("known: ") + why);
    ++tally.known;
    return;
  }
  EXPECT_EQ(expected, price.has_value()) << where;
  if (!expected || !price) {
    ++tally.unpriced;
    return;
  }
  const double total = extractor.contains("total_price")
                           ? dollars(extractor["total_price"])
                           : dollars(extractor["input_price"]) + dollars(extractor["output_price"]);
  const double ours = static_cast<double>(llm::cost(*price, usage).nano);
  // One nano-dollar for each of the at most eight parts that are rounded by themselves.
  const int parts = 2 + (usage.cache_read_tokens > 0) + (usage.cache_creation_tokens > 0) +
                    (usage.cache_creation_1h_tokens > 0) + (usage.input_audio_tokens > 0) +
                    (usage.output_audio_tokens > 0) + (usage.cache_audio_tokens > 0);
  EXPECT_NEAR(ours, total * 1e9, parts + total) << where << " by " << price->reference;
  ++tally.prices;
}

TEST_F(Corpus, UsageSplitsAndPricesAgree) {
  Tally tally;
  for (const auto& entry : usage_bodies().items()) {
    const Value& body = entry["body"];
    const Reader shape = reader_by_shape(body);
    if (!shape) {
      tally.skip("a body of a shape that no wire format of ours has");
      continue;
    }
    ++tally.bodies;
    const auto usage = shape(shape == llm::gemini_usage ? body["usageMetadata"] : body["usage"]);
    EXPECT_TRUE(usage.present);
    for (const auto& group : entry["extracted"].items()) {
      bool compared = false;
      for (const auto& extractor : group["extractors"].items()) {
        const auto& vendor = extractor["provider_id"].as_string();
        if (reader_by_vendor(vendor, extractor["api_flavor"].as_string()) != shape) {
          tally.skip("a vendor's reading of another vendor's shape, or a vendor not ours");
          continue;
        }
        if (!compared) {
          EXPECT_EQ(split_differences(group["usage"], usage), "")
              << vendor << " " << json::dump(body);
          compared = true;
        }
        ++tally.splits;
        if (entry["model"].is_string())
          check_price(extractor, entry["model"].as_string(), usage, tally);
        else
          tally.skip("no model: the split is compared, the price is not");
      }
    }
  }
  tell(std::to_string(usage_bodies().size()) + " usage bodies, " + std::to_string(tally.bodies) +
       " read; splits compared " + std::to_string(tally.splits) + ", prices compared " +
       std::to_string(tally.prices) + ", unpriced on both sides " + std::to_string(tally.unpriced));
  for (const auto& [why, count] : tally.skipped)
    tell("not compared, " + std::to_string(count) + ": " + why);
  EXPECT_EQ(usage_bodies().size(), 943U);
  EXPECT_GE(tally.bodies, 750);
  EXPECT_GE(tally.prices, 600);
}

}  // namespace
}  // namespace openclaw::test
