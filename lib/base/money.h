// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::base {

/// US dollars in billionths, so that a price per token is a whole number of units for any price
/// table with up to three decimals per million tokens. Written as decimal strings outside.
struct Usd {
  std::int64_t nano = 0;
  auto operator<=>(const Usd&) const = default;
  Usd operator+(Usd other) const { return {nano + other.nano}; }
  Usd operator-(Usd other) const { return {nano - other.nano}; }
  Usd& operator+=(Usd other) {
    nano += other.nano;
    return *this;
  }
};

/// "0.004200", at least three and at most nine decimals, never an exponent.
std::string to_string(Usd amount);

/// For people: "0.0042", "1.20", "12.35".
std::string human_usd(Usd amount);

/// Reads "12", "0.25"; more than nine decimals round up. nullopt when text is no plain amount.
std::optional<Usd> parse_usd(std::string_view text);

}  // namespace openclaw::base
