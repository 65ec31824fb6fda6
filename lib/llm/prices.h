// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "llm/message.h"

namespace openclaw::llm {

/// One rate: US dollars (nano) per million tokens, with an optional higher rate from a total input
/// on.
struct Rate {
  base::Usd per_mtok;
  std::vector<std::pair<std::int64_t, base::Usd>> above;  ///< total input tokens -> rate
  base::Usd at(std::int64_t total_input) const;
};

/// What one model costs at one time.
struct Price {
  std::optional<Rate> input, output, cache_read, cache_write, cache_write_1h, input_audio,
      output_audio, cache_audio;
  base::Usd per_request;
  base::Usd per_web_search;
  std::string
      reference;  ///< where it came from: "table 2026-11-23 anthropic/claude-x", "user", "free"
};

/// A price given in the configuration, or "free".
Price free_price();

/// What a call cost. Unknown parts (a rate that the table lacks) use the input or output rate.
base::Usd cost(const Price& price, const Usage& usage);
/// The most that a call may cost before it is made.
base::Usd worst_cost(const Price& price, std::int64_t input_tokens, std::int64_t output_tokens);

/// share/openclaw/prices.json. Nothing is parsed until a price is asked for, and then only the part
/// of that vendor.
class PriceTable {
 public:
  explicit PriceTable(std::string file) : file_(std::move(file)) {}
  /// vendor: a price list's name; empty = found by the base URL's host. nullopt = unknown.
  std::optional<Price> find(const std::string& vendor, const std::string& base_url,
                            const std::string& model, base::Time at);
  /// The day the table was made, "2026-11-23"; empty when there is no table.
  std::string date();

 private:
  const std::string& text();
  std::string file_;
  std::optional<std::string> text_;
};

}  // namespace openclaw::llm
