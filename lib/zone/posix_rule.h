// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

/// The rules of POSIX TZ strings with RFC 8536's longer hours, as in the footer of a zone file:
/// "CET-1CEST,M3.5.0,M10.5.0/3".
namespace openclaw::zone {

/// A day of every year and a time of that day, -167 to 167 hours.
struct YearlyMoment {
  enum class Kind { julian, day, weekday };  // J1…J365 without leap days, 0…365, Mmonth.week.day
  Kind kind = Kind::weekday;
  int day = 0, week = 0, month = 0;
  std::int32_t time = 7200;  // seconds

  /// Local seconds since 1970.
  std::int64_t in(int year) const;
};

struct PosixRule {
  struct Summer {
    std::int32_t offset;  // seconds east of UTC
    YearlyMoment begin, end;
  };
  std::int32_t offset = 0;
  std::optional<Summer> summer;
};

std::optional<PosixRule> parse_posix_rule(std::string_view text);

}  // namespace openclaw::zone
