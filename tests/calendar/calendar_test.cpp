// SPDX-License-Identifier: MIT
#include "calendar/calendar.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "calendar/window.h"

namespace openclaw::test {
namespace {

using Lines = std::vector<std::string>;

const std::string stand_up =
    "DTSTART;TZID=Europe/Amsterdam:20261102T093000\nDTEND;TZID=Europe/Amsterdam:20261102T094500\n"
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\nSUMMARY:Stand-up";

TEST(Calendar, ShowsASingleEventOnItsDayOnly) {
  const auto text = event("DTSTART:20261123T080000Z\nDTEND:20261123T090000Z\nSUMMARY:One");
  EXPECT_EQ(day(text, "2026-11-23"), Lines{"09:00-10:00 One"});
  EXPECT_EQ(day(text, "2026-11-22"), Lines{});
  EXPECT_EQ(day(text, "2026-11-24"), Lines{});
}

TEST(Calendar, ExpandsWeeklyEventsFarFromTheirStart) {
  EXPECT_EQ(day(event(stand_up), "2026-11-23"), Lines{"09:30-09:45 Stand-up"});
  EXPECT_EQ(day(event(stand_up), "2031-07-01"), Lines{"09:30-09:45 Stand-up"});
  EXPECT_EQ(day(event(stand_up), "2026-11-22"), Lines{});
  EXPECT_EQ(day(event(stand_up), "2026-11-01"), Lines{}) << "not before it began";
}

TEST(Calendar, HonoursExceptionDatesInEverySpelling) {
  for (const char* line :
       {"EXDATE;TZID=Europe/Amsterdam:20261123T093000", "EXDATE:20261123T083000Z",
        "EXDATE;TZID=America/New_York:20261123T033000", "EXDATE:20261120T083000Z,20261123T083000Z",
        "EXDATE:20261120T083000Z\nEXDATE:20261123T083000Z"}) {
    const auto text = event(stand_up + "\n" + line);
    EXPECT_EQ(day(text, "2026-11-23"), Lines{}) << line;
    EXPECT_EQ(day(text, "2026-11-24"), Lines{"09:30-09:45 Stand-up"}) << line;
  }
}

TEST(Calendar, AddsExtraDatesInEverySpelling) {
  for (const char* line :
       {"RDATE;TZID=Europe/Amsterdam:20261122T110000", "RDATE:20261122T100000Z",
        "RDATE:20261121T100000Z,20261122T100000Z", "RDATE;TZID=America/New_York:20261122T050000"})
    EXPECT_EQ(day(event(stand_up + "\n" + line), "2026-11-22"), Lines{"11:00-11:15 Stand-up"})
        << line;
  EXPECT_EQ(day(event("DTSTART:20261101T080000Z\nDTEND:20261101T083000Z\nRDATE:"
                      "20261123T080000Z\nSUMMARY:Twice"),
                "2026-11-23"),
            Lines{"09:00-09:30 Twice"});
}

TEST(Calendar, AnExtraPeriodIsAnEventToo) {
  EXPECT_EQ(day(event(stand_up + "\nRDATE;VALUE=PERIOD:20261122T100000Z/PT1H"), "2026-11-22"),
            Lines{"11:00-12:00 Stand-up"});
}

TEST(Calendar, MovesOneOccurrenceWithinItsDay) {
  const auto text = events({stand_up,
                            "RECURRENCE-ID;TZID=Europe/Amsterdam:20261125T093000\n"
                            "DTSTART;TZID=Europe/Amsterdam:20261125T150000\nDTEND;TZID=Europe/"
                            "Amsterdam:20261125T151500\nSUMMARY:Later"});
  EXPECT_EQ(day(text, "2026-11-25"), Lines{"15:00-15:15 Later"});
  EXPECT_EQ(day(text, "2026-11-26"), Lines{"09:30-09:45 Stand-up"});
}

TEST(Calendar, MovesOneOccurrenceInAndOutOfTheDay) {
  // The override names the original in another zone, as servers do.
  const auto text = events({stand_up,
                            "RECURRENCE-ID:20261127T083000Z\nDTSTART:20261123T120000Z\nDTEND:"
                            "20261123T130000Z\nSUMMARY:Early"});
  EXPECT_EQ(day(text, "2026-11-27"), Lines{}) << "moved out";
  EXPECT_EQ(day(text, "2026-11-23"), (Lines{"09:30-09:45 Stand-up", "13:00-14:00 Early"}))
      << "moved in";
}

TEST(Calendar, MovesAnOccurrenceOverAYear) {
  const auto text = events({stand_up,
                            "RECURRENCE-ID:20261123T083000Z\nDTSTART:20280101T120000Z\nDTEND:"
                            "20280101T130000Z\nSUMMARY:Far"});
  EXPECT_EQ(day(text, "2026-11-23"), Lines{});
  EXPECT_EQ(day(text, "2028-01-01"), Lines{"13:00-14:00 Far"});
}

TEST(Calendar, DropsCancelledOccurrencesAndEvents) {
  const auto text = events({stand_up,
                            "RECURRENCE-ID:20261123T083000Z\nDTSTART:20261123T083000Z\nSTATUS:"
                            "CANCELLED\nSUMMARY:Stand-up"});
  EXPECT_EQ(day(text, "2026-11-23"), Lines{});
  EXPECT_EQ(day(text, "2026-11-24"), Lines{"09:30-09:45 Stand-up"});
  EXPECT_EQ(day(event(stand_up + "\nSTATUS:CANCELLED"), "2026-11-23"), Lines{});
}

TEST(Calendar, TheOrderOfComponentsDoesNotMatter) {
  const std::string moved =
      "RECURRENCE-ID:20261123T083000Z\nDTSTART:20261123T140000Z\nDTEND:20261123T141500Z\nSUMMARY:"
      "Later";
  EXPECT_EQ(day(events({moved, stand_up}), "2026-11-23"),
            day(events({stand_up, moved}), "2026-11-23"));
  EXPECT_EQ(day(events({moved, stand_up}), "2026-11-23"), Lines{"15:00-15:15 Later"});
}

TEST(Calendar, AnOverrideForThisAndAllLaterOnes) {
  const auto text =
      events({stand_up,
              "RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T083000Z\nDTSTART:20261124T100000Z\n"
              "DTEND:20261124T101500Z\nSUMMARY:Stand-up"});
  EXPECT_EQ(day(text, "2026-11-23"), Lines{"09:30-09:45 Stand-up"});
  EXPECT_EQ(day(text, "2026-11-24"), Lines{"11:00-11:15 Stand-up"});
  EXPECT_EQ(day(text, "2026-11-25"), Lines{"11:00-11:15 Stand-up"});
}

TEST(Calendar, AllDayEventsAreLocalDays) {
  const auto one = event("DTSTART;VALUE=DATE:20261123\nDTEND;VALUE=DATE:20261124\nSUMMARY:Day");
  EXPECT_EQ(day(one, "2026-11-22"), Lines{});
  EXPECT_EQ(day(one, "2026-11-23"), Lines{"all day Day"});
  EXPECT_EQ(day(one, "2026-11-24"), Lines{}) << "its end is exclusive";
  EXPECT_EQ(day(one, "2026-11-23", "America/New_York"), Lines{"all day Day"});
  EXPECT_EQ(day(one, "2026-11-23", "Pacific/Auckland"), Lines{"all day Day"});
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20261123\nSUMMARY:Bare"), "2026-11-23"),
            Lines{"all day Bare"});
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20261123\nSUMMARY:Bare"), "2026-11-24"), Lines{});
  const auto trip = event("DTSTART;VALUE=DATE:20261120\nDTEND;VALUE=DATE:20261125\nSUMMARY:Trip");
  for (const char* d : {"2026-11-20", "2026-11-22", "2026-11-24"})
    EXPECT_EQ(day(trip, d), Lines{"all day Trip"}) << d;
  EXPECT_EQ(day(trip, "2026-11-25"), Lines{});
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20261123\nDURATION:P2D\nSUMMARY:Two"), "2026-11-24"),
            Lines{"all day Two"});
}

TEST(Calendar, YearlyAllDayEventsRecur) {
  const auto birthday = event("DTSTART;VALUE=DATE:19801123\nRRULE:FREQ=YEARLY\nSUMMARY:Birthday");
  EXPECT_EQ(day(birthday, "2026-11-23"), Lines{"all day Birthday"});
  EXPECT_EQ(day(birthday, "2026-11-24"), Lines{});
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20201123\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:"
                      "20261123\nSUMMARY:Off"),
                "2026-11-23"),
            Lines{});
  const auto leap = event("DTSTART;VALUE=DATE:20000229\nRRULE:FREQ=YEARLY\nSUMMARY:Leap");
  EXPECT_EQ(day(leap, "2028-02-29"), Lines{"all day Leap"});
  EXPECT_EQ(day(leap, "2027-02-28"), Lines{});
  EXPECT_EQ(day(leap, "2027-03-01"), Lines{});
}

TEST(Calendar, AllDayEventsOnDaysOf23And25Hours) {
  for (const char* d : {"2026-03-29", "2026-10-25"}) {
    std::string compact(d);
    std::erase(compact, '-');
    const auto text = event("DTSTART;VALUE=DATE:" + compact + "\nSUMMARY:Day");
    EXPECT_EQ(day(text, d), Lines{"all day Day"});
  }
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20261025\nSUMMARY:Day"), "2026-10-26"), Lines{});
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20260329\nSUMMARY:Day"), "2026-03-30"), Lines{});
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY\nSUMMARY:Each"), "2026-10-25"),
            Lines{"all day Each"});
}

TEST(Calendar, FloatingTimesAreThoseOfTheZone) {
  const auto text = event("DTSTART:20261123T093000\nDTEND:20261123T100000\nSUMMARY:Here");
  EXPECT_EQ(day(text, "2026-11-23"), Lines{"09:30-10:00 Here"});
  EXPECT_EQ(day(text, "2026-11-23", "America/New_York"), Lines{"09:30-10:00 Here"});
}

TEST(Calendar, KeepsTheLocalHourOverTheChangeOfClocks) {
  const auto text = event(
      "DTSTART;TZID=Europe/Amsterdam:20260301T093000\nDURATION:PT15M\nRRULE:FREQ=DAILY\nSUMMARY:D");
  for (const char* d :
       {"2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26"})
    EXPECT_EQ(day(text, d), Lines{"09:30-09:45 D"}) << d;
  const auto utc = event("DTSTART:20260301T083000Z\nDURATION:PT15M\nRRULE:FREQ=DAILY\nSUMMARY:D");
  EXPECT_EQ(day(utc, "2026-03-28"), Lines{"09:30-09:45 D"});
  EXPECT_EQ(day(utc, "2026-03-30"), Lines{"10:30-10:45 D"});
  const auto ny = event(
      "DTSTART;TZID=America/New_York:20260301T083000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nSUMMARY:NY");
  EXPECT_EQ(day(ny, "2026-03-20"), Lines{"13:30-14:30 NY"}) << "their summer begins earlier";
}

TEST(Calendar, ATimeThatClocksSkipIsStillShown) {
  const auto text = event(
      "DTSTART;TZID=Europe/"
      "Amsterdam:20260301T023000\nDURATION:PT10M\nRRULE:FREQ=DAILY\nSUMMARY:Night");
  EXPECT_EQ(day(text, "2026-03-29"), Lines{"03:30-03:40 Night"});
  EXPECT_EQ(day(text, "2026-10-25"), Lines{"02:30-02:40 Night"});
}

TEST(Calendar, EventsAtMidnightBelongToOneDay) {
  const auto until = event("DTSTART:20261122T210000Z\nDTEND:20261122T230000Z\nSUMMARY:Until");
  EXPECT_EQ(day(until, "2026-11-22"), Lines{"22:00-00:00 Until"});
  EXPECT_EQ(day(until, "2026-11-23"), Lines{}) << "ends as the day begins";
  const auto from = event("DTSTART:20261123T230000Z\nDTEND:20261124T000000Z\nSUMMARY:From");
  EXPECT_EQ(day(from, "2026-11-23"), Lines{}) << "begins as the day ends";
  const auto over = event("DTSTART:20261122T220000Z\nDTEND:20261123T020000Z\nSUMMARY:Over");
  EXPECT_EQ(day(over, "2026-11-23"), Lines{"23:00-03:00 Over"});
}

TEST(Calendar, AnEndBeforeTheStartOrNoneIsAPoint) {
  EXPECT_EQ(
      day(event("DTSTART:20261123T080000Z\nDTEND:20261123T070000Z\nSUMMARY:Back"), "2026-11-23"),
      Lines{"09:00-09:00 Back"});
  EXPECT_EQ(day(event("DTSTART:20261123T080000Z\nSUMMARY:Point"), "2026-11-23"),
            Lines{"09:00-09:00 Point"});
  EXPECT_EQ(day(event("DTSTART:20261122T230000Z\nSUMMARY:Midnight"), "2026-11-23"),
            Lines{"00:00-00:00 Midnight"});
  EXPECT_EQ(day(event("DTSTART:20261123T080000Z\nDURATION:-PT1H\nSUMMARY:Neg"), "2026-11-23"),
            Lines{"09:00-09:00 Neg"});
}

TEST(Calendar, UntilADateIncludesThatDay) {
  const std::string rule =
      "DTSTART;TZID=Europe/"
      "Amsterdam:20261101T230000\nDURATION:PT30M\nSUMMARY:U\nRRULE:FREQ=DAILY;UNTIL=";
  EXPECT_EQ(day(event(rule + "20261123"), "2026-11-23"), Lines{"23:00-23:30 U"});
  EXPECT_EQ(day(event(rule + "20261123"), "2026-11-24"), Lines{});
  EXPECT_EQ(day(event(rule + "20261123T220000Z"), "2026-11-23"), Lines{"23:00-23:30 U"})
      << "inclusive";
  EXPECT_EQ(day(event(rule + "20261123T215959Z"), "2026-11-23"), Lines{});
  EXPECT_EQ(day(event("DTSTART;VALUE=DATE:20261101\nRRULE:FREQ=DAILY;UNTIL=20261123\nSUMMARY:A"),
                "2026-11-23"),
            Lines{"all day A"});
}

TEST(Calendar, CountsAndIntervalsHold) {
  const auto third =
      event("DTSTART:20261109T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:C");
  EXPECT_EQ(day(third, "2026-11-23"), Lines{"09:00-10:00 C"});
  EXPECT_EQ(day(third, "2026-11-30"), Lines{});
  const auto fortnight =
      event("DTSTART:20261109T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=2\nSUMMARY:F");
  EXPECT_EQ(day(fortnight, "2026-11-23"), Lines{"09:00-10:00 F"});
  EXPECT_EQ(day(fortnight, "2026-11-16"), Lines{});
  const auto last =
      event("DTSTART:20260130T080000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=-1MO\nSUMMARY:L");
  EXPECT_EQ(day(last, "2026-11-30"), Lines{"09:00-10:00 L"});
  EXPECT_EQ(day(last, "2026-11-23"), Lines{});
}

TEST(Calendar, FindsZonesInOddNames) {
  for (const char* id : {"Europe/Berlin", "/freeassociation.sourceforge.net/Europe/Berlin",
                         "/mozilla.org/20050126_1/Europe/Berlin", "\"Europe/Berlin\""}) {
    const auto found = expand_day(
        event("DTSTART;TZID=" + std::string(id) + ":20261123T093000\nDURATION:PT1H\nSUMMARY:Z"),
        "2026-11-23", "UTC");
    ASSERT_EQ(found.events.size(), 1U) << id;
    EXPECT_FALSE(found.events[0].unknown_zone) << id;
    EXPECT_EQ(base::rfc3339(found.events[0].start), "2026-11-23T08:30:00.000Z") << id;
  }
}

TEST(Calendar, FlagsZonesThatItDoesNotKnow) {
  for (const char* id : {"Customized Time Zone", "GMT+0100", "Nowhere/Town", "../../etc/passwd"}) {
    const auto found = expand_day(
        event("DTSTART;TZID=" + std::string(id) + ":20261123T093000\nDURATION:PT1H\nSUMMARY:Z"),
        "2026-11-23", "Europe/Amsterdam");
    ASSERT_EQ(found.events.size(), 1U) << id;
    EXPECT_TRUE(found.events[0].unknown_zone) << id;
    EXPECT_EQ(base::rfc3339(found.events[0].start), "2026-11-23T08:30:00.000Z") << id;
  }
}

TEST(Calendar, KeepsTheMeaningOfTexts) {
  const auto found = expand_day(event("DTSTART:20261123T080000Z\nSUMMARY:Lunch\\, with Eva\\; "
                                      "and\\nJan \\\\o/\nLOCATION:Room 1\\, left\n"
                                      "TRANSP:TRANSPARENT\nCLASS:PRIVATE"),
                                "2026-11-23", "UTC");
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_EQ(found.events[0].summary, "Lunch, with Eva; and\nJan \\o/");
  EXPECT_EQ(found.events[0].location, "Room 1, left");
  EXPECT_TRUE(found.events[0].transparent);
  EXPECT_TRUE(found.events[0].confidential);
}

TEST(Calendar, UnfoldsLinesAndReadsUtf8) {
  EXPECT_EQ(day(event("DTSTART:20261123T080000Z\nSUMMARY:Caf\xC3\n \xA9 lo\n\tng"), "2026-11-23"),
            Lines{"09:00-09:00 Café long"});
  EXPECT_EQ(day("\xEF\xBB\xBF" + event("DTSTART:20261123T080000Z\nSUMMARY:Bom"), "2026-11-23"),
            Lines{"09:00-09:00 Bom"});
}

TEST(Calendar, ReadsSeveralCalendarsInOneText) {
  const auto text =
      event("DTSTART:20261123T080000Z\nSUMMARY:A") + event("DTSTART:20261123T090000Z\nSUMMARY:B");
  EXPECT_EQ(day(text, "2026-11-23"), (Lines{"09:00-09:00 A", "10:00-10:00 B"}));
}

TEST(Calendar, TellsInstancesOfASeriesApart) {
  const auto found = calendar::expand(event(stand_up), zone::Zone("Europe/Amsterdam"),
                                      *base::parse_rfc3339("2026-11-23T00:00:00Z"),
                                      *base::parse_rfc3339("2026-11-28T00:00:00Z"));
  ASSERT_EQ(found.events.size(), 5U);
  for (std::size_t i = 1; i < 5; ++i)
    EXPECT_NE(found.events[i].instance, found.events[i - 1].instance);
  EXPECT_EQ(found.events[0].instance, "2026-11-23T08:30:00.000Z");
}

}  // namespace
}  // namespace openclaw::test
