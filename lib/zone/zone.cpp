// SPDX-License-Identifier: MIT
#include "zone/zone.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>

#include <date/tz.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace openclaw::zone {

struct Zone::Data {
  const date::time_zone* zone;
};

namespace {

using std::chrono::seconds;

// Where date looks too, unless the system has it elsewhere.
constexpr const char* usual_folder = "/usr/share/zoneinfo/";

/// The zone's own file is read alone: the library's list of all zones costs 650 system calls.
const date::time_zone* from_its_file(const std::string& name) {
  // Never destroyed, as the library's own: only it knows the destructor.
  static auto& known = *new std::map<std::string, const date::time_zone*>();
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (const auto at = known.find(name); at != known.end()) return at->second;
  const base::Fd fd(::open((usual_folder + name).c_str(), O_RDONLY | O_CLOEXEC));
  char magic[4];
  if (!fd || ::read(fd.get(), magic, sizeof magic) != sizeof magic ||
      std::string_view(magic, sizeof magic) != "TZif")
    return nullptr;
  const auto* zone = new date::time_zone(name, date::detail::undocumented{});
  return known.emplace(name, zone).first->second;
}

const date::time_zone* locate(const std::string& name) {
  if (name.empty() || name.find("..") != std::string::npos || name.front() == '/')
    throw base::ConfigError("'" + name + "' is no time zone");
  if (const auto* zone = from_its_file(name)) return zone;
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    throw base::ConfigError("the time zone '" + name + "' is not known to this system",
                            "is the package tzdata installed? names look like Europe/Amsterdam");
  }
}

date::local_seconds to_date(const Civil& c) {
  const auto days = std::chrono::sys_days(c.date).time_since_epoch();
  return date::local_seconds(days + std::chrono::hours(c.hour) + std::chrono::minutes(c.minute) +
                             seconds(c.second));
}

base::Time to_time(date::sys_seconds s) {
  return base::Time(std::chrono::duration_cast<base::Millis>(s.time_since_epoch()));
}

date::sys_seconds floor_seconds(base::Time t) {
  return date::sys_seconds(std::chrono::floor<seconds>(t.time_since_epoch()));
}

}  // namespace

Zone::Zone(const std::string& name)
    : name_(name), data_(std::make_unique<Data>(Data{locate(name)})) {}
Zone::~Zone() = default;
Zone::Zone(Zone&&) noexcept = default;
Zone& Zone::operator=(Zone&&) noexcept = default;

std::chrono::seconds Zone::offset(base::Time t) const {
  return data_->zone->get_info(floor_seconds(t)).offset;
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
  const auto local = to_date(civil);
  const auto info = data_->zone->get_info(local);
  if (info.result == date::local_info::nonexistent) return std::nullopt;
  return to_time(date::sys_seconds(local.time_since_epoch() - info.first.offset));
}

base::Time Zone::day_start(std::chrono::year_month_day day) const {
  Civil midnight;
  midnight.date = day;
  const auto local = to_date(midnight);
  const auto info = data_->zone->get_info(local);
  if (info.result == date::local_info::nonexistent) return to_time(info.second.begin);
  return to_time(date::sys_seconds(local.time_since_epoch() - info.first.offset));
}

std::vector<OffsetSpan> Zone::offsets(base::Time begin, base::Time end) const {
  std::vector<OffsetSpan> out;
  auto at = floor_seconds(begin);
  while (to_time(at) < end && out.size() < 400) {
    const auto info = data_->zone->get_info(at);
    out.push_back({to_time(at), info.offset});
    if (info.end <= at || info.end - at > std::chrono::hours(24 * 366 * 40)) break;
    at = info.end;
  }
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
