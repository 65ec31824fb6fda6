// SPDX-License-Identifier: MIT
#include "calendar/calendar.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/text.h"
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

/// Calls each(component) for every component of that kind in all calendars of the text.
template <typename Each>
void each_component(icalcomponent* root, icalcomponent_kind kind, const Each& each) {
  const auto of_calendar = [&](icalcomponent* calendar) {
    for (icalcomponent* c = ical().icalcomponent_get_first_component(calendar, kind); c;
         c = ical().icalcomponent_get_next_component(calendar, kind))
      each(c);
  };
  if (ical().icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT) return of_calendar(root);
  for (icalcomponent* c = ical().icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT);
       c; c = ical().icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT))
    of_calendar(c);
}

Component parsed(const std::string& text) {
  const std::string readable = clean(text);
  Component root(ical().icalparser_parse_string(readable.c_str()));
  if (!root || readable.find("BEGIN:VCALENDAR") == std::string::npos)
    throw base::ProtocolError("that is no calendar");
  return root;
}

std::string uid_of(icalcomponent* c) {
  const char* uid = ical().icalcomponent_get_uid(c);
  return uid ? uid : "";
}

}  // namespace

Parsed expand(const std::string& text, const zone::Zone& zone, base::Time from, base::Time to) {
  const Component root = parsed(text);
  ByUid by_uid;
  each_component(root.get(), ICAL_VEVENT_COMPONENT,
                 [&by_uid](icalcomponent* c) { by_uid[uid_of(c)].push_back(c); });
  Parsed out;
  Zones zones(zone);
  const Window window{from, to, std::chrono::steady_clock::now() + longest};
  for (const auto& [uid, components] : by_uid) expand_series(uid, components, zones, window, out);
  std::sort(out.events.begin(), out.events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.start, a.uid, a.instance) < std::tie(b.start, b.uid, b.instance);
  });
  return out;
}

namespace {

std::string text_of(icalcomponent* c, icalproperty_kind kind) {
  icalproperty* property = ical().icalcomponent_get_first_property(c, kind);
  const char* text = property ? ical().icalproperty_get_value_as_string(property) : nullptr;
  return text ? text : "";
}

}  // namespace

Todos todos(const std::string& text, const zone::Zone& zone) {
  const Component root = parsed(text);
  Todos out;
  Zones zones(zone);
  each_component(root.get(), ICAL_VTODO_COMPONENT, [&](icalcomponent* c) {
    Todo todo;
    todo.status = base::lower(text_of(c, ICAL_STATUS_PROPERTY));
    if (todo.status == "completed" || todo.status == "cancelled" ||
        ical().icalcomponent_get_first_property(c, ICAL_COMPLETED_PROPERTY))
      return;
    todo.uid = uid_of(c);
    icalproperty* summary = ical().icalcomponent_get_first_property(c, ICAL_SUMMARY_PROPERTY);
    if (const char* words = summary ? ical().icalproperty_get_summary(summary) : nullptr)
      todo.summary = words;
    todo.url = text_of(c, ICAL_URL_PROPERTY);
    todo.priority = std::atoi(text_of(c, ICAL_PRIORITY_PROPERTY).c_str());
    const auto visibility = text_of(c, ICAL_CLASS_PROPERTY);
    todo.confidential = visibility == "PRIVATE" || visibility == "CONFIDENTIAL";
    if (icalproperty* due = ical().icalcomponent_get_first_property(c, ICAL_DUE_PROPERTY)) {
      const auto at = ical().icalproperty_get_due(due);
      if (!sane(at))
        ++out.faults;
      else if (at.is_date != 0)
        todo.due = civil(at).date;
      else
        todo.due = zone.local(instant(at, *zones.of(due).zone)).date;
    }
    out.open.push_back(std::move(todo));
  });
  std::sort(out.open.begin(), out.open.end(),
            [](const Todo& a, const Todo& b) { return a.uid < b.uid; });
  return out;
}

}  // namespace openclaw::calendar
