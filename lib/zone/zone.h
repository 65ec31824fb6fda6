// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

/// zone may use base. It is the only room that knows time zones (the system's tzdata, right until
/// 2200) and calendar schedules; everything else counts UTC milliseconds.
namespace openclaw::zone {

/// A wall-clock reading.
struct Civil {
  std::chrono::year_month_day date;
  int hour = 0, minute = 0, second = 0;
  std::chrono::weekday weekday() const { return std::chrono::weekday(std::chrono::sys_days(date)); }
};

/// From `from` on, local time is UTC plus `offset`.
struct OffsetSpan {
  base::Time from;
  std::chrono::seconds offset;
};

class Zone {
 public:
  /// An IANA name. Throws base::ConfigError when the system does not know it.
  explicit Zone(const std::string& name);
  ~Zone();
  Zone(Zone&&) noexcept;
  Zone& operator=(Zone&&) noexcept;

  const std::string& name() const { return name_; }
  Civil local(base::Time t) const;
  /// The instant of a wall-clock reading; the first of two, nullopt where clocks skip it.
  std::optional<base::Time> instant(const Civil& civil) const;
  /// The first instant of a local day (clocks may skip midnight).
  base::Time day_start(std::chrono::year_month_day day) const;
  std::chrono::seconds offset(base::Time t) const;
  /// The offsets that hold from `begin` to `end`, in order.
  std::vector<OffsetSpan> offsets(base::Time begin, base::Time end) const;

 private:
  struct Data;
  std::string name_;
  std::unique_ptr<Data> data_;
};

/// The machine's zone: $TZ, /etc/timezone, the /etc/localtime link, or "UTC".
std::string system_zone_name();

/// "2026-11-23"
std::string iso_date(std::chrono::year_month_day day);
/// "2026-W48" (ISO 8601 week).
std::string iso_week(std::chrono::year_month_day day);
std::optional<std::chrono::year_month_day> parse_date(std::string_view text);
/// "Monday", "Mon"; "November", "Nov".
std::string_view day_name(std::chrono::weekday day, bool brief);
std::string_view month_name(std::chrono::month month, bool brief);

}  // namespace openclaw::zone
