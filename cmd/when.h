// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "zone/zone.h"

namespace openclaw::cmd {

/// A moment as people write it: 2026-11-23, 2026-11-23T08:00:00Z, 7d, today, yesterday, monday …,
/// and "month" for the first of this month. Throws base::UsageError.
base::Time parse_when(const std::string& text, const zone::Zone& zone, base::Time now);

/// A moment to come: 10m, 2h, 18:30 (the next one), tomorrow, friday, 2026-11-24, and a day with a
/// time: "friday 9:00". A day alone is its beginning. Throws base::UsageError, also for what is
/// over.
base::Time parse_coming(const std::string& text, const zone::Zone& zone, base::Time now);

}  // namespace openclaw::cmd
