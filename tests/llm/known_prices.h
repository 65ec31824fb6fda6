// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace openclaw::test {

/// Where our price and the expected one may differ, and in which way exactly. The way is checked,
/// so an entry that no longer holds fails.
struct KnownPrice {
  enum class Kind { other_day, only_ours, only_theirs, other_rate };
  const char* vendor;
  const char* model;
  Kind kind;
  const char* day;  ///< other_day: our price of this moment is the expected one
  const char* why;
};

/// nullptr where the prices must agree.
const KnownPrice* known_price(const std::string& vendor, const std::string& model);

}  // namespace openclaw::test
