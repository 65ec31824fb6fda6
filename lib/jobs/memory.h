// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>
#include <vector>

#include "sources/item.h"
#include "store/database.h"
#include "zone/zone.h"

namespace openclaw::jobs {

/// An item with what earlier runs of the job said of it.
struct Told {
  sources::Item item;
  std::string short_id;  ///< three letters, the same from day to day
  int day = 1;           ///< 1 = new
  bool quieted = false;  ///< acknowledged: counted, not shown
};

struct Diff {
  bool first_run = true;  ///< nothing was delivered before: no marks
  std::vector<Told> items;
  std::vector<std::string> gone;  ///< titles of what went away
  std::vector<std::string> gone_keys;
};

/// Compares with what the last delivered runs told. Items of sources in `unseen` are never gone:
/// what was not looked at is not known to be over.
Diff compare(store::Database& db, const std::string& job, const std::vector<sources::Item>& items,
             const std::set<std::string>& unseen_kinds, std::chrono::year_month_day today,
             base::Time now);

/// Remembers what was told; inside the transaction that closes the slot.
void remember(store::Database& db, const std::string& job, const std::string& slot,
              const Diff& diff, std::chrono::year_month_day today);

/// Acknowledges the item that has this short id, in these jobs, until then; inside a transaction.
/// The titles of what is quiet now, none = no such id.
std::vector<std::string> quiet(store::Database& db, const std::vector<std::string>& jobs,
                               const std::string& short_id, base::Time until);

}  // namespace openclaw::jobs
