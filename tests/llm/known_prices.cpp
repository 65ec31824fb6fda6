// SPDX-License-Identifier: MIT
#include "llm/known_prices.h"

#include <array>

namespace openclaw::test {
namespace {

using Kind = KnownPrice::Kind;

constexpr const char* june = "2026-06-01T12:00:00Z";
constexpr const char* hours = "the price changes with the time of day; worked out at noon";
constexpr const char* images =
    "pictures that a model makes have a rate of their own; we ask for none";
constexpr const char* newer = "the table is newer than the expected figures and knows the model";

constexpr std::array all{
    KnownPrice{"deepseek", "deepseek-r1-distill-llama-70b", Kind::other_day, june, hours},
    KnownPrice{"deepseek", "deepseek-reasoner", Kind::other_day, june, hours},
    KnownPrice{"deepseek", "deepseek-v4-flash", Kind::other_day, june, "dearer since 2026-08-17"},
    KnownPrice{"mistral", "mistral-medium-latest", Kind::other_day, june,
               "dearer since 2026-06-16"},
    KnownPrice{"openai", "gpt-5.6-sol", Kind::other_day, june, "cheaper since 2026-08-21"},
    KnownPrice{"google", "gemini-2.5-flash-image", Kind::other_rate, "", images},
    KnownPrice{"google", "gemini-3-pro-image-preview", Kind::other_rate, "", images},
    KnownPrice{"cerebras", "zai-glm-4.7", Kind::only_ours, "", newer},
    KnownPrice{"openrouter", "openai/gpt-5-mini-2025-08-07", Kind::only_ours, "", newer},
    KnownPrice{"cerebras", "qwen-3-coder-480b", Kind::only_theirs, "",
               "the table has the model without rates: that is unknown to us, and not free"}};

}  // namespace

const KnownPrice* known_price(const std::string& vendor, const std::string& model) {
  for (const auto& known : all)
    if (vendor == known.vendor && model == known.model) return &known;
  return nullptr;
}

}  // namespace openclaw::test
