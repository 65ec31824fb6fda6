// SPDX-License-Identifier: MIT
#include "when.h"

#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace openclaw::cmd {

base::Time parse_when(const std::string& text, const zone::Zone& zone, base::Time now) {
  using namespace std::chrono;
  const std::string word = base::lower(text);
  const auto today = zone.local(now).date;
  const auto day_start = [&](sys_days day) { return zone.day_start(year_month_day(day)); };
  if (const auto exact = base::parse_rfc3339(text)) return *exact;
  if (const auto date = zone::parse_date(text)) return zone.day_start(*date);
  if (word == "today") return day_start(sys_days(today));
  if (word == "yesterday") return day_start(sys_days(today) - days(1));
  if (word == "month") return zone.day_start(today.year() / today.month() / day(1));
  if (const auto duration = base::parse_duration(text)) return now - *duration;
  for (unsigned d = 0; d < 7; ++d) {
    const std::string full = base::lower(zone::day_name(weekday(d), false));
    if (word != full && word != full.substr(0, 3)) continue;
    auto at = sys_days(today);
    while (weekday(at).c_encoding() != d) at -= days(1);
    return day_start(at);
  }
  throw base::UsageError("'" + base::one_line(text) + "' is no time",
                         "write it like 2026-11-23, 7d, yesterday or monday");
}

namespace {

using Day = std::chrono::sys_days;

std::optional<Day> coming_day(const std::string& word, Day today) {
  using namespace std::chrono;
  if (word == "today") return today;
  if (word == "tomorrow") return today + days(1);
  if (const auto date = zone::parse_date(word)) return Day(*date);
  for (unsigned d = 0; d < 7; ++d) {
    const std::string full = base::lower(zone::day_name(weekday(d), false));
    if (word != full && word != full.substr(0, 3)) continue;
    Day at = today + days(1);
    while (weekday(at).c_encoding() != d) at += days(1);
    return at;
  }
  return std::nullopt;
}

/// "9:00", "18:30"; nullopt for anything else.
std::optional<std::pair<int, int>> clock_time(std::string_view word) {
  const auto colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || word.size() != colon + 3)
    return std::nullopt;
  for (const char c : word)
    if (c != ':' && (c < '0' || c > '9')) return std::nullopt;
  const int hour = std::atoi(std::string(word.substr(0, colon)).c_str());
  const int minute = std::atoi(std::string(word.substr(colon + 1)).c_str());
  if (hour > 23 || minute > 59) return std::nullopt;
  return std::pair(hour, minute);
}

}  // namespace

base::Time parse_coming(const std::string& text, const zone::Zone& zone, base::Time now) {
  const std::string words = base::lower(base::trim(text));
  const auto wrong = [&](const char* why) {
    return base::UsageError("'" + base::one_line(text) + "' " + why,
                            "write it like 2h, 18:30, tomorrow, friday 9:00 or 2026-11-24");
  };
  if (const auto duration = base::parse_duration(words); duration && duration->count() > 0)
    return now + *duration;
  const auto space = words.find(' ');
  const std::string first = words.substr(0, space);
  const std::string second = space == std::string::npos ? "" : words.substr(space + 1);
  const Day today{zone.local(now).date};
  const auto at = [&](Day day, std::pair<int, int> time) {
    const std::chrono::year_month_day date(day);
    const auto instant = zone.instant({date, time.first, time.second, 0});
    return instant ? *instant : zone.day_start(date) + base::Millis(time.first * 3600000LL);
  };
  base::Time out;
  if (const auto hour = clock_time(first); hour && second.empty()) {
    out = at(today, *hour);
    if (out <= now) out = at(today + std::chrono::days(1), *hour);
  } else if (const auto day = coming_day(first, today)) {
    const auto time = clock_time(second);
    if (!second.empty() && !time) throw wrong("is no time");
    out = time ? at(*day, *time) : zone.day_start(std::chrono::year_month_day(*day));
  } else {
    throw wrong("is no time");
  }
  if (out <= now) throw wrong("is over");
  return out;
}

}  // namespace openclaw::cmd
