// SPDX-License-Identifier: MIT
#include "calendar/times.h"

#include <algorithm>

#include "base/error.h"

namespace openclaw::calendar {
namespace {

constexpr std::size_t longest_zone_name = 255;
constexpr int most_path_parts = 8;

std::unique_ptr<zone::Zone> try_zone(std::string_view name) {
  try {
    return std::make_unique<zone::Zone>(std::string(name));
  } catch (const base::ConfigError&) {
    return nullptr;
  }
}

std::unique_ptr<zone::Zone> look_for(std::string_view name) {
  if (name.size() > longest_zone_name) return nullptr;
  if (const auto iana = iana_of_windows(name); !iana.empty()) return try_zone(iana);
  for (int i = 0; i < most_path_parts && !name.empty(); ++i) {
    if (auto found = try_zone(name)) return found;
    const auto slash = name.find('/', name.front() == '/' ? 1 : 0);
    if (slash == std::string_view::npos) break;
    name.remove_prefix(slash + 1);
  }
  return nullptr;
}

}  // namespace

Zones::Found Zones::of(icalproperty* property) {
  icalparameter* parameter =
      property ? ical().icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER) : nullptr;
  const char* id = parameter ? ical().icalparameter_get_tzid(parameter) : nullptr;
  if (!id) return {&here_};
  auto known = known_.find(id);
  if (known == known_.end()) known = known_.emplace(id, look_for(id)).first;
  return known->second ? Found{known->second.get()} : Found{&here_, true};
}

bool sane(const icaltimetype& t) {
  return !ical().icaltime_is_null_time(t) && t.year >= 1900 && t.year < 2200 && civil(t).date.ok();
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

base::Time instant(const icaltimetype& t, const zone::Zone& zone) {
  const auto c = civil(t);
  if (ical().icaltime_is_utc(t))
    return base::Time(std::chrono::sys_days(c.date)) + std::chrono::hours(c.hour) +
           std::chrono::minutes(c.minute) + std::chrono::seconds(c.second);
  if (t.is_date) return zone.day_start(c.date);
  if (const auto at = zone.instant(c)) return *at;
  zone::Civil later = c;
  later.hour += 1;
  return zone.instant(later).value_or(zone.day_start(c.date));
}

icaltimetype floating(base::Time at, const zone::Zone& zone, bool is_date) {
  const auto local = zone.local(at);
  icaltimetype out{};
  out.year = static_cast<int>(local.date.year());
  out.month = static_cast<int>(static_cast<unsigned>(local.date.month()));
  out.day = static_cast<int>(static_cast<unsigned>(local.date.day()));
  out.is_date = is_date;
  if (is_date) return out;
  out.hour = local.hour;
  out.minute = local.minute;
  out.second = local.second;
  return out;
}

}  // namespace openclaw::calendar
