// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "calendar/calendar.h"

namespace openclaw::test {

/// A calendar of events with one UID; lines are parted by '\n' and come out with CRLF.
std::string events(const std::vector<std::string>& bodies);
std::string event(const std::string& body);

/// What a local day ("2026-11-23") of the zone holds.
calendar::Parsed expand_day(const std::string& text, const std::string& date,
                            const std::string& zone);
/// The same as "09:30-09:45 Summary" or "all day Summary".
std::vector<std::string> day(const std::string& text, const std::string& date,
                             const std::string& zone = "Europe/Amsterdam");

}  // namespace openclaw::test
