// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "store/database.h"

namespace openclaw::audit {

/// One limit on money: over all rows since a moment that match what is named here.
struct Limit {
  std::string words{};  ///< "agent ops, per day"
  base::Usd most{};
  base::Time since{};
  std::string agent{}, job{}, place{}, person{}, run{};  ///< empty = any
  bool without_jobs = false;  ///< money of jobs is set aside and does not count here
  base::Usd kept_back{};      ///< taken off `most`: reserved for scheduled runs
};

/// What has been spent under the limit: settled costs, plus what open calls may cost.
base::Usd spent(store::Database& db, const Limit& limit);

/// The least that is left under any of the limits; nullopt when there is none. `tightest` names it.
std::optional<base::Usd> left(store::Database& db, const std::vector<Limit>& limits,
                              std::string* tightest = nullptr);

}  // namespace openclaw::audit
