// SPDX-License-Identifier: MIT
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "support/tier.h"
#include "zone/schedule.h"

/// Schedule against the program whose language it reads.
namespace openclaw::test {
namespace {

constexpr const char* program = "/usr/bin/systemd-analyze";

struct Answer {
  bool accepted = false;
  std::vector<base::Time> times;
};

/// The instants after from as systemd gives them. The texts hold no quote: they are made here.
Answer ask(const std::string& schedule, const std::string& zone, base::Time from, int n) {
  const std::string command = "TZ='" + zone + "' LC_ALL=C " + program +
                              " calendar --iterations=" + std::to_string(n) + " --base-time='@" +
                              std::to_string(base::to_ms(from) / 1000) + "' '" + schedule +
                              "' 2>/dev/null";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe))
    text.append(piece.data(), got);
  Answer answer;
  answer.accepted = ::pclose(pipe) == 0;
  // "(in UTC): Mon 2026-11-23 07:00:00 UTC", or "Next elapse: …" and "Iter. #2: …" where the zone
  // is UTC.
  const bool utc = zone == "UTC";
  for (std::size_t pos = 0; pos < text.size();) {
    const auto end = std::min(text.find('\n', pos), text.size());
    const std::string line = text.substr(pos, end - pos);
    pos = end + 1;
    const bool mine = utc ? line.find("Next elapse:") != std::string::npos ||
                                line.find("Iter") != std::string::npos
                          : line.find("(in UTC):") != std::string::npos;
    const auto digits = line.find("-", line.find(": ") + 2);
    if (!mine || digits == std::string::npos || digits < 4) continue;
    std::string stamp = line.substr(digits - 4, 19);
    stamp[10] = 'T';
    if (const auto t = base::parse_rfc3339(stamp + "Z")) answer.times.push_back(*t);
  }
  return answer;
}

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::string schedule() {
    std::string out;
    if (pick(2) == 0) out += weekdays() + " ";
    if (pick(2) == 0) {
      if (pick(3) != 0) out += (pick(4) == 0 ? field(2026, 2031, "") : "*") + "-";
      out += (pick(2) == 0 ? "*" : field(1, 12, "")) + "-" +
             (pick(3) == 0 ? "*" : field(1, 31, "")) + " ";
    }
    out += pick(5) == 0 ? "*" : field(0, 23, "");
    out += ":" + (pick(8) == 0 ? "*" : field(0, 59, ""));
    if (pick(4) == 0) out += ":" + field(0, 59, "");
    return out;
  }

  std::string zone() {
    static const char* const zones[] = {"Europe/Amsterdam", "America/New_York", "Asia/Kolkata"};
    return zones[pick(3)];
  }

  base::Time moment() {
    // A third of the moments lie near a change of the clocks.
    static const std::int64_t changes[] = {1774746000, 1792890000, 1772953200, 1793512800,
                                           1806195600};
    if (pick(3) == 0)
      return base::from_ms((changes[pick(5)] - 90000 + static_cast<std::int64_t>(pick(180000))) *
                           1000);
    return base::from_ms((1767225600 + static_cast<std::int64_t>(pick(4ULL * 365 * 86400))) * 1000);
  }

 private:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::string number(int low, int high) {
    return std::to_string(low + static_cast<int>(pick(static_cast<std::size_t>(high - low + 1))));
  }

  std::string field(int low, int high, const std::string& so_far) {
    std::string out;
    switch (pick(5)) {
      case 0: {
        const int from = low + static_cast<int>(pick(static_cast<std::size_t>(high - low)));
        out = std::to_string(from) + ".." + number(from + 1, high);
        break;
      }
      case 1:
        out = number(low, low + (high - low) / 3) + "/" + number(2, std::max(3, (high - low) / 2));
        break;
      default: out = number(low, high);
    }
    return so_far.size() < 8 && pick(3) == 0 ? field(low, high, so_far + out + ",") : so_far + out;
  }

  std::string weekdays() {
    static const char* const days[] = {"Mon", "Tue", "Wednesday", "thu", "Fri", "Sat", "Sunday"};
    const std::size_t from = pick(6);
    if (pick(2) == 0) return std::string(days[from]) + ".." + days[from + 1 + pick(6 - from)];
    return pick(2) == 0 ? std::string(days[from]) : std::string(days[from]) + "," + days[pick(7)];
  }

  std::mt19937_64 random_;
};

/// Whether the clocks change between a day before one and a day after the other.
bool clocks_change(const zone::Zone& zone, base::Time from, base::Time to) {
  constexpr auto day = std::chrono::hours(26);
  return zone.offsets(from - day, to + day).size() > 1;
}

/// Near a change of the clocks systemd 252 now and then leaves out an instant ("0/5:10" loses 00:10
/// on 2026-11-01 in New York, "0,5:10" does not) or finds none. Such cases are counted; they are
/// few.
TEST(ScheduleAgainstSystemd, RandomSchedulesFireAtTheSameInstants) {
  if (::access(program, X_OK) != 0) OPENCLAW_NOT_RUN("there is no systemd-analyze");
  Maker make(seed());
  int fired = 0;
  int odd = 0;
  const int all = times(400, 20000);
  for (int i = 0; i < all; ++i) {
    const std::string text = make.schedule();
    const std::string zone_name = make.zone();
    const base::Time from = make.moment();
    const zone::Zone zone(zone_name);
    const zone::Schedule schedule(text);
    const Answer theirs = ask(text, zone_name, from, 6);
    auto t = from;
    for (const auto expected : theirs.times) {
      if (expected - t > std::chrono::hours(24 * 3600)) break;  // ours looks ten years ahead
      const auto next = schedule.next(zone, t);
      if (next != expected && next && clocks_change(zone, std::min(*next, expected), expected)) {
        ++odd;
        break;
      }
      ASSERT_EQ(next ? base::rfc3339(*next) : "none", base::rfc3339(expected))
          << text << " in " << zone_name << " after " << base::rfc3339(t);
      t = *next;
      ++fired;
    }
    if (!theirs.accepted) {
      ASSERT_TRUE(ask(text, "UTC", base::from_ms(0), 1).accepted) << text;
      ++odd;
    } else if (theirs.times.empty()) {
      EXPECT_EQ(schedule.next(zone, from), std::nullopt) << text << " " << base::rfc3339(from);
    }
  }
  std::cout << all << " schedules, " << fired << " instants compared, " << odd << " odd"
            << std::endl;
  EXPECT_LE(odd, all / 25);
  EXPECT_GT(fired, 4 * all);
}

/// The same schedule with "2/15" written as "2,17,32,47": with lists systemd leaves nothing out.
std::string without_steps(const std::string& text) {
  const auto field = [](const std::string& list, int most) {
    std::string out;
    for (const auto part : base::split(list, ',')) {
      const auto slash = part.find('/');
      out += out.empty() ? "" : ",";
      if (slash == std::string_view::npos) {
        out += part;
        continue;
      }
      const int step = std::stoi(std::string(part.substr(slash + 1)));
      for (int n = std::stoi(std::string(part)), first = n; n <= most; n += step)
        out += (n == first ? "" : ",") + std::to_string(n);
    }
    return out;
  };
  std::string out;
  for (const auto word : base::split(text, ' ')) {
    const bool time = word.find(':') != std::string_view::npos;
    const bool date = !time && word.find('-') != std::string_view::npos;
    const auto parts = base::split(word, time ? ':' : '-');
    std::string made;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const int most = time ? (i == 0 ? 23 : 59) : i + 1 == parts.size() ? 31 : 12;
      made += (i == 0 ? ""
               : time ? ":"
                      : "-") +
              (time || date ? field(std::string(parts[i]), most) : std::string(parts[i]));
    }
    out += (out.empty() ? "" : " ") + made;
  }
  return out;
}

/// Whether systemd names the instant when it is asked in another way: then it has left out one of
/// its own ("*:0/19" loses midnight, "*:0,19,38,57" does not).
bool is_listed(const std::string& text, const std::string& zone_name, base::Time instant) {
  for (const auto& one : {text, without_steps(text)}) {
    const auto theirs = ask(one, zone_name, instant - std::chrono::seconds(1), 1).times;
    if (!theirs.empty() && theirs[0] == instant) return true;
  }
  return false;
}

/// Follows systemd for so many instants, or ten years: each is ours too, each with a label of its
/// own. How many were compared; `odd` counts where
/// systemd leaves one out.
int follow(const std::string& text, const std::string& zone_name, int most, int& odd) {
  const base::Time from = base::from_ms(1767225600000);  // 2026-01-01
  const base::Time to = from + std::chrono::hours(24 * 3653);
  const zone::Zone zone(zone_name);
  const zone::Schedule schedule(text);
  std::set<std::string> labels;
  int compared = 0;
  auto t = from;
  for (const auto expected : ask(text, zone_name, from, most).times) {
    if (expected > to) break;
    const auto next = schedule.next(zone, t);
    if (next != expected && next &&
        (clocks_change(zone, std::min(*next, expected), expected) ||
         is_listed(text, zone_name, *next))) {
      ++odd;
      break;
    }
    EXPECT_EQ(next ? base::rfc3339(*next) : "none", base::rfc3339(expected))
        << text << " in " << zone_name << " after " << base::rfc3339(t);
    if (next != expected) break;
    EXPECT_TRUE(labels.insert(schedule.label(zone, *next)).second)
        << text << ": two slots have one label at " << base::rfc3339(*next);
    EXPECT_EQ(schedule.previous(zone, *next), next) << text;
    t = *next;
    ++compared;
  }
  return compared;
}

TEST(ScheduleAgainstSystemd, TenYearsOfSlotsAreTheTimersOwn) {
  if (::access(program, X_OK) != 0) OPENCLAW_NOT_RUN("there is no systemd-analyze");
  int odd = 0;
  for (const char* zone : {"Europe/Amsterdam", "America/New_York", "Asia/Kolkata"}) {
    EXPECT_GT(follow("Mon..Fri 08:00", zone, 2700, odd), 2600);
    EXPECT_GT(follow("Fri 19:00", zone, 540, odd), 520);
    EXPECT_GT(follow("Mon 09:00", zone, 540, odd), 520);
  }
  EXPECT_EQ(odd, 0) << "every shipped schedule, every day of ten years";
  Maker make(seed() + 1);
  const int all = times(50, 1000);
  int compared = 0;
  for (int i = 0; i < all; ++i) {
    const std::string text = make.schedule();
    compared += follow(text, make.zone(), 400, odd);
  }
  std::cout << all << " schedules, " << compared << " instants compared, " << odd << " odd"
            << std::endl;
  EXPECT_LE(odd, all / 5);
}

// Timers are rendered from these texts: what is accepted here must be accepted there.
TEST(ScheduleAgainstSystemd, AcceptsNothingThatSystemdRefuses) {
  if (::access(program, X_OK) != 0) OPENCLAW_NOT_RUN("there is no systemd-analyze");
  for (const char* text :
       {"*/2:00",        "*:*/15",         "*-*-*/2 08:00",  "Mon..Fri 08:00", "hourly",
        "daily",         "weekly",         "monthly",        "minutely",       "Fri..Mon 08:00",
        "Mon-Fri 08:00", "mon 8:0",        "08:00:00",       "11-23 08:00",    "2026-11-23",
        "Mon",           "Mon,Wed..Fri",   "1..5/2:00",      "0/15:00",        "*:0/15",
        "8..18:0,30",    "Mon  08:00",     "MONDAY 08:00",   "Daily",          "*:*:*",
        "*-*-1..7 9:00", "Monda 08:00",    "08:00,09:00",    "24:00",          "23:59:59",
        "1,2,2:00",      "*,5:00",         "5,*:00",         "Mon,Mon 08:00",  "2026..2028-1-1 0:0",
        "0:0/1",         "*-*-31/2 08:00", "Mon, Tue 08:00", "7/24:00"}) {
    bool ours = true;
    try {
      const zone::Schedule schedule{std::string(text)};
    } catch (const base::ConfigError&) {
      ours = false;
    }
    const bool theirs = ask(text, "UTC", base::from_ms(1767225600000), 1).accepted;
    EXPECT_FALSE(ours && !theirs) << "'" << text << "'";
  }
}

}  // namespace
}  // namespace openclaw::test
