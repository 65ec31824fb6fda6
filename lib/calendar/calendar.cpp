// SPDX-License-Identifier: MIT
#include "calendar/calendar.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/error.h"
#include "calendar/clean.h"
#include "calendar/series.h"

namespace openclaw::calendar {
namespace {

constexpr std::chrono::seconds longest{5};

struct FreeComponent {
  void operator()(icalcomponent* c) const { ical().icalcomponent_free(c); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;
using ByUid = std::map<std::string, std::vector<icalcomponent*>>;

void collect(icalcomponent* calendar, ByUid& by_uid) {
  for (icalcomponent* c = ical().icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
       c; c = ical().icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
    const char* uid = ical().icalcomponent_get_uid(c);
    by_uid[uid ? uid : ""].push_back(c);
  }
}

}  // namespace

Parsed expand(const std::string& text, const zone::Zone& zone, base::Time from, base::Time to) {
  const std::string readable = clean(text);
  const Component root(ical().icalparser_parse_string(readable.c_str()));
  if (!root || readable.find("BEGIN:VCALENDAR") == std::string::npos)
    throw base::ProtocolError("that is no calendar");
  ByUid by_uid;
  if (ical().icalcomponent_isa(root.get()) == ICAL_VCALENDAR_COMPONENT) {
    collect(root.get(), by_uid);
  } else {
    for (icalcomponent* c =
             ical().icalcomponent_get_first_component(root.get(), ICAL_VCALENDAR_COMPONENT);
         c; c = ical().icalcomponent_get_next_component(root.get(), ICAL_VCALENDAR_COMPONENT))
      collect(c, by_uid);
  }
  Parsed out;
  Zones zones(zone);
  const Window window{from, to, std::chrono::steady_clock::now() + longest};
  for (const auto& [uid, components] : by_uid) expand_series(uid, components, zones, window, out);
  std::sort(out.events.begin(), out.events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.start, a.uid, a.instance) < std::tie(b.start, b.uid, b.instance);
  });
  return out;
}

}  // namespace openclaw::calendar
