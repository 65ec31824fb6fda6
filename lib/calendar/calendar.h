// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "zone/zone.h"

/// calendar may use zone and base; it is the only room that sees libical. It turns iCalendar text
/// (RFC 5545) into the events of a window of time.
namespace openclaw::calendar {

struct Event {
  std::string uid;
  std::string instance;  ///< the occurrence, as its original UTC start; part of the item's key
  std::string summary, location;
  base::Time start, end;
  bool all_day = false;
  bool transparent = false;
  bool confidential = false;  ///< CLASS:PRIVATE or CONFIDENTIAL
  bool unknown_zone = false;  ///< its TZID was not understood; the default zone was taken
};

struct Parsed {
  std::vector<Event> events;  ///< overlapping the window, by start
  int faults = 0;             ///< components that could not be read and were left out
};

/// Events overlapping [from, to). Recurrence, EXDATE, RDATE and overrides are expanded here;
/// all-day and floating times are those of the zone. At most 500 occurrences of one event. Throws
/// base::ProtocolError when text is no calendar at all.
Parsed expand(const std::string& text, const zone::Zone& zone, base::Time from, base::Time to);

}  // namespace openclaw::calendar
