// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>
#include <vector>

#include "settings/settings.h"
#include "sources/item.h"

namespace openclaw::cmd {

/// Everything that a job reads.
struct Gathered {
  std::vector<sources::Item> items;
  std::vector<std::string> quiet, not_seen;
  std::set<std::string> unseen_kinds;  ///< kinds of items that were not looked at
  std::size_t ok = 0, all = 0;
  base::Millis took{0};
};

/// Reads the job's sources; with no source declared, this machine and the sample data. since: when
/// the job last told something.
Gathered gather(const settings::Settings& settings, const settings::Job& job, base::Time since,
                base::Time now, const zone::Zone& zone);

}  // namespace openclaw::cmd
