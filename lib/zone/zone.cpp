// SPDX-License-Identifier: MIT
#include "zone/zone.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "zone/tzif.h"

namespace openclaw::zone {

struct Zone::Data {
  const Transitions* transitions;

  /// How many transitions lie at or before t.
  std::size_t passed(std::int64_t t) const {
    const auto& list = transitions->list;
    const auto after =
        std::upper_bound(list.begin(), list.end(), t,
                         [](std::int64_t at, const Transition& x) { return at < x.at; });
    return static_cast<std::size_t>(after - list.begin());
  }
  std::int64_t offset(std::size_t passed) const {
    return passed == 0 ? transitions->first : transitions->list[passed - 1].offset;
  }
};

namespace {

using std::chrono::seconds;

const Transitions* load(const std::string& name) {
  // NixOS keeps its zones in /etc; TZDIR is the C library's word for another place.
  const char* set = std::getenv("TZDIR");
  for (const char* folder : {set ? set : "", "/usr/share/zoneinfo", "/etc/zoneinfo"}) {
    if (!*folder) continue;
    const auto path = std::string(folder) + "/" + name;
    struct stat found;
    if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    const auto file = base::read_if_exists(path, 1 << 20);
    auto transitions = file ? parse_tzif(*file) : std::nullopt;
    // Kept for as long as the process lives: zones are few.
    if (transitions) return new Transitions(std::move(*transitions));
  }
  throw base::ConfigError("the time zone '" + name + "' is not known to this system",
                          "is the package tzdata installed? names look like Europe/Amsterdam");
}

const Transitions* locate(const std::string& name) {
  if (name.empty() || name.find("..") != std::string::npos || name.front() == '/')
    throw base::ConfigError("'" + name + "' is no time zone");
  static auto& known = *new std::map<std::string, const Transitions*>();
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (const auto at = known.find(name); at != known.end()) return at->second;
  return known.emplace(name, load(name)).first->second;
}

std::int64_t local_seconds(const Civil& c) {
  const auto days = std::chrono::sys_days(c.date).time_since_epoch();
  return (days + std::chrono::hours(c.hour) + std::chrono::minutes(c.minute) + seconds(c.second)) /
         seconds(1);
}

base::Time to_time(std::int64_t s) { return base::Time(seconds(s)); }

std::int64_t floor_seconds(base::Time t) {
  return std::chrono::floor<seconds>(t.time_since_epoch()).count();
}

/// No zone is further from UTC, and none has leapt further.
constexpr std::int64_t most_shift = 26 * 3600;

}  // namespace

Zone::Zone(const std::string& name)
    : name_(name), data_(std::make_unique<Data>(Data{locate(name)})) {}
Zone::~Zone() = default;
Zone::Zone(Zone&&) noexcept = default;
Zone& Zone::operator=(Zone&&) noexcept = default;

std::chrono::seconds Zone::offset(base::Time t) const {
  return seconds(data_->offset(data_->passed(floor_seconds(t))));
}

Civil Zone::local(base::Time t) const {
  const auto shifted = std::chrono::floor<seconds>(t) + offset(t);
  const auto day = std::chrono::floor<std::chrono::days>(shifted);
  const std::chrono::hh_mm_ss hms(shifted - day);
  Civil out;
  out.date = std::chrono::year_month_day(day);
  out.hour = static_cast<int>(hms.hours().count());
  out.minute = static_cast<int>(hms.minutes().count());
  out.second = static_cast<int>(hms.seconds().count());
  return out;
}

std::optional<base::Time> Zone::instant(const Civil& civil) const {
  const std::int64_t local = local_seconds(civil);
  const auto& list = data_->transitions->list;
  for (auto i = data_->passed(local - most_shift); i <= list.size(); ++i) {
    const std::int64_t t = local - data_->offset(i);
    if (i > 0 && t < list[i - 1].at) return std::nullopt;  // clocks skipped it
    if (i == list.size() || t < list[i].at) return to_time(t);
  }
  return std::nullopt;
}

base::Time Zone::day_start(std::chrono::year_month_day day) const {
  Civil midnight;
  midnight.date = day;
  if (const auto exact = instant(midnight)) return *exact;
  const std::int64_t local = local_seconds(midnight);
  auto i = data_->passed(local - most_shift);
  const auto& list = data_->transitions->list;
  while (i < list.size() && local - data_->offset(i) >= list[i].at) ++i;
  return to_time(i == 0 ? local : list[i - 1].at);
}

std::vector<OffsetSpan> Zone::offsets(base::Time begin, base::Time end) const {
  if (begin >= end) return {};
  const auto& list = data_->transitions->list;
  auto i = data_->passed(floor_seconds(begin));
  std::vector<OffsetSpan> out{{to_time(floor_seconds(begin)), seconds(data_->offset(i))}};
  for (; i < list.size() && to_time(list[i].at) < end && out.size() < 400; ++i)
    out.push_back({to_time(list[i].at), seconds(list[i].offset)});
  return out;
}

std::string system_zone_name() {
  if (const char* tz = std::getenv("TZ"); tz && *tz && *tz != ':' && *tz != '/') return tz;
  char target[256];
  const ssize_t n = ::readlink("/etc/localtime", target, sizeof target);
  if (n > 0) {
    const std::string path(target, static_cast<std::size_t>(n));
    if (const auto at = path.find("zoneinfo/"); at != std::string::npos) return path.substr(at + 9);
  }
  if (const auto text = base::read_if_exists("/etc/timezone", 200))
    if (const auto name = base::trim(*text); !name.empty()) return std::string(name);
  return "UTC";
}

std::string iso_date(std::chrono::year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string iso_week(std::chrono::year_month_day day) {
  using namespace std::chrono;
  const sys_days date(day);
  // The Thursday of a week decides its year.
  const sys_days thursday = date + days(4 - static_cast<int>(weekday(date).iso_encoding()));
  const year_month_day t(thursday);
  const auto week = (thursday - sys_days(t.year() / January / 1)).count() / 7 + 1;
  return fmt::format("{:04}-W{:02}", static_cast<int>(t.year()), week);
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
  int y = 0;
  unsigned m = 0, d = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t n, auto& out) {
    const auto [end, ec] = std::from_chars(text.data() + at, text.data() + at + n, out);
    return ec == std::errc{} && end == text.data() + at + n;
  };
  if (!number(0, 4, y) || !number(5, 2, m) || !number(8, 2, d)) return std::nullopt;
  const std::chrono::year_month_day out{std::chrono::year(y), std::chrono::month(m),
                                        std::chrono::day(d)};
  if (!out.ok()) return std::nullopt;
  return out;
}

std::string_view day_name(std::chrono::weekday day, bool brief) {
  constexpr std::array<std::string_view, 7> names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};
  const auto name = names[day.c_encoding() % 7];
  return brief ? name.substr(0, 3) : name;
}

std::string_view month_name(std::chrono::month month, bool brief) {
  constexpr std::array<std::string_view, 12> names{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
  const auto name = names[(static_cast<unsigned>(month) + 11) % 12];
  return brief ? name.substr(0, 3) : name;
}

}  // namespace openclaw::zone
