// SPDX-License-Identifier: MIT
#include "zone/schedule.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace openclaw::test {
namespace {

using zone::Schedule;
using zone::Zone;

base::Time at(const char* text) { return *base::parse_rfc3339(text); }

std::string next_of(const char* schedule, const char* zone, const char* from) {
  const auto next = Schedule(schedule).next(Zone(zone), at(from));
  return next ? base::rfc3339(*next) : "none";
}

TEST(Zone, RefusesWhatIsNone) {
  for (const char* name :
       {"", "Europe/Nowhere", "../etc/passwd", "/etc/localtime", "Europe/../UTC", "CET+99"})
    EXPECT_THROW(Zone{name}, base::ConfigError) << name;
}

TEST(Zone, KnowsSkippedAndDoubledHours) {
  const Zone zone("Europe/Amsterdam");
  using namespace std::chrono;
  const auto spring = 2026y / March / 29d;
  const auto autumn = 2026y / October / 25d;
  EXPECT_EQ(zone.instant({spring, 2, 30, 0}), std::nullopt);
  EXPECT_EQ(base::rfc3339(*zone.instant({spring, 3, 0, 0})), "2026-03-29T01:00:00.000Z");
  EXPECT_EQ(base::rfc3339(*zone.instant({autumn, 2, 30, 0})), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(zone.day_start(spring), at("2026-03-28T23:00:00Z"));
  EXPECT_EQ(zone.day_start(year_month_day(sys_days(autumn) + days(1))), at("2026-10-25T23:00:00Z"));
  const auto second = zone.local(at("2026-10-25T01:30:00Z"));
  EXPECT_EQ(second.hour, 2);
  EXPECT_EQ(second.minute, 30);
}

TEST(Zone, StartsADayWhoseMidnightIsSkipped) {
  const Zone zone("America/Sao_Paulo");  // 2018-11-04 began at 01:00
  using namespace std::chrono;
  EXPECT_EQ(zone.day_start(2018y / November / 4d), at("2018-11-04T03:00:00Z"));
  EXPECT_EQ(zone.local(at("2018-11-04T03:00:00Z")).hour, 1);
}

TEST(Zone, ListsTheOffsetsOfAYear) {
  const auto spans =
      Zone("Europe/Amsterdam").offsets(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(spans[0].offset, std::chrono::hours(1));
  EXPECT_EQ(spans[1].from, at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(spans[1].offset, std::chrono::hours(2));
  EXPECT_EQ(spans[2].from, at("2026-10-25T01:00:00Z"));
}

TEST(Zone, WritesIsoDatesAndWeeks) {
  using namespace std::chrono;
  EXPECT_EQ(zone::iso_date(2026y / November / 3d), "2026-11-03");
  // ISO 8601: the year's turn.
  const std::vector<std::pair<year_month_day, const char*>> weeks{
      {2026y / November / 23d, "2026-W48"}, {2027y / January / 3d, "2026-W53"},
      {2024y / December / 30d, "2025-W01"}, {2021y / January / 3d, "2020-W53"},
      {2026y / January / 1d, "2026-W01"},   {2023y / January / 1d, "2022-W52"}};
  for (const auto& [day, week] : weeks) EXPECT_EQ(zone::iso_week(day), week);
  EXPECT_EQ(zone::parse_date("2026-02-28"), std::optional(2026y / February / 28d));
  for (const char* text : {"2026-02-29", "2026-2-01", "2026-13-01", "26-01-01", "2026-01-01x", "",
                           "2026-01- 1", "+026-01-01"})
    EXPECT_EQ(zone::parse_date(text), std::nullopt) << text;
}

TEST(Schedule, RefusesWhatIsNone) {
  for (const char* text : {"",
                           " ",
                           "often",
                           "08",
                           "25:00",
                           "08:60",
                           "08:00:60",
                           "8:00pm",
                           "Mo 08:00",
                           "Mon..Xyz 08:00",
                           "08:00 Mon",
                           "Mon 08:00 09:00",
                           "2026-13-01 08:00",
                           "2026-00-01",
                           "*-*-32 08:00",
                           "0/0:00",
                           "9..8:00",
                           "08:0/",
                           "08:,",
                           "-1:00",
                           "@1234",
                           "Mon 2026-*-* 08:00 UTC",
                           "1..2..3:00",
                           "Mon,,Tue 08:00",
                           "yearly-ish",
                           "08:00:00:00",
                           "1969-01-01 00:00",
                           "2200-01-01 00:00",
                           "99999999999999999999:00"})
    EXPECT_THROW(Schedule{text}, base::ConfigError) << text;
}

TEST(Schedule, SkipsASkippedTimeAndTakesTheFirstOfADoubledOne) {
  EXPECT_EQ(next_of("02:30", "Europe/Amsterdam", "2026-03-28T12:00:00Z"),
            "2026-03-30T00:30:00.000Z");
  EXPECT_EQ(next_of("02:30", "Europe/Amsterdam", "2026-10-24T12:00:00Z"),
            "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(next_of("02:30", "Europe/Amsterdam", "2026-10-25T00:30:00Z"),
            "2026-10-26T01:30:00.000Z");
  EXPECT_EQ(next_of("*:30", "Europe/Amsterdam", "2026-03-29T00:45:00Z"),
            "2026-03-29T01:30:00.000Z");
}

TEST(Schedule, LeapDaysAndImpossibleDates) {
  EXPECT_EQ(next_of("*-02-29 08:00", "UTC", "2026-01-01T00:00:00Z"), "2028-02-29T08:00:00.000Z");
  EXPECT_EQ(next_of("*-02-30 08:00", "UTC", "2026-01-01T00:00:00Z"), "none");
  EXPECT_EQ(next_of("2020-01-01 08:00", "UTC", "2026-01-01T00:00:00Z"), "none");
  EXPECT_EQ(next_of("*-*-31 08:00", "UTC", "2026-01-31T08:00:00Z"), "2026-03-31T08:00:00.000Z");
}

TEST(Schedule, PreviousIsTheInverseOfNext) {
  for (const char* text :
       {"Mon..Fri 08:00", "Fri 19:00", "hourly", "daily", "weekly", "monthly", "*:0/15", "02:30",
        "Sat,Sun *-*-1..7 2,14:30", "*-*-29..31 23:59:59", "0/6:00:30", "00:00"})
    for (const char* name :
         {"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"}) {
      const Zone zone(name);
      const Schedule schedule(text);
      auto t = schedule.next(zone, at("2018-09-01T00:00:00Z"));
      ASSERT_TRUE(t) << text << " in " << name;
      for (int i = 0; i < 200 && t; ++i) {
        ASSERT_EQ(schedule.previous(zone, *t), t) << text << " in " << name;
        const auto next = schedule.next(zone, *t);
        if (!next) break;
        ASSERT_LT(*t, *next);
        ASSERT_EQ(schedule.previous(zone, *next - base::Millis(1)), t) << text << " in " << name;
        ASSERT_EQ(schedule.next(zone, *next - base::Millis(1)), next) << text << " in " << name;
        t = next;
      }
    }
}

TEST(Schedule, BetweenIsOpenThenClosed) {
  const Zone zone("UTC");
  const Schedule schedule("08:00");
  const auto found =
      schedule.between(zone, at("2026-11-01T08:00:00Z"), at("2026-11-04T08:00:00Z"), 100);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found.front(), at("2026-11-02T08:00:00Z"));
  EXPECT_EQ(found.back(), at("2026-11-04T08:00:00Z"));
  EXPECT_EQ(
      schedule.between(zone, at("2026-11-01T08:00:00Z"), at("2030-11-04T08:00:00Z"), 5).size(), 5U);
}

TEST(Schedule, LabelsFollowThePeriod) {
  const Zone zone("Europe/Amsterdam");
  const auto label = [&](const char* text, const char* t) {
    return Schedule(text).label(zone, at(t));
  };
  EXPECT_EQ(label("Mon..Fri 08:00", "2026-11-23T07:00:00Z"), "2026-11-23");
  EXPECT_EQ(label("00:00", "2026-11-22T23:00:00Z"), "2026-11-23");
  EXPECT_EQ(label("Fri 19:00", "2026-11-27T18:00:00Z"), "2026-W48");
  EXPECT_EQ(label("weekly", "2027-01-03T23:00:00Z"), "2027-W01");
  EXPECT_EQ(label("Sun 12:00", "2027-01-03T11:00:00Z"), "2026-W53");
  EXPECT_EQ(label("monthly", "2026-10-31T23:00:00Z"), "2026-11");
  EXPECT_EQ(label("*-*-15 08:00", "2026-11-15T07:00:00Z"), "2026-11");
  EXPECT_EQ(label("8,20:00", "2026-11-23T07:00:00Z"), "2026-11-23#1");
  EXPECT_EQ(label("8,20:00", "2026-11-23T19:00:00Z"), "2026-11-23#2");
  EXPECT_EQ(label("Mon 8,20:00", "2026-11-23T19:00:00Z"), "2026-11-23#2");
  EXPECT_EQ(label("Mon,Thu 08:00", "2026-11-23T07:00:00Z"), "2026-11-23");
  EXPECT_EQ(label("Mon *-*-1..7 09:00", "2026-12-07T08:00:00Z"), "2026-12-07");
}

TEST(Schedule, NoTwoInstantsShareALabel) {
  for (const char* text :
       {"Mon..Fri 08:00", "Fri 19:00", "Mon 09:00", "daily", "weekly", "monthly", "hourly", "02:30",
        "*-*-1,15 06:00", "Mon *-*-1..7 09:00", "Mon,Thu 8..10:0/30", "*-02,03-* 02:30", "2..3:15",
        "*-*-31 00:00", "Sun *-*-* 2:30", "Mon *-*-13 08:00"})
    for (const char* name : {"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"}) {
      const Zone zone(name);
      const Schedule schedule(text);
      std::set<std::string> seen;
      ASSERT_TRUE(schedule.next(zone, at("2025-12-20T00:00:00Z"))) << text;
      for (const auto t :
           schedule.between(zone, at("2025-12-20T00:00:00Z"), at("2027-01-20T00:00:00Z"), 3000))
        ASSERT_TRUE(seen.insert(schedule.label(zone, t)).second)
            << text << " in " << name << ": " << base::rfc3339(t);
    }
}

/// The three shipped schedules over ten years: exactly the days of the calendar, at the local hour.
TEST(Schedule, ShippedOnesFireExactlyWhenTheyShould) {
  struct Shipped {
    const char* text;
    unsigned first, last;  // ISO weekdays
    int hour;
  };
  const Zone zone("Europe/Amsterdam");
  for (const auto& s : {Shipped{"Mon..Fri 08:00", 1, 5, 8}, Shipped{"Fri 19:00", 5, 5, 19},
                        Shipped{"Mon 09:00", 1, 1, 9}}) {
    const Schedule schedule(s.text);
    const auto found =
        schedule.between(zone, at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"), 10000);
    std::vector<base::Time> expected;
    using namespace std::chrono;
    for (sys_days day = 2026y / January / 1d; day < sys_days(2036y / January / 1d);
         day += days(1)) {
      const unsigned weekday_number = weekday(day).iso_encoding();
      if (weekday_number < s.first || weekday_number > s.last) continue;
      // Summer time of the EU: last Sunday of March 01:00 UTC to last Sunday of October 01:00 UTC.
      const year_month_day ymd(day);
      const sys_days begin(ymd.year() / March / Sunday[last]);
      const sys_days end(ymd.year() / October / Sunday[last]);
      const int offset = day >= begin && day < end ? 2 : 1;
      expected.push_back(base::Time(day) + hours(s.hour - offset));
    }
    ASSERT_EQ(found, expected) << s.text;
    std::set<std::string> labels;
    for (const auto t : found) labels.insert(schedule.label(zone, t));
    EXPECT_EQ(labels.size(), expected.size());
  }
}

}  // namespace
}  // namespace openclaw::test
