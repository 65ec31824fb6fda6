// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "calendar/times.h"

namespace openclaw::calendar {

/// The window that is looked at, and when to stop looking: libical walks some rules that never
/// match for centuries, and cannot be stopped within one.
struct Window {
  base::Time from, to;
  std::chrono::steady_clock::time_point deadline;
};

/// Expands all components of one UID into `out`: masters, and the overrides that their occurrences
/// give way to (RFC 5545 sections 3.8.4.4 and 3.8.5).
void expand_series(const std::string& uid, const std::vector<icalcomponent*>& components,
                   Zones& zones, const Window& window, Parsed& out);

}  // namespace openclaw::calendar
