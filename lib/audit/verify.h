// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/witness.h"
#include "base/time.h"

namespace openclaw::audit {

struct Verification {
  bool good = true;
  std::int64_t rows = 0;
  std::int64_t bodies = 0;
  Head head;
  std::string witness;              ///< which witness confirmed the head, or empty
  bool witnessed = false;           ///< whether there was any witness to ask
  std::vector<std::string> faults;  ///< each names the row
  std::vector<std::string> accepted;
};

/// Walks the whole chain: every row present once, in order, unchanged; every sealed body unchanged;
/// the head not behind any witness. Needs no key.
Verification verify(store::Database& db, const std::vector<Witnessed>& witnesses);

/// Records the result so that `query` can print it without walking again.
void remember(store::Database& db, const Verification& result, base::Time now);
/// "chain good to 23:58" and the like need this: the last result, if any.
struct LastVerification {
  base::Time at;
  bool good;
  std::int64_t seq;
};
std::optional<LastVerification> last_verification(store::Database& db);

/// Chains the present state after a fault that a person accepts: the rows as they now are become
/// the base, still protected by a digest over them, and a note says why. The numbers go on after
/// those that audit.head and the witnesses saw, so that what they know of is seen to be older.
void accept(store::Database& db, const std::string& why, base::Time now,
            const std::vector<Witnessed>& witnesses = {});

/// Inside a transaction: erases these texts, whatever their age, with a note that names them. How
/// many there were.
std::int64_t erase(store::Database& db, const std::set<std::string>& refs, base::Time now);

/// Erases the texts older than bodies_before and the rows older than rows_before; the chain goes on
/// from a base that a note names, so that what is left still verifies. Returns how many of each.
struct Pruned {
  std::int64_t bodies = 0;
  std::int64_t rows = 0;
};
Pruned prune(store::Database& db, base::Time bodies_before, base::Time rows_before, base::Time now);

}  // namespace openclaw::audit
