// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>

#include "audit/chain.h"

namespace openclaw::audit {

/// What the rows of the chain say about the tables beside it. Each fault names the text or call.
using Fault = std::function<void(const std::string& what)>;

/// Sealed texts that were changed, or are missing although no note erased them.
struct BadText {
  std::string ref;
  bool is_missing = false;
};
/// Calls `bad` for each that no note excuses; returns how many texts there are.
std::int64_t each_bad_text(store::Database& db, const std::function<void(const BadText&)>& bad);

/// A call or run after row `since` that has no end must be among the open ones.
void check_open(store::Database& db, std::int64_t since, const Fault& fault);

}  // namespace openclaw::audit
