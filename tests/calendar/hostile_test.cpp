// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "calendar/window.h"
#include "support/child.h"

/// Calendars that others wrote: what is unreadable is said, what is endless is bounded.
namespace openclaw::test {
namespace {

using Lines = std::vector<std::string>;

/// Runs work in a process of its own, which must end well within so many seconds.
void expect_bounded(const char* what, int seconds, const std::function<void()>& work) {
  Child child([&](int) {
    work();
    return 0;
  });
  std::string ignored;
  const bool running = child.read(ignored, Clock::now() + std::chrono::seconds(seconds));
  EXPECT_FALSE(running) << what << ": still busy after " << seconds << " s";
  EXPECT_EQ(running ? child.kill() : child.wait(), 0) << what;
}

TEST(CalendarHostile, WhatIsNoCalendarIsRefused) {
  for (const auto& text : std::vector<std::string>{
           "", " ", "hello", "<!DOCTYPE html><html><body>Sign in</body></html>", "{}",
           std::string(1000, '\0'), "BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n",
           "BEGIN:VEVENT\r\nDTSTART:20261123T080000Z\r\nEND:VEVENT\r\n", "\xFF\xFE\xFF"})
    EXPECT_THROW((void)day(text, "2026-11-23"), base::ProtocolError) << text.substr(0, 20);
}

TEST(CalendarHostile, SecondlyAndMinutelyAreRefusedAndCounted) {
  for (const char* frequency : {"SECONDLY", "MINUTELY", "SOMETIMES"}) {
    const auto found = expand_day(
        event("DTSTART:19700101T000000Z\nRRULE:FREQ=" + std::string(frequency) + "\nSUMMARY:X"),
        "2026-11-23", "UTC");
    EXPECT_EQ(found.events.size(), 0U) << frequency;
    EXPECT_GE(found.faults, 1) << frequency;
  }
}

TEST(CalendarHostile, AnEventWithABadRuleIsKeptAsASingleOne) {
  const auto found = expand_day(event("DTSTART:20261123T080000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:X"),
                                "2026-11-23", "UTC");
  EXPECT_EQ(found.events.size(), 1U);
}

TEST(CalendarHostile, BadStartsAreCountedAndTheRestIsRead) {
  const auto text =
      events({"SUMMARY:no start", "DTSTART:garbage\nSUMMARY:bad",
              "DTSTART:20269999T080000Z\nSUMMARY:never", "DTSTART:20261123T080000Z\nSUMMARY:Good"});
  const auto found = expand_day(text, "2026-11-23", "UTC");
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_EQ(found.events[0].summary, "Good");
  EXPECT_GE(found.faults, 2);
}

TEST(CalendarHostile, ADailyEventSince1970IsStillThere) {
  EXPECT_EQ(day(event("DTSTART:19700101T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nSUMMARY:Old"),
                "2026-11-23"),
            Lines{"09:00-10:00 Old"});
}

TEST(CalendarHostile, AnHourlyEventFillsItsDay) {
  EXPECT_EQ(day(event("DTSTART:20260101T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY\nSUMMARY:H"),
                "2026-11-23")
                .size(),
            24U);
}

TEST(CalendarHostile, OccurrencesOfOneEventAreCapped) {
  const zone::Zone zone("UTC");
  const auto found = calendar::expand(
      event("DTSTART:20260101T000000Z\nRRULE:FREQ=HOURLY\nSUMMARY:H"), zone,
      *base::parse_rfc3339("2026-01-01T00:00:00Z"), *base::parse_rfc3339("2027-01-01T00:00:00Z"));
  EXPECT_LE(found.events.size(), 500U);
  EXPECT_GE(found.events.size(), 400U);
}

TEST(CalendarHostile, EndlessRulesEnd) {
  expect_bounded("rules", 12, [] {
    for (const char* rule :
         {"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;"
          "BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2,3,4,5,6,7,8,9",
          "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;BYMONTH=2",
          "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=2147483647",
          "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYEASTER=0", "FREQ=DAILY;INTERVAL=-1",
          "FREQ=DAILY;UNTIL=99991231T235959Z", "FREQ=WEEKLY;BYSETPOS=366",
          "RSCALE=HEBREW;FREQ=YEARLY"})
      (void)day(event("DTSTART:19000101T000000Z\nRRULE:" + std::string(rule) + "\nSUMMARY:X"),
                "2026-11-23");
  });
}

TEST(CalendarHostile, LongZoneNamesEnd) {
  expect_bounded("zone names", 10, [] {
    std::string id;
    for (int i = 0; i < 4000; ++i) id += "ab/";
    (void)day(event("DTSTART;TZID=" + id + "x:20261101T000000\nRRULE:FREQ=HOURLY\nSUMMARY:X"),
              "2026-11-23");
  });
}

TEST(CalendarHostile, ManyEventsEnd) {
  expect_bounded("many events", 30, [] {
    std::vector<std::string> bodies;
    for (int i = 0; i < 5000; ++i) bodies.emplace_back("DTSTART:20261123T080000Z\nSUMMARY:X");
    if (day(events(bodies), "2026-11-23").empty()) throw base::Error("lost");
  });
}

TEST(CalendarHostile, ManyExceptionsEnd) {
  expect_bounded("many exceptions", 30, [] {
    std::string body = "DTSTART:20200101T000000Z\nRRULE:FREQ=DAILY\nSUMMARY:X";
    for (int i = 0; i < 20000; ++i) body += "\nEXDATE:20211123T080000Z";
    for (int i = 0; i < 20000; ++i)
      body += "\nRDATE;TZID=Europe/Berlin:20211123T0" + std::to_string(10000 + i);
    (void)day(event(body), "2026-11-23");
  });
}

TEST(CalendarHostile, DeepNestingDoesNotCrash) {
  for (const char* component : {"VEVENT", "VCALENDAR", "X-DEEP"})
    expect_bounded(component, 30, [&] {
      std::string text = "BEGIN:VCALENDAR\r\n";
      for (int i = 0; i < 100'000; ++i) text += "BEGIN:" + std::string(component) + "\r\n";
      try {
        (void)day(text, "2026-11-23");
      } catch (const base::ProtocolError&) {
      }
    });
}

TEST(CalendarHostile, LongLinesEnd) {
  expect_bounded("long lines", 30, [] {
    (void)day(event("DTSTART:20261123T080000Z\nSUMMARY:" + std::string(400'000, 'x')),
              "2026-11-23");
    std::string folded = "DTSTART:20261123T080000Z\nSUMMARY:";
    for (int i = 0; i < 20'000; ++i) folded += "x\n ";
    (void)day(event(folded), "2026-11-23");
    (void)day(event("DTSTART" + std::string(100'000, ';') + ":20261123T080000Z"), "2026-11-23");
  });
}

TEST(CalendarHostile, EveryCutAndFlipIsSurvived) {
  const std::string text = events(
      {"DTSTART;TZID=Europe/Berlin:20261101T093000\nDTEND;TZID=Europe/Berlin:20261101T100000\n"
       "RRULE:FREQ=DAILY;UNTIL=20261201\nEXDATE:20261122T083000Z\nSUMMARY:A\\, b",
       "RECURRENCE-ID:20261123T083000Z\nDTSTART;VALUE=DATE:20261123\nDURATION:P1D\nSTATUS:"
       "CONFIRMED"});
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char c : {'\0', ';', ':', '\n', '9', 'T', '-', '\x80'}) {
      std::string changed = text;
      changed[i] = c;
      try {
        (void)day(c == '\0' ? text.substr(0, i) : changed, "2026-11-23");
      } catch (const base::ProtocolError&) {
      }
    }
}

}  // namespace
}  // namespace openclaw::test
