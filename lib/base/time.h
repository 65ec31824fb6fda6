// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::base {

/// Points in time are UTC milliseconds inside, INTEGER milliseconds in SQL, RFC 3339 at the edges.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

/// The wall clock; read only in cmd and in daemon loops. $OPENCLAW_NOW (milliseconds) stands in for
/// it in tests, and $OPENCLAW_CLOCK_AHEAD is a file that moves both clocks.
Time wall_now();

/// Milliseconds since boot, also through suspend (CLOCK_BOOTTIME): for timeouts and durations.
Millis boot_now();

inline std::int64_t to_ms(Time t) { return t.time_since_epoch().count(); }
inline Time from_ms(std::int64_t ms) { return Time(Millis(ms)); }

/// 2026-11-23T08:00:00.000Z
std::string rfc3339(Time t);

/// Reads an RFC 3339 date-time with zone; nullopt when it is none.
std::optional<Time> parse_rfc3339(std::string_view text);

/// "90s", "15m", "4h", "3d", "2w", "5y" (a year is 365 days); nullopt when it is none of these.
std::optional<Millis> parse_duration(std::string_view text);

/// 950 ms, 3.2 s, 4 min, 2.5 h, 9 days: for people.
std::string human_duration(Millis d);

}  // namespace openclaw::base
