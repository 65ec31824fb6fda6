// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "zone/zone.h"

namespace openclaw::zone {

/// A calendar schedule in the part of systemd's OnCalendar= language that jobs use:
/// "[weekdays] [year-month-day] hour:minute[:second]" with lists "Mon,Thu", ranges "Mon..Fri",
/// "8..18", steps "0/15" and "*", and the words hourly, daily, weekly, monthly. A time that clocks
/// skip is skipped; of a doubled hour the first counts (as systemd 252 does).
class Schedule {
 public:
  /// Throws base::ConfigError saying what was not understood.
  explicit Schedule(const std::string& text);

  const std::string& text() const { return text_; }
  /// The latest instant at or before t; nullopt when there is none within ten years.
  std::optional<base::Time> previous(const Zone& zone, base::Time t) const;
  /// The earliest instant after t.
  std::optional<base::Time> next(const Zone& zone, base::Time t) const;
  /// All instants in (from, to], at most so many.
  std::vector<base::Time> between(const Zone& zone, base::Time from, base::Time to,
                                  std::size_t most) const;

  /// Wall-clock readings of those local days that the clocks leap over: it does not fire then.
  std::vector<Civil> skipped(const Zone& zone, std::chrono::year_month_day first, int days) const;

  /// How often it fires: the label of a slot follows from it.
  enum class Period { several_a_day, daily, weekly, monthly };
  Period period() const;
  /// The label of the slot that begins at this instant: a local date, date#n, an ISO week, a month.
  std::string label(const Zone& zone, base::Time instant) const;

 private:
  /// The instants of one local day, in order.
  std::vector<base::Time> on_day(const Zone& zone, std::chrono::year_month_day day,
                                 std::vector<Civil>* skipped = nullptr) const;
  bool day_matches(std::chrono::year_month_day day) const;

  std::string text_;
  std::vector<bool> weekdays_, years_, months_, days_, hours_, minutes_, seconds_;
};

}  // namespace openclaw::zone
