// SPDX-License-Identifier: MIT
#include <array>
#include <charconv>

#include "base/text.h"
#include "sources/feed_parse.h"

namespace openclaw::sources {
namespace {

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || out < 0)
    return std::nullopt;
  return out;
}

/// Minutes east of UTC; RFC 822's names, and nothing known is UTC.
int zone_minutes(std::string_view text) {
  if (text.size() >= 5 && (text[0] == '+' || text[0] == '-')) {
    const auto hours = number(text.substr(1, 2));
    const auto minutes = number(text.substr(text[3] == ':' ? 4 : 3, 2));
    if (hours && minutes && *hours < 24 && *minutes < 60)
      return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
  }
  constexpr std::array<std::pair<std::string_view, int>, 12> names{{{"EST", -300},
                                                                    {"EDT", -240},
                                                                    {"CST", -360},
                                                                    {"CDT", -300},
                                                                    {"MST", -420},
                                                                    {"MDT", -360},
                                                                    {"PST", -480},
                                                                    {"PDT", -420},
                                                                    {"CET", 60},
                                                                    {"CEST", 120},
                                                                    {"BST", 60},
                                                                    {"JST", 540}}};
  for (const auto& [name, minutes] : names)
    if (text == name) return minutes;
  return 0;
}

std::optional<base::Time> made(int year, int month, int day, int seconds_of_day) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970 || year > 2200) return std::nullopt;
  return base::Time(sys_days(date)) + seconds(seconds_of_day);
}

std::optional<int> clock_seconds(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto h = number(parts[0]), m = number(parts[1]);
  const auto s = parts.size() == 3 ? number(parts[2].substr(0, 2)) : std::optional(0);
  if (!h || !m || !s || *h > 24 || *m > 59 || *s > 60) return std::nullopt;
  return *h * 3600 + *m * 60 + *s;
}

std::optional<base::Time> rfc822(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto word : base::split(text, ' '))
    if (!word.empty()) words.push_back(word);
  // "Mon," or "Mon" in front, or nothing.
  if (!words.empty() && !number(words[0])) words.erase(words.begin());
  if (words.size() < 3) return std::nullopt;
  constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto day = number(words[0]);
  const std::string name = base::lower(words[1].substr(0, 3));
  auto year = number(words[2]);
  if (!day || !year) return std::nullopt;
  if (*year < 70)
    *year += 2000;
  else if (*year < 100)
    *year += 1900;
  for (std::size_t m = 0; m < months.size(); ++m) {
    if (name != months[m]) continue;
    const auto clock = words.size() > 3 ? clock_seconds(words[3]) : std::optional(0);
    if (!clock) return std::nullopt;
    const int zone = words.size() > 4 ? zone_minutes(words[4]) : 0;
    return made(*year, static_cast<int>(m) + 1, *day, *clock - zone * 60);
  }
  return std::nullopt;
}

}  // namespace

std::optional<base::Time> parse_feed_date(std::string_view given) {
  const auto text = base::trim(given);
  if (text.empty() || text.size() > 80) return std::nullopt;
  if (const auto exact = base::parse_rfc3339(text)) return exact;
  // "2026-11-23", "2026-11-23 08:00:00", "2026-11-23T08:00+01:00"
  if (text.size() >= 10 && text[4] == '-' && text[7] == '-') {
    const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)),
               day = number(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    if (text.size() < 16) return made(*year, *month, *day, 0);
    const auto rest = text.substr(11);
    const auto end = std::min(rest.find_first_of("+-Z "), rest.size());
    const auto clock = clock_seconds(rest.substr(0, std::min(end, rest.find('.'))));
    if (!clock) return made(*year, *month, *day, 0);
    return made(*year, *month, *day, *clock - zone_minutes(base::trim(rest.substr(end))) * 60);
  }
  return rfc822(text);
}

}  // namespace openclaw::sources
