// SPDX-License-Identifier: MIT
#include "calendar/window.h"

#include <cstdio>

namespace openclaw::test {

std::string events(const std::vector<std::string>& bodies) {
  std::string lines = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n";
  for (const auto& body : bodies)
    lines += "BEGIN:VEVENT\nUID:one@test\nDTSTAMP:20260101T000000Z\n" + body + "\nEND:VEVENT\n";
  lines += "END:VCALENDAR\n";
  std::string out;
  for (const char c : lines) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

std::string event(const std::string& body) { return events({body}); }

calendar::Parsed expand_day(const std::string& text, const std::string& date,
                            const std::string& zone) {
  const zone::Zone here(zone);
  const auto today = *zone::parse_date(date);
  const std::chrono::year_month_day tomorrow(std::chrono::sys_days(today) + std::chrono::days(1));
  return calendar::expand(text, here, here.day_start(today), here.day_start(tomorrow));
}

std::vector<std::string> day(const std::string& text, const std::string& date,
                             const std::string& zone) {
  const zone::Zone here(zone);
  std::vector<std::string> out;
  for (const auto& e : expand_day(text, date, zone).events) {
    const auto from = here.local(e.start);
    const auto to = here.local(e.end);
    char clock[32];
    std::snprintf(clock, sizeof clock, "%02d:%02d-%02d:%02d", from.hour, from.minute, to.hour,
                  to.minute);
    out.push_back((e.all_day ? "all day" : std::string(clock)) + " " + e.summary);
  }
  return out;
}

}  // namespace openclaw::test
