// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "zone/zone.h"

namespace openclaw::cmd {

/// A moment as people write it: 2026-11-23, 2026-11-23T08:00:00Z, 7d, today, yesterday, monday …,
/// and "month" for the first of this month. Throws base::UsageError.
base::Time parse_when(const std::string& text, const zone::Zone& zone, base::Time now);

}  // namespace openclaw::cmd
