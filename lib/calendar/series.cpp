// SPDX-License-Identifier: MIT
#include "calendar/series.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "base/text.h"

namespace openclaw::calendar {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int most_occurrences = 500;
constexpr int most_steps = 200'000;  ///< of a rule with a COUNT, which cannot be entered midway
constexpr base::Millis a_day{86'400'000};

struct FreeIterator {
  void operator()(icalrecur_iterator* i) const { ical().icalrecur_iterator_free(i); }
};

std::string plain_value(icalcomponent* c, icalproperty_kind kind) {
  icalproperty* property = ical().icalcomponent_get_first_property(c, kind);
  const char* text = property ? ical().icalproperty_get_value_as_string(property) : nullptr;
  return text ? text : "";
}

/// What all occurrences of a component share.
struct Shape {
  icalcomponent* component;
  icaltimetype first;
  const zone::Zone* zone;
  bool all_day = false, cancelled = false;
  int days = 0;            ///< of an all-day event
  base::Millis length{0};  ///< of any other
  Event texts{};           ///< with everything but the times
};

int whole_days(const icaltimetype& from, const icaltimetype& to) {
  return static_cast<int>((sys_days(civil(to).date) - sys_days(civil(from).date)).count());
}

/// The end is exclusive; without one an all-day event lasts a day and any other no time.
void read_length(icalcomponent* c, Zones& zones, Shape& out) {
  icalproperty* end_property = ical().icalcomponent_get_first_property(c, ICAL_DTEND_PROPERTY);
  const icaltimetype end =
      end_property ? ical().icalproperty_get_dtend(end_property) : icaltimetype{};
  if (end_property && sane(end)) {
    out.days = std::max(1, whole_days(out.first, end));
    out.length = std::max(base::Millis(0), instant(end, *zones.of(end_property).zone) -
                                               instant(out.first, *out.zone));
    return;
  }
  out.days = 1;
  icalproperty* duration = ical().icalcomponent_get_first_property(c, ICAL_DURATION_PROPERTY);
  if (!duration) return;
  const long long seconds =
      ical().icaldurationtype_as_int(ical().icalproperty_get_duration(duration));
  out.length = base::Millis(std::max(0LL, 1000 * seconds));
  out.days = std::max(1, static_cast<int>(out.length / a_day));
}

/// "mailto:Me@Example.org" of each ATTENDEE with PARTSTAT=DECLINED, as "me@example.org".
std::vector<std::string> declined_by(icalcomponent* c) {
  std::vector<std::string> out;
  for (icalproperty* p = ical().icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY); p;
       p = ical().icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
    icalparameter* part = ical().icalproperty_get_first_parameter(p, ICAL_PARTSTAT_PARAMETER);
    const char* who = ical().icalproperty_get_attendee(p);
    if (!part || !who || ical().icalparameter_get_partstat(part) != ICAL_PARTSTAT_DECLINED)
      continue;
    std::string address = base::lower(who);
    if (address.starts_with("mailto:")) address.erase(0, 7);
    out.push_back(std::move(address));
  }
  return out;
}

std::optional<Shape> shape_of(const std::string& uid, icalcomponent* c, Zones& zones) {
  icalproperty* start = ical().icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
  if (!start || !sane(ical().icalproperty_get_dtstart(start))) return std::nullopt;
  const auto found = zones.of(start);
  Shape out{c, ical().icalproperty_get_dtstart(start), found.zone};
  out.all_day = out.first.is_date != 0;
  out.cancelled = ical().icalcomponent_get_status(c) == ICAL_STATUS_CANCELLED;
  if (out.all_day) out.zone = &zones.here();
  read_length(c, zones, out);
  out.texts.uid = uid;
  icalproperty* property = ical().icalcomponent_get_first_property(c, ICAL_SUMMARY_PROPERTY);
  if (const char* text = property ? ical().icalproperty_get_summary(property) : nullptr)
    out.texts.summary = text;
  property = ical().icalcomponent_get_first_property(c, ICAL_LOCATION_PROPERTY);
  if (const char* text = property ? ical().icalproperty_get_location(property) : nullptr)
    out.texts.location = text;
  out.texts.all_day = out.all_day;
  out.texts.transparent = plain_value(c, ICAL_TRANSP_PROPERTY) == "TRANSPARENT";
  const std::string visibility = plain_value(c, ICAL_CLASS_PROPERTY);
  out.texts.confidential = visibility == "PRIVATE" || visibility == "CONFIDENTIAL";
  out.texts.declined_by = declined_by(c);
  out.texts.unknown_zone = found.unknown;
  return out;
}

class Series {
 public:
  Series(Zones& zones, const Window& window, Parsed& out)
      : zones_(zones), window_(window), out_(out) {}

  void run(const std::string& uid, const std::vector<icalcomponent*>& components) {
    std::vector<Shape> masters;
    std::vector<std::pair<base::Time, Shape>> overrides;
    for (icalcomponent* c : components) {
      count_unread(c);
      icalproperty* id = ical().icalcomponent_get_first_property(c, ICAL_RECURRENCEID_PROPERTY);
      auto shape = shape_of(uid, c, zones_);
      if (!shape || (id && !sane(ical().icalproperty_get_recurrenceid(id)))) {
        ++out_.faults;
      } else if (id) {
        const auto original =
            instant(ical().icalproperty_get_recurrenceid(id), *zones_.of(id).zone);
        overridden_.insert(original);
        if (is_range(id)) later_[original] = *shape;
        overrides.emplace_back(original, std::move(*shape));
      } else {
        masters.push_back(std::move(*shape));
      }
    }
    for (const auto& [original, shape] : overrides)
      add(shape, instant(shape.first, *shape.zone), original);
    for (const auto& shape : masters) master(shape);
  }

 private:
  /// A recurrence or time that libical could not read is left in the component as an error.
  void count_unread(icalcomponent* c) {
    for (icalproperty* e = ical().icalcomponent_get_first_property(c, ICAL_XLICERROR_PROPERTY); e;
         e = ical().icalcomponent_get_next_property(c, ICAL_XLICERROR_PROPERTY)) {
      const char* text = ical().icalproperty_get_value_as_string(e);
      const std::string_view said = text ? text : "";
      for (const auto* name : {"RRULE", "RDATE", "EXDATE", "DTEND", "DURATION"}) {
        if (said.find(name) == std::string_view::npos) continue;
        ++out_.faults;
        break;
      }
    }
  }

  static bool is_range(icalproperty* id) {
    icalparameter* range = ical().icalproperty_get_first_parameter(id, ICAL_RANGE_PARAMETER);
    return range && ical().icalparameter_get_range(range) == ICAL_RANGE_THISANDFUTURE;
  }

  void master(const Shape& shape) {
    read_exceptions(shape);
    std::set<base::Time> seen;
    const auto take = [&](base::Time at, std::optional<base::Millis> length = {}) {
      if (is_excluded(shape, at) || overridden_.contains(at) || !seen.insert(at).second) return;
      occurrence(shape, at, length);
    };
    const int before = static_cast<int>(out_.events.size());
    const auto is_full = [&] {
      return static_cast<int>(out_.events.size()) - before >= most_occurrences;
    };
    icalproperty* rule =
        ical().icalcomponent_get_first_property(shape.component, ICAL_RRULE_PROPERTY);
    if (!rule || !recurrences(ical().icalproperty_get_rrule(rule), shape, take, is_full))
      take(instant(shape.first, *shape.zone));
    for (icalproperty* r =
             ical().icalcomponent_get_first_property(shape.component, ICAL_RDATE_PROPERTY);
         r && !is_full();
         r = ical().icalcomponent_get_next_property(shape.component, ICAL_RDATE_PROPERTY))
      extra_date(r, shape, take);
  }

  template <typename Take>
  void extra_date(icalproperty* property, const Shape& shape, const Take& take) {
    const auto found = zones_.of(property);
    const bool names_zone =
        ical().icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER) != nullptr;
    const zone::Zone& zone = names_zone ? *found.zone : *shape.zone;
    const icaldatetimeperiodtype value = ical().icalproperty_get_rdate(property);
    if (sane(value.time)) {
      take(instant(value.time, zone), std::nullopt);
    } else if (sane(value.period.start)) {
      const base::Time at = instant(value.period.start, zone);
      const base::Millis length =
          sane(value.period.end)
              ? instant(value.period.end, zone) - at
              : base::Millis(1000LL * ical().icaldurationtype_as_int(value.period.duration));
      take(at, std::max(base::Millis(0), length));
    } else {
      ++out_.faults;
    }
  }

  /// False when the rule is not one that can be followed: then the event is a single one.
  template <typename Take, typename IsFull>
  bool recurrences(icalrecurrencetype rule, const Shape& shape, const Take& take,
                   const IsFull& is_full) {
    const bool is_too_fine = rule.freq == ICAL_SECONDLY_RECURRENCE ||
                             rule.freq == ICAL_MINUTELY_RECURRENCE ||
                             rule.freq == ICAL_NO_RECURRENCE;
    // libical would try every hour of five centuries when no day fits.
    const bool is_endless =
        rule.freq == ICAL_HOURLY_RECURRENCE && (rule.by_month[0] != ICAL_RECURRENCE_ARRAY_MAX ||
                                                rule.by_month_day[0] != ICAL_RECURRENCE_ARRAY_MAX ||
                                                rule.by_year_day[0] != ICAL_RECURRENCE_ARRAY_MAX);
    if (is_too_fine || is_endless || std::chrono::steady_clock::now() > window_.deadline) {
      ++out_.faults;
      return false;
    }
    end_locally(rule, shape);
    icaltimetype first = shape.first;
    if (!ical().icaltime_is_utc(first)) first.zone = nullptr;
    const std::unique_ptr<icalrecur_iterator, FreeIterator> iterator(
        ical().icalrecur_iterator_new(rule, first));
    if (!iterator) {
      ++out_.faults;
      return false;
    }
    enter(iterator.get(), rule, shape);
    for (int i = 0; i < most_steps; ++i) {
      const icaltimetype t = ical().icalrecur_iterator_next(iterator.get());
      if (ical().icaltime_is_null_time(t) || !sane(t)) return true;
      const base::Time at = instant(t, *shape.zone);
      if (at >= latest_start(shape) || is_full()) return true;
      take(at, std::nullopt);
    }
    ++out_.faults;
    return true;
  }

  /// UNTIL is compared with the floating times that the rule is walked in.
  static void end_locally(icalrecurrencetype& rule, const Shape& shape) {
    if (rule.until.is_date && !shape.all_day) {  // the whole of that day counts
      rule.until.is_date = 0;
      rule.until.hour = 23;
      rule.until.minute = rule.until.second = 59;
    } else if (ical().icaltime_is_utc(rule.until) && !ical().icaltime_is_utc(shape.first)) {
      rule.until = floating(instant(rule.until, *shape.zone), *shape.zone, shape.all_day);
    }
  }

  /// Begins shortly before the window; a rule that counts must be walked from its first.
  void enter(icalrecur_iterator* iterator, const icalrecurrencetype& rule, const Shape& shape) {
    if (rule.count != 0) return;
    const base::Millis length = shape.all_day ? shape.days * a_day : shape.length;
    base::Time from = window_.from - std::min(length, 400 * a_day) - 2 * a_day - most_shift();
    if (from <= instant(shape.first, *shape.zone) + a_day) return;
    if (rule.until.year != 0 && instant(rule.until, *shape.zone) < from) return;
    icaltimetype at = floating(from, *shape.zone, shape.all_day);
    if (ical().icaltime_is_utc(shape.first)) {
      at = floating(from, utc(), false);
      at.zone = shape.first.zone;
    }
    (void)ical().icalrecur_iterator_set_start(iterator, at);
  }

  static const zone::Zone& utc() {
    static const zone::Zone zone("UTC");
    return zone;
  }

  /// How far an override of all later occurrences moves them.
  base::Millis most_shift() const {
    base::Millis most{0};
    for (const auto& [original, shape] : later_) {
      const auto shift = instant(shape.first, *shape.zone) - original;
      most = std::max(most, shift < base::Millis(0) ? -shift : shift);
    }
    return std::min(most, 400 * a_day);
  }

  base::Time latest_start(const Shape&) const { return window_.to + most_shift(); }

  void read_exceptions(const Shape& shape) {
    for (icalproperty* e =
             ical().icalcomponent_get_first_property(shape.component, ICAL_EXDATE_PROPERTY);
         e; e = ical().icalcomponent_get_next_property(shape.component, ICAL_EXDATE_PROPERTY)) {
      const bool names_zone =
          ical().icalproperty_get_first_parameter(e, ICAL_TZID_PARAMETER) != nullptr;
      const zone::Zone& zone = names_zone ? *zones_.of(e).zone : *shape.zone;
      const auto t = ical().icalproperty_get_exdate(e);
      if (!sane(t)) continue;
      if (t.is_date && !shape.all_day)  // some programs except the whole day
        excluded_days_.insert(sys_days(civil(t).date));
      else
        excluded_.insert(instant(t, zone));
    }
  }

  bool is_excluded(const Shape& shape, base::Time at) const {
    if (excluded_.contains(at)) return true;
    return !excluded_days_.empty() && excluded_days_.contains(sys_days(shape.zone->local(at).date));
  }

  /// One occurrence of a master, moved when an override of this and all later ones is before it.
  void occurrence(const Shape& shape, base::Time at, std::optional<base::Millis> length) {
    const auto next = later_.upper_bound(at);
    if (next == later_.begin()) return add(shape, at, at, length);
    const auto& [original, moved] = *std::prev(next);
    add(moved, at + (instant(moved.first, *moved.zone) - original), at, length);
  }

  void add(const Shape& shape, base::Time start, base::Time original,
           std::optional<base::Millis> length = {}) {
    if (shape.cancelled) return;
    Event event = shape.texts;
    if (shape.all_day) {  // a day may have 23 or 25 hours, so it may begin a little off
      const auto day = sys_days(zones_.here().local(start + base::Millis(2 * 3'600'000)).date);
      event.start = zones_.here().day_start(year_month_day(day));
      event.end = zones_.here().day_start(year_month_day(day + days(shape.days)));
    } else {
      event.start = start;
      event.end = start + length.value_or(shape.length);
    }
    if (event.start >= window_.to || (event.end <= window_.from && event.start < window_.from))
      return;
    event.instance = base::rfc3339(original);
    out_.events.push_back(std::move(event));
  }

  Zones& zones_;
  const Window& window_;
  Parsed& out_;
  std::set<base::Time> overridden_, excluded_;
  std::set<sys_days> excluded_days_;
  std::map<base::Time, Shape> later_;  ///< overrides of an occurrence and all after it
};

}  // namespace

void expand_series(const std::string& uid, const std::vector<icalcomponent*>& components,
                   Zones& zones, const Window& window, Parsed& out) {
  Series(zones, window, out).run(uid, components);
}

}  // namespace openclaw::calendar
