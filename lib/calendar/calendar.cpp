// SPDX-License-Identifier: MIT
#include "calendar/calendar.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "calendar/ical_api.h"

namespace openclaw::calendar {
namespace {

struct FreeComponent {
  void operator()(icalcomponent* c) const { ical().icalcomponent_free(c); }
};
struct FreeIterator {
  void operator()(icalrecur_iterator* i) const { ical().icalrecur_iterator_free(i); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

constexpr int most_occurrences = 500;
constexpr int most_steps = 20000;

/// The zone that a property names: its own, one found at the end of its TZID, or the default.
struct ZoneOf {
  std::optional<zone::Zone> own;
  bool unknown = false;
};

ZoneOf zone_of(icalproperty* property) {
  ZoneOf out;
  icalparameter* parameter = ical().icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
  if (!parameter) return out;
  const std::string id = ical().icalparameter_get_tzid(parameter);
  std::string_view rest = id;
  while (!rest.empty()) {  // "/freeassociation.sourceforge.net/Europe/Amsterdam"
    try {
      out.own.emplace(std::string(rest));
      return out;
    } catch (const base::ConfigError&) {
    }
    const auto slash = rest.find('/', rest.front() == '/' ? 1 : 0);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  out.unknown = true;
  return out;
}

zone::Civil civil(const icaltimetype& t) {
  zone::Civil out;
  out.date = std::chrono::year_month_day(std::chrono::year(t.year),
                                         std::chrono::month(static_cast<unsigned>(t.month)),
                                         std::chrono::day(static_cast<unsigned>(t.day)));
  if (!t.is_date) {
    out.hour = t.hour;
    out.minute = t.minute;
    out.second = std::min(t.second, 59);
  }
  return out;
}

base::Time utc_instant(const icaltimetype& t) {
  const auto c = civil(t);
  return base::Time(std::chrono::sys_days(c.date)) + std::chrono::hours(c.hour) +
         std::chrono::minutes(c.minute) + std::chrono::seconds(c.second);
}

base::Time instant(const icaltimetype& t, const zone::Zone& zone) {
  if (ical().icaltime_is_utc(t)) return utc_instant(t);
  const auto c = civil(t);
  if (t.is_date) return zone.day_start(c.date);
  if (const auto at = zone.instant(c)) return *at;
  zone::Civil later = c;  // clocks skip this hour
  later.hour += 1;
  return zone.instant(later).value_or(zone.day_start(c.date));
}

bool sane(const icaltimetype& t) {
  return !ical().icaltime_is_null_time(t) && t.year >= 1900 && t.year < 2200 &&
         std::chrono::year_month_day(std::chrono::year(t.year),
                                     std::chrono::month(static_cast<unsigned>(t.month)),
                                     std::chrono::day(static_cast<unsigned>(t.day)))
             .ok();
}

std::string text_of(icalcomponent* c, icalproperty_kind kind) {
  icalproperty* property = ical().icalcomponent_get_first_property(c, kind);
  const char* text = property ? ical().icalproperty_get_value_as_string(property) : nullptr;
  return text ? base::valid_utf8(text) : std::string();
}

class Expander {
 public:
  Expander(const zone::Zone& zone, base::Time from, base::Time to)
      : zone_(zone), from_(from), to_(to) {}

  void add(icalcomponent* root, Parsed& out) {
    std::map<std::string, std::vector<icalcomponent*>> by_uid;
    for (icalcomponent* c = ical().icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
         c; c = ical().icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
      const char* uid = ical().icalcomponent_get_uid(c);
      by_uid[uid ? uid : ""].push_back(c);
    }
    for (auto& [uid, components] : by_uid) series(uid, components, out);
    std::sort(out.events.begin(), out.events.end(), [](const Event& a, const Event& b) {
      return std::tie(a.start, a.uid) < std::tie(b.start, b.uid);
    });
  }

 private:
  /// One UID: masters are expanded, occurrences that have an override give way to it.
  void series(const std::string& uid, const std::vector<icalcomponent*>& components, Parsed& out) {
    std::set<base::Time> overridden;
    for (icalcomponent* c : components) {
      icalproperty* id = ical().icalcomponent_get_first_property(c, ICAL_RECURRENCEID_PROPERTY);
      if (id) overridden.insert(original_start(id));
    }
    for (icalcomponent* c : components) {
      icalproperty* start = ical().icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
      if (!start || !sane(ical().icalproperty_get_dtstart(start))) {
        ++out.faults;
        continue;
      }
      icalproperty* id = ical().icalcomponent_get_first_property(c, ICAL_RECURRENCEID_PROPERTY);
      if (id)
        occurrence(uid, c, ical().icalproperty_get_dtstart(start), original_start(id), out);
      else
        master(uid, c, start, overridden, out);
    }
  }

  base::Time original_start(icalproperty* property) const {
    const ZoneOf z = zone_of(property);
    return instant(ical().icalproperty_get_recurrenceid(property), z.own ? *z.own : zone_);
  }

  void master(const std::string& uid, icalcomponent* c, icalproperty* start_property,
              const std::set<base::Time>& overridden, Parsed& out) {
    const ZoneOf z = zone_of(start_property);
    const zone::Zone& zone = z.own ? *z.own : zone_;
    const icaltimetype start = ical().icalproperty_get_dtstart(start_property);
    const auto excluded = exceptions(c, zone);
    std::set<base::Time> seen;
    const auto take = [&](const icaltimetype& t) {
      const base::Time at = instant(t, zone);
      if (excluded.contains(at) || overridden.contains(at) || !seen.insert(at).second) return;
      if (seen.size() <= most_occurrences) occurrence(uid, c, t, at, out);
    };
    icalproperty* rule = ical().icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);
    if (!rule)
      take(start);
    else
      recurrences(rule, start, zone, take, out);
    for (icalproperty* r = ical().icalcomponent_get_first_property(c, ICAL_RDATE_PROPERTY); r;
         r = ical().icalcomponent_get_next_property(c, ICAL_RDATE_PROPERTY))
      if (const auto date = ical().icalproperty_get_rdate(r).time; sane(date)) take(date);
  }

  template <typename Take>
  void recurrences(icalproperty* rule, const icaltimetype& start, const zone::Zone& zone,
                   const Take& take, Parsed& out) {
    icalrecurrencetype recurrence = ical().icalproperty_get_rrule(rule);
    if (recurrence.freq == ICAL_SECONDLY_RECURRENCE ||
        recurrence.freq == ICAL_MINUTELY_RECURRENCE || recurrence.freq == ICAL_NO_RECURRENCE) {
      ++out.faults;
      take(start);
      return;
    }
    if (recurrence.until.is_date && !start.is_date) {  // the whole of that day counts
      recurrence.until.is_date = 0;
      recurrence.until.hour = 23;
      recurrence.until.minute = recurrence.until.second = 59;
    } else if (ical().icaltime_is_utc(recurrence.until) && !ical().icaltime_is_utc(start)) {
      const auto local = zone.local(utc_instant(recurrence.until));
      recurrence.until.hour = local.hour;
      recurrence.until.minute = local.minute;
      recurrence.until.day = static_cast<int>(static_cast<unsigned>(local.date.day()));
      recurrence.until.month = static_cast<int>(static_cast<unsigned>(local.date.month()));
      recurrence.until.year = static_cast<int>(local.date.year());
      recurrence.until.zone = nullptr;
    }
    icaltimetype floating = start;
    if (!ical().icaltime_is_utc(start)) floating.zone = nullptr;
    const std::unique_ptr<icalrecur_iterator, FreeIterator> iterator(
        ical().icalrecur_iterator_new(recurrence, floating));
    if (!iterator) {
      ++out.faults;
      take(start);
      return;
    }
    for (int i = 0; i < most_steps; ++i) {
      const icaltimetype t = ical().icalrecur_iterator_next(iterator.get());
      if (ical().icaltime_is_null_time(t) || !sane(t)) return;
      const base::Time at = instant(t, zone);
      if (at >= to_) return;
      if (at >= from_ - base::Millis(62LL * 86400000)) take(t);
    }
    ++out.faults;
  }

  std::set<base::Time> exceptions(icalcomponent* c, const zone::Zone& zone) const {
    std::set<base::Time> out;
    for (icalproperty* e = ical().icalcomponent_get_first_property(c, ICAL_EXDATE_PROPERTY); e;
         e = ical().icalcomponent_get_next_property(c, ICAL_EXDATE_PROPERTY)) {
      const ZoneOf z = zone_of(e);
      if (const auto t = ical().icalproperty_get_exdate(e); sane(t))
        out.insert(instant(t, z.own ? *z.own : zone));
    }
    return out;
  }

  /// How long it lasts; an all-day event's end is exclusive, one day when there is none.
  base::Millis length(icalcomponent* c, const icaltimetype& start) const {
    icalproperty* own_start = ical().icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
    icalproperty* end = ical().icalcomponent_get_first_property(c, ICAL_DTEND_PROPERTY);
    if (end && own_start) {
      const ZoneOf zs = zone_of(own_start);
      const ZoneOf ze = zone_of(end);
      const auto from =
          instant(ical().icalproperty_get_dtstart(own_start), zs.own ? *zs.own : zone_);
      const auto to = instant(ical().icalproperty_get_dtend(end), ze.own ? *ze.own : zone_);
      return std::max(base::Millis(0), to - from);
    }
    if (icalproperty* d = ical().icalcomponent_get_first_property(c, ICAL_DURATION_PROPERTY)) {
      const auto seconds = ical().icaldurationtype_as_int(ical().icalproperty_get_duration(d));
      return base::Millis(std::max(0LL, 1000LL * seconds));
    }
    return base::Millis(start.is_date ? 86400000 : 0);
  }

  void occurrence(const std::string& uid, icalcomponent* c, const icaltimetype& start,
                  base::Time original, Parsed& out) {
    if (ical().icalcomponent_get_status(c) == ICAL_STATUS_CANCELLED) return;
    icalproperty* property = ical().icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
    const ZoneOf z = zone_of(property);
    Event event;
    event.start = instant(start, z.own ? *z.own : zone_);
    event.end = event.start + length(c, start);
    event.all_day = start.is_date != 0;
    if (event.all_day && event.end > event.start) {  // a day may have 23 or 25 hours
      const auto days =
          (event.end - event.start + base::Millis(2 * 3600000)) / base::Millis(86400000);
      const auto last = std::chrono::sys_days(civil(start).date) + std::chrono::days(days);
      event.end = zone_.day_start(std::chrono::year_month_day(last));
    }
    const bool overlaps = event.start < to_ && (event.end > from_ || event.start >= from_);
    if (!overlaps) return;
    event.uid = uid;
    event.instance = base::rfc3339(original);
    event.summary = text_of(c, ICAL_SUMMARY_PROPERTY);
    event.location = text_of(c, ICAL_LOCATION_PROPERTY);
    event.transparent = text_of(c, ICAL_TRANSP_PROPERTY) == "TRANSPARENT";
    const std::string visibility = text_of(c, ICAL_CLASS_PROPERTY);
    event.confidential = visibility == "PRIVATE" || visibility == "CONFIDENTIAL";
    event.unknown_zone = z.unknown;
    out.events.push_back(std::move(event));
  }

  const zone::Zone& zone_;
  base::Time from_, to_;
};

}  // namespace

Parsed expand(const std::string& text, const zone::Zone& zone, base::Time from, base::Time to) {
  Parsed out;
  const std::string clean = base::valid_utf8(text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0));
  const Component root(ical().icalparser_parse_string(clean.c_str()));
  if (!root || clean.find("BEGIN:VCALENDAR") == std::string::npos)
    throw base::ProtocolError("that is no calendar");
  Expander expander(zone, from, to);
  if (ical().icalcomponent_isa(root.get()) == ICAL_VCALENDAR_COMPONENT) {
    expander.add(root.get(), out);
  } else {
    for (icalcomponent* c =
             ical().icalcomponent_get_first_component(root.get(), ICAL_VCALENDAR_COMPONENT);
         c; c = ical().icalcomponent_get_next_component(root.get(), ICAL_VCALENDAR_COMPONENT))
      expander.add(c, out);
  }
  return out;
}

}  // namespace openclaw::calendar
