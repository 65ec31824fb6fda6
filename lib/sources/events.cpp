// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "sources/calendars.h"

namespace openclaw::sources {

constexpr std::size_t most_bytes = 10u << 20;

void add_events(Reading& to, const std::string& text, const EventWindow& window) {
  const auto& zone = window.zone;
  const auto today = zone.local(window.now).date;
  const auto last = std::chrono::sys_days(today) + std::chrono::days(window.days);
  const auto parsed = calendar::expand(text, zone, zone.day_start(today),
                                       zone.day_start(std::chrono::year_month_day(last)));
  const std::string own = base::lower(window.own);
  for (const auto& event : parsed.events) {
    if (!own.empty() && std::find(event.declined_by.begin(), event.declined_by.end(), own) !=
                            event.declined_by.end())
      continue;
    Item item;
    item.source = to.source;
    item.kind = "event";
    item.key = "event:" + event.uid + ":" + event.instance;
    item.at = event.start;
    const auto local = zone.local(event.start);
    if (window.days > 1) item.title = std::string(zone::day_name(local.weekday(), true)) + " ";
    item.title +=
        event.all_day ? "all day " : fmt::format("{:02}:{:02} ", local.hour, local.minute);
    item.title += event.confidential ? "(private)" : base::one_line(event.summary);
    if (!event.location.empty() && !event.confidential)
      item.title += ", " + base::one_line(event.location);
    if (event.transparent && !event.all_day) item.title += " (free)";
    if (event.unknown_zone) item.title += " (time zone unknown)";
    item.untrusted = true;
    to.items.push_back(std::move(item));
  }
  if (parsed.faults > 0)
    to.doubts.push_back(base::counted(parsed.faults, "entry") + " could not be read");
}

Reading read_ics_file(const std::string& source, const std::string& path,
                      const EventWindow& window) {
  Reading out;
  out.source = source;
  const auto text = base::read_if_exists(path, most_bytes);
  try {
    if (!text) throw base::UnavailableError("there is no file '" + path + "'");
    add_events(out, *text, window);
  } catch (const base::ProtocolError& e) {
    out.state = Reading::State::failed;
    out.reason = "'" + path + "': " + e.what();
  } catch (const base::Error& e) {
    out.state = Reading::State::failed;
    out.reason = e.what();
  }
  return out;
}

}  // namespace openclaw::sources
