// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "audit/chain.h"
#include "base/time.h"
#include "json/value.h"

namespace openclaw::audit {

/// Makes `base` the row that the chain starts after, and chains a note of that kind that names it.
/// Inside a transaction; the head must stand in the database already.
void rebase(store::Database& db, const Head& base, const std::string& kind, json::Value note,
            base::Time now);

}  // namespace openclaw::audit
