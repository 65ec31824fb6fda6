// SPDX-License-Identifier: MIT
#pragma once
#include "calendar/calendar.h"
#include "sources/fetch.h"
#include "sources/item.h"

namespace openclaw::sources {

/// Which events, and what of them may be told.
struct EventWindow {
  base::Time now;
  int days = 1;  ///< local days from today on
  const zone::Zone& zone;
  std::string own{};  ///< the person's address: what it declined is left out
};

/// The events of a calendar's text as items; throws base::ProtocolError when it is none.
void add_events(Reading& to, const std::string& text, const EventWindow& window);

/// "from the copy of 2026-11-22 08:00: "
std::string copy_note(const std::optional<base::Time>& at, const EventWindow& window);

/// An iCalendar file.
Reading read_ics_file(const std::string& source, const std::string& path,
                      const EventWindow& window);

/// An iCalendar URL ("webcal:" is https). cached: what an earlier reading left in Reading::cache;
/// it serves conditional requests, and instead of a server that is down, which is then said.
Reading read_ics_url(const std::string& source, const std::string& url, const std::string& cached,
                     Fetch& fetch, const EventWindow& window);

/// A calendar collection, or every calendar found from a server's URL (RFC 4791, 6578, 6764). The
/// credentials are Fetch's. cached as above.
Reading read_caldav(const std::string& source, const std::string& url, const std::string& cached,
                    Fetch& fetch, const EventWindow& window);

/// The open tasks (VTODO) of a task list, or of every one found; the credentials are Fetch's.
/// cached as above.
Reading read_caldav_tasks(const std::string& source, const std::string& url,
                          const std::string& cached, Fetch& fetch, base::Time now,
                          const zone::Zone& zone);

}  // namespace openclaw::sources
