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
  bool confidential = false;             ///< CLASS:PRIVATE or CONFIDENTIAL
  std::vector<std::string> declined_by;  ///< addresses of attendees who said no, in lower case
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

/// A VTODO that is neither completed nor cancelled.
struct Todo {
  std::string uid, summary, url, status;
  std::optional<std::chrono::year_month_day> due;  ///< in the zone
  int priority = 0;                                ///< 1 highest, 9 lowest, 0 none
  bool confidential = false;
};
struct Todos {
  std::vector<Todo> open;
  int faults = 0;
};
/// The open tasks of a calendar's text. Throws as expand() does.
Todos todos(const std::string& text, const zone::Zone& zone);

}  // namespace openclaw::calendar
