// SPDX-License-Identifier: MIT
#include "when.h"

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

}  // namespace openclaw::cmd
