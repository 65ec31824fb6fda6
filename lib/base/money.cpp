// SPDX-License-Identifier: MIT
#include "base/money.h"

#include <cstdlib>

#include <fmt/core.h>

namespace openclaw::base {

std::string to_string(Usd amount) {
  const bool negative = amount.nano < 0;
  const auto n = static_cast<std::uint64_t>(std::llabs(amount.nano));
  std::string text = fmt::format("{}{}.{:09}", negative ? "-" : "", n / 1000000000, n % 1000000000);
  const std::size_t least = text.find('.') + 4;
  while (text.size() > least && text.back() == '0') text.pop_back();
  return text;
}

std::string human_usd(Usd amount) {
  const auto n = std::llabs(amount.nano);
  const char* sign = amount.nano < 0 ? "-" : "";
  const int places = n == 0 || n >= 1000000 ? 3 : 6;
  if (n >= 10000000000) {
    const auto cents = (n + 5000000) / 10000000;
    return fmt::format("{}{}.{:02}", sign, cents / 100, cents % 100);
  }
  if (places == 3) {
    const auto mills = (n + 500000) / 1000000;
    return fmt::format("{}{}.{:03}", sign, mills / 1000, mills % 1000);
  }
  const auto micros = (n + 999) / 1000;
  return fmt::format("{}0.{:06}", sign, micros);
}

std::optional<Usd> parse_usd(std::string_view text) {
  if (text.empty() || text.size() > 24) return std::nullopt;
  std::int64_t whole = 0;
  std::int64_t fraction = 0;
  std::int64_t scale = 100000000;
  bool seen_dot = false;
  bool seen_digit = false;
  bool round_up = false;
  for (const char c : text) {
    if (c == '.' && !seen_dot) {
      seen_dot = true;
    } else if (c >= '0' && c <= '9') {
      seen_digit = true;
      if (!seen_dot) {
        if (whole > 900000000) return std::nullopt;
        whole = whole * 10 + (c - '0');
      } else if (scale > 0) {
        fraction += scale * (c - '0');
        scale /= 10;
      } else if (c != '0') {
        round_up = true;
      }
    } else {
      return std::nullopt;
    }
  }
  if (!seen_digit || text.back() == '.') return std::nullopt;
  return Usd{whole * 1000000000 + fraction + (round_up ? 1 : 0)};
}

}  // namespace openclaw::base
