// SPDX-License-Identifier: MIT
#include "base/time.h"

#include <charconv>
#include <cstdlib>
#include <fstream>

#include <fmt/core.h>
#include <time.h>

namespace openclaw::base {
namespace {

bool digits(std::string_view text, std::size_t pos, std::size_t n, int& out) {
  if (pos + n > text.size()) return false;
  const auto piece = text.substr(pos, n);
  if (piece.find_first_not_of("0123456789") != std::string_view::npos) return false;
  return std::from_chars(piece.data(), piece.data() + n, out).ec == std::errc{};
}

bool mark(std::string_view text, std::size_t pos, std::string_view any) {
  return pos < text.size() && any.find(text[pos]) != std::string_view::npos;
}

}  // namespace

#ifdef OPENCLAW_TEST_HOOKS  // never in a release: budgets and the audit trust the clock
namespace {

/// $OPENCLAW_CLOCK_AHEAD names a file whose number of milliseconds a test moves.
Millis ahead() {
  const char* file = std::getenv("OPENCLAW_CLOCK_AHEAD");
  std::int64_t ms = 0;
  if (file) std::ifstream(file) >> ms;
  return Millis(ms);
}

}  // namespace

Time wall_now() {
  if (const char* fixed = std::getenv("OPENCLAW_NOW")) return from_ms(std::atoll(fixed));
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()) + ahead();
}
#else
namespace {

constexpr Millis ahead() { return Millis(0); }

}  // namespace

Time wall_now() { return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()); }
#endif

Millis boot_now() {
  timespec ts{};
  clock_gettime(CLOCK_BOOTTIME, &ts);
  return Millis(static_cast<std::int64_t>(ts.tv_sec) * 1000 + ts.tv_nsec / 1000000) + ahead();
}

std::string rfc3339(Time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss hms(t - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     hms.hours().count(), hms.minutes().count(), hms.seconds().count(),
                     hms.subseconds().count());
}

std::optional<Time> parse_rfc3339(std::string_view s) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, sec = 0;
  if (!digits(s, 0, 4, y) || !mark(s, 4, "-") || !digits(s, 5, 2, mo) || !mark(s, 7, "-") ||
      !digits(s, 8, 2, d) || !mark(s, 10, "Tt ") || !digits(s, 11, 2, h) || !mark(s, 13, ":") ||
      !digits(s, 14, 2, mi) || !mark(s, 16, ":") || !digits(s, 17, 2, sec))
    return std::nullopt;
  const std::chrono::year_month_day ymd(std::chrono::year(y),
                                        std::chrono::month(static_cast<unsigned>(mo)),
                                        std::chrono::day(static_cast<unsigned>(d)));
  if (!ymd.ok() || h > 23 || mi > 59 || sec > 60) return std::nullopt;
  std::size_t pos = 19;
  std::int64_t ms = 0;
  if (mark(s, pos, ".")) {
    std::int64_t scale = 100;
    if (pos + 1 >= s.size() || s[pos + 1] < '0' || s[pos + 1] > '9') return std::nullopt;
    for (++pos; pos < s.size() && s[pos] >= '0' && s[pos] <= '9'; ++pos, scale /= 10)
      ms += scale * (s[pos] - '0');
  }
  int offset_minutes = 0;
  if (mark(s, pos, "Zz")) {
    ++pos;
  } else if (mark(s, pos, "+-")) {
    int oh = 0, om = 0;
    if (!digits(s, pos + 1, 2, oh) || !mark(s, pos + 3, ":") || !digits(s, pos + 4, 2, om))
      return std::nullopt;
    if (oh > 23 || om > 59) return std::nullopt;
    offset_minutes = (oh * 60 + om) * (s[pos] == '-' ? -1 : 1);
    pos += 6;
  } else {
    return std::nullopt;
  }
  if (pos != s.size()) return std::nullopt;
  return Time(std::chrono::sys_days(ymd)) + std::chrono::hours(h) +
         std::chrono::minutes(mi - offset_minutes) + std::chrono::seconds(sec) + Millis(ms);
}

std::optional<Millis> parse_duration(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (ec != std::errc{} || n < 0 || n > 1000000) return std::nullopt;
  constexpr std::int64_t day = 86400000;
  if (unit == "ms") return Millis(n);
  if (unit == "s") return Millis(n * 1000);
  if (unit == "m" || unit == "min") return Millis(n * 60000);
  if (unit == "h") return Millis(n * 3600000);
  if (unit == "d") return Millis(n * day);
  if (unit == "w") return Millis(n * 7 * day);
  if (unit == "y") return Millis(n * 365 * day);
  return std::nullopt;
}

std::string human_duration(Millis d) {
  const auto ms = d.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 60000) return fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
  if (ms < 3600000) return fmt::format("{} min", ms / 60000);
  if (ms < 48 * 3600000LL) return fmt::format("{}.{} h", ms / 3600000, ms % 3600000 / 360000);
  return fmt::format("{} days", ms / 86400000);
}

}  // namespace openclaw::base
