// SPDX-License-Identifier: MIT
#include "zone/schedule.h"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"

namespace openclaw::zone {
namespace {

using Bits = std::vector<bool>;
constexpr int first_year = 1970;

[[noreturn]] void bad(const std::string& schedule, std::string_view part) {
  throw base::ConfigError(
      fmt::format("'{}' is no schedule: '{}' is not understood", schedule, part),
      "write it like \"Mon..Fri 08:00\" or \"Fri 19:00\"");
}

bool read_number(std::string_view text, int& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size() && !text.empty();
}

/// "*", "5", "1..5", "0/15", "1,2,7"; as systemd.time(7), which wants "0/2" for "*/2".
void read_field(const std::string& schedule, std::string_view field, int low, int high,
                Bits& bits) {
  bits.assign(static_cast<std::size_t>(high - low + 1), false);
  for (auto item : base::split(field, ',')) {
    int step = 0;
    if (const auto slash = item.find('/'); slash != std::string_view::npos) {
      if (!read_number(item.substr(slash + 1), step) || step < 1) bad(schedule, field);
      item = item.substr(0, slash);
    }
    int from = low;
    int to = high;
    if (item == "*" && (step > 0 || item.size() != field.size())) bad(schedule, field);
    if (item != "*") {
      const auto dots = item.find("..");
      if (!read_number(item.substr(0, dots), from)) bad(schedule, field);
      to = step > 0 ? high : from;
      if (dots != std::string_view::npos && !read_number(item.substr(dots + 2), to))
        bad(schedule, field);
    }
    if (from < low || to > high || from > to || from + step > high) bad(schedule, field);
    for (int n = from; n <= to; n += std::max(1, step))
      bits[static_cast<std::size_t>(n - low)] = true;
  }
}

int weekday_number(std::string_view name) {
  const std::string low = base::lower(name);
  for (unsigned d = 0; d < 7; ++d) {
    const std::string full = base::lower(day_name(std::chrono::weekday(d), false));
    if (low == full || low == full.substr(0, 3))
      return static_cast<int>((d + 6) % 7);  // Monday = 0
  }
  return -1;
}

bool read_weekdays(std::string_view text, Bits& out) {
  Bits bits(7, false);
  for (const auto item : base::split(text, ',')) {
    auto dots = item.find("..");
    std::size_t width = 2;
    if (dots == std::string_view::npos && (dots = item.find('-')) != std::string_view::npos)
      width = 1;
    const int from = weekday_number(item.substr(0, dots));
    const int to =
        dots == std::string_view::npos ? from : weekday_number(item.substr(dots + width));
    if (from < 0 || to < 0 || from > to) return false;
    for (int d = from; d <= to; ++d) bits[static_cast<std::size_t>(d)] = true;
  }
  out = bits;
  return true;
}

std::size_t count(const Bits& bits) {
  return static_cast<std::size_t>(std::count(bits.begin(), bits.end(), true));
}

std::string expand_word(const std::string& text) {
  const std::string word = base::lower(base::trim(text));
  if (word == "minutely") return "*-*-* *:*:00";
  if (word == "hourly") return "*-*-* *:00:00";
  if (word == "daily") return "*-*-* 00:00:00";
  if (word == "weekly") return "Mon *-*-* 00:00:00";
  if (word == "monthly") return "*-*-01 00:00:00";
  return text;
}

}  // namespace

Schedule::Schedule(const std::string& text) : text_(text) {
  weekdays_.assign(7, true);
  read_field(text_, "*", first_year, 2199, years_);
  read_field(text_, "*", 1, 12, months_);
  read_field(text_, "*", 1, 31, days_);
  bool has_time = false;
  bool has_date = false;
  const std::string whole = expand_word(text);
  for (const auto word : base::split(whole, ' ')) {
    if (word.empty()) continue;
    if (word.find(':') != std::string_view::npos) {
      const auto parts = base::split(word, ':');
      if (has_time || parts.size() > 3) bad(text_, word);
      read_field(text_, parts[0], 0, 23, hours_);
      read_field(text_, parts[1], 0, 59, minutes_);
      read_field(text_, parts.size() == 3 ? parts[2] : "0", 0, 59, seconds_);
      has_time = true;
    } else if (!has_time && !has_date && read_weekdays(word, weekdays_)) {
      continue;
    } else if (word.find('-') != std::string_view::npos && !has_date && !has_time) {
      const auto parts = base::split(word, '-');
      if (parts.size() < 2 || parts.size() > 3) bad(text_, word);
      if (parts.size() == 3) read_field(text_, parts[0], first_year, 2199, years_);
      read_field(text_, parts[parts.size() - 2], 1, 12, months_);
      read_field(text_, parts[parts.size() - 1], 1, 31, days_);
      has_date = true;
    } else {
      bad(text_, word);
    }
  }
  if (!has_time && !has_date && count(weekdays_) == 7) bad(text_, text_);
  if (!has_time) {
    read_field(text_, "0", 0, 23, hours_);
    read_field(text_, "0", 0, 59, minutes_);
    read_field(text_, "0", 0, 59, seconds_);
  }
}

bool Schedule::day_matches(std::chrono::year_month_day day) const {
  const int year = static_cast<int>(day.year());
  if (year < first_year || year > 2199) return false;
  const auto weekday = std::chrono::weekday(std::chrono::sys_days(day)).iso_encoding() - 1;
  return years_[static_cast<std::size_t>(year - first_year)] &&
         months_[static_cast<unsigned>(day.month()) - 1] &&
         days_[static_cast<unsigned>(day.day()) - 1] && weekdays_[weekday];
}

std::vector<base::Time> Schedule::on_day(const Zone& zone, std::chrono::year_month_day day,
                                         std::vector<Civil>* skipped) const {
  std::vector<base::Time> out;
  if (!day_matches(day)) return out;
  for (int h = 0; h < 24; ++h) {
    if (!hours_[static_cast<std::size_t>(h)]) continue;
    for (int m = 0; m < 60; ++m) {
      if (!minutes_[static_cast<std::size_t>(m)]) continue;
      for (int s = 0; s < 60; ++s) {
        if (!seconds_[static_cast<std::size_t>(s)]) continue;
        const Civil civil{day, h, m, s};
        if (const auto t = zone.instant(civil))
          out.push_back(*t);
        else if (skipped)
          skipped->push_back(civil);
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<base::Time> Schedule::previous(const Zone& zone, base::Time t) const {
  auto day = std::chrono::sys_days(zone.local(t).date);
  for (int i = 0; i < 3660; ++i, day -= std::chrono::days(1)) {
    const auto instants = on_day(zone, std::chrono::year_month_day(day));
    const auto after = std::upper_bound(instants.begin(), instants.end(), t);
    if (after != instants.begin()) return *std::prev(after);
  }
  return std::nullopt;
}

std::optional<base::Time> Schedule::next(const Zone& zone, base::Time t) const {
  auto day = std::chrono::sys_days(zone.local(t).date);
  for (int i = 0; i < 3660; ++i, day += std::chrono::days(1)) {
    const auto instants = on_day(zone, std::chrono::year_month_day(day));
    const auto after = std::upper_bound(instants.begin(), instants.end(), t);
    if (after != instants.end()) return *after;
  }
  return std::nullopt;
}

std::vector<base::Time> Schedule::between(const Zone& zone, base::Time from, base::Time to,
                                          std::size_t most) const {
  std::vector<base::Time> out;
  for (auto t = next(zone, from); t && *t <= to && out.size() < most; t = next(zone, *t))
    out.push_back(*t);
  return out;
}

std::vector<Civil> Schedule::skipped(const Zone& zone, std::chrono::year_month_day first,
                                     int days) const {
  std::vector<Civil> out;
  for (int i = 0; i < days; ++i)
    on_day(zone, std::chrono::sys_days(first) + std::chrono::days(i), &out);
  return out;
}

Schedule::Period Schedule::period() const {
  if (count(hours_) * count(minutes_) * count(seconds_) > 1) return Period::several_a_day;
  if (count(weekdays_) == 1 && count(days_) == 31) return Period::weekly;
  if (count(days_) == 1 && count(weekdays_) == 7) return Period::monthly;
  return Period::daily;
}

std::string Schedule::label(const Zone& zone, base::Time instant) const {
  const auto day = zone.local(instant).date;
  switch (period()) {
    case Period::weekly: return iso_week(day);
    case Period::monthly: return iso_date(day).substr(0, 7);
    case Period::daily: return iso_date(day);
    case Period::several_a_day: break;
  }
  const auto instants = on_day(zone, day);
  const auto n = std::upper_bound(instants.begin(), instants.end(), instant) - instants.begin();
  return fmt::format("{}#{}", iso_date(day), n);
}

}  // namespace openclaw::zone
