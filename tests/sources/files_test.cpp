// SPDX-License-Identifier: MIT
#include "sources/files.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "sources/calendars.h"
#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

using sources::Reading;
using sources::Severity;

const base::Time now =
    *base::parse_rfc3339("2026-11-23T07:00:00Z");  // a Monday, 08:00 in Amsterdam

class Files : public testing::Test {
 protected:
  std::string put(const std::string& text) const {
    write(dir_.file("f"), text);
    return dir_.file("f");
  }
  Reading commitments(const std::string& text) const {
    return sources::read_commitments("promises", put(text), now, zone_);
  }
  Reading ics(const std::string& text, int days = 1) const {
    return sources::read_ics_file("family", put(text), {now, days, zone_});
  }
  TempDir dir_;
  zone::Zone zone_{"Europe/Amsterdam"};
};

TEST_F(Files, OpenCommitmentsAreItems) {
  const auto found = commitments(
      "## Commitments\n"
      "- [ ] Send the tax form to Jan  due:2026-11-24 to:jan ^tax-2026\n"
      "- [ ] Check the off-site backup  every:monthly due:2026-11-21 ^backup\r\n"
      "- [x] Pay rent  done:2026-11-01\n"
      "- [X] Also done\n"
      "- [ ] Today it is due:2026-11-23\n"
      "- [ ] Read https://example.org/a:b key:value\n"
      "a line of prose - [ ] not a task\n"
      "- no task\n"
      "- [ ] far away due:2027-11-23\n");
  ASSERT_EQ(found.state, Reading::State::ok);
  ASSERT_EQ(found.items.size(), 4U);
  EXPECT_EQ(found.items[0].title, "Send the tax form to Jan (to jan), due 2026-11-24");
  EXPECT_EQ(found.items[0].key, "commitment:tax-2026");
  EXPECT_EQ(found.items[0].kind, "commitment");
  EXPECT_EQ(found.items[0].severity, Severity::info);
  EXPECT_EQ(found.items[1].title, "Check the off-site backup, 2 days overdue");
  EXPECT_EQ(found.items[1].severity, Severity::warning);
  EXPECT_EQ(found.items[2].title, "Today it is, due today");
  EXPECT_EQ(found.items[2].severity, Severity::warning);
  EXPECT_EQ(found.items[2].at, *base::parse_rfc3339("2026-11-22T23:00:00Z"));
  EXPECT_EQ(found.items[3].title, "Read https://example.org/a:b key:value");
}

TEST_F(Files, ACommitmentWithoutAnIdKeepsItsKey) {
  const auto a = commitments("- [ ] Call Eva\n");
  const auto b = commitments("\n\n- [ ]   Call   Eva  due:2026-11-24\n");
  ASSERT_EQ(a.items.size(), 1U);
  ASSERT_EQ(b.items.size(), 1U);
  EXPECT_EQ(a.items[0].key, b.items[0].key);
  EXPECT_NE(a.items[0].key, commitments("- [ ] Call Eve\n").items.at(0).key);
}

TEST_F(Files, WhatComesAgainIsDueOnePeriodAfterItWasDone) {
  const auto found = commitments(
      "- [x] Water the plants every:3d done:2026-11-20\n"
      "- [x] Pay rent every:monthly done:2026-10-31\n"
      "- [x] Tax every:yearly done:2026-06-01\n"
      "- [x] Backup every:weekly\n"
      "- [ ] Later start:2026-12-01\n"
      "- [ ] Begun start:2026-11-23\n"
      "- [ ] Party 📅 2026-11-25\n"
      "- [ ] Odd every:often\n");
  std::vector<std::string> titles;
  for (const auto& item : found.items) titles.push_back(item.title);
  const std::string line = dir_.file("f") + ":";
  const std::vector<std::string> expected{
      "Water the plants, due today",
      "Pay rent, due 2026-11-30",
      line + "4: done, and comes again: it needs done:DATE: Backup",
      "Begun",
      "Party, due 2026-11-25",
      line + "8: 'often' is no period, like weekly or 3m: Odd"};
  EXPECT_EQ(titles, expected);
}

TEST_F(Files, ABadDateIsNamedByFileAndLine) {
  const auto found = commitments("# x\n\n- [ ] Pay due:2026-02-30 ^pay\n- [ ] Ask due:tomorrow\n");
  ASSERT_EQ(found.items.size(), 2U) << "a line is never dropped";
  EXPECT_NE(found.items[0].title.find(dir_.file("f") + ":3"), std::string::npos)
      << found.items[0].title;
  EXPECT_NE(found.items[0].title.find("2026-02-30"), std::string::npos);
  EXPECT_NE(found.items[0].title.find("Pay"), std::string::npos);
  EXPECT_NE(found.items[1].title.find(":4"), std::string::npos);
  EXPECT_EQ(found.items[1].severity, Severity::warning);
}

TEST_F(Files, TaskLinesOfMarkdownAreAllRead) {
  const auto found = commitments("* [ ] star\n+ [ ] plus\n  - [ ] indented\n- [ ] dash\n");
  EXPECT_EQ(found.items.size(), 4U);
}

TEST_F(Files, AMissingFileIsAFailedReading) {
  for (const auto& r : {sources::read_commitments("s", dir_.file("none"), now, zone_),
                        sources::read_ics_file("s", dir_.file("none"), {now, 1, zone_}),
                        sources::read_json_feed_file("s", dir_.file("none"))}) {
    EXPECT_EQ(r.state, Reading::State::failed);
    EXPECT_NE(r.reason.find("none"), std::string::npos) << r.reason;
    EXPECT_EQ(r.source, "s");
  }
}

TEST_F(Files, AFolderIsNeverAnEmptyAnswer) {
  const std::string folder = dir_.path().string();
  const auto fails = [](const auto& read) {
    try {
      return read().state == Reading::State::failed;
    } catch (const base::Error&) {
      return true;
    }
  };
  EXPECT_TRUE(fails([&] { return sources::read_commitments("s", folder, now, zone_); }));
  EXPECT_TRUE(fails([&] { return sources::read_ics_file("s", folder, {now, 1, zone_}); }));
  EXPECT_TRUE(fails([&] { return sources::read_json_feed_file("s", folder); }));
}

TEST_F(Files, HostileTextMovesNoCursor) {
  const auto found =
      commitments("- [ ] a\x1b[2J\a due:\x1b]0;x to:\xE2\x80\xAEgpj \xFF\n- [ ] b ^\x1b[1m\n");
  for (const auto& item : found.items)
    for (const auto& text : {item.title, item.link}) {
      EXPECT_EQ(text.find('\x1b'), std::string::npos);
      EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
      EXPECT_EQ(text.find('\xFF'), std::string::npos);
    }
  const auto feed = sources::read_json_feed_file(
      "s", put(R"({"items":[{"id":"1","title":"a\u001b[2Jb\nc","url":"https://x.org/\u202e"}]})"));
  ASSERT_EQ(feed.items.size(), 1U);
  EXPECT_EQ(feed.items[0].title, "a\\u{1B}[2Jb\\u{A}c");
  EXPECT_EQ(feed.items[0].link, "https://x.org/\\u{202E}");
}

const std::string calendar =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261123T083000Z\r\nDTEND:20261123T090000Z\r\nSUMMARY:Stand-"
    "up\r\n"
    "LOCATION:Room 1\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20261123T130000Z\r\nSUMMARY:Divorce\r\nLOCATION:"
    "Court\r\nCLASS:PRIVATE\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:c\r\nDTSTART;VALUE=DATE:20261124\r\nSUMMARY:Off\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:d\r\nDTSTART;TZID=Nowhere:20261123T180000\r\nSUMMARY:Odd\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n";

TEST_F(Files, ACalendarGivesTheEventsOfToday) {
  const auto found = ics(calendar);
  ASSERT_EQ(found.state, Reading::State::ok);
  ASSERT_EQ(found.items.size(), 3U);
  EXPECT_EQ(found.items[0].title, "09:30 Stand-up, Room 1");
  EXPECT_EQ(found.items[0].kind, "event");
  EXPECT_TRUE(found.items[0].untrusted);
  EXPECT_TRUE(found.items[0].private_text);
  EXPECT_EQ(found.items[1].title, "14:00 (private)");
  EXPECT_EQ(found.items[2].title, "18:00 Odd (time zone unknown)");
  const auto two = ics(calendar, 2);
  ASSERT_EQ(two.items.size(), 4U);
  EXPECT_EQ(two.items[3].title, "Tue all day Off");
}

TEST_F(Files, WhatIsNoCalendarFails) {
  const auto page = ics("<html>Sign in</html>");
  EXPECT_EQ(page.state, Reading::State::failed) << "a login page is not an empty day";
  EXPECT_NE(page.reason.find("no calendar"), std::string::npos) << page.reason;
}

TEST_F(Files, EventsLeftOutAreSaid) {
  const auto found =
      ics("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:no "
          "start\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  EXPECT_EQ(found.state, Reading::State::ok);
  ASSERT_EQ(found.doubts.size(), 1U);
  EXPECT_NE(found.doubts[0].find("1"), std::string::npos);
}

TEST_F(Files, AFeedGivesItsEntries) {
  const auto found = sources::read_json_feed_file(
      "rss", put(R"({"version":"https://jsonfeed.org/version/1.1","items":[
    {"id":"1","title":"One","url":"https://example.org/1","date_published":"2026-11-22T06:00:00Z"},
    {"title":"Two","url":"https://example.org/2","date_published":"yesterday"}]})"));
  ASSERT_EQ(found.state, Reading::State::ok);
  ASSERT_EQ(found.items.size(), 2U);
  EXPECT_EQ(found.items[0].key, "entry:1");
  EXPECT_EQ(found.items[0].link, "https://example.org/1");
  EXPECT_FALSE(found.items[0].private_text);
  EXPECT_TRUE(found.items[0].untrusted);
  EXPECT_EQ(found.items[1].key, "entry:https://example.org/2");
  EXPECT_EQ(found.items[1].at, std::nullopt);
}

TEST_F(Files, WhatIsNoFeedFails) {
  for (const char* text : {"", "<rss/>", "{\"items\":", "[]", "{}", "{\"items\":{}}", "\"x\""})
    EXPECT_EQ(sources::read_json_feed_file("rss", put(text)).state, Reading::State::failed) << text;
}

TEST_F(Files, TheShippedSamplesAreWhole) {
  const std::string folder = OPENCLAW_SOURCE "/share/openclaw/sample/";
  const auto promises = sources::read_commitments("s", folder + "commitments.md", now, zone_);
  const auto events = sources::read_ics_file("s", folder + "calendar.ics", {now, 1, zone_});
  const auto feed = sources::read_json_feed_file("s", folder + "feed.json");
  for (const auto* r : {&promises, &events, &feed}) {
    EXPECT_EQ(r->state, Reading::State::ok);
    EXPECT_FALSE(r->items.empty());
  }
  ASSERT_EQ(events.items.size(), 2U);
  EXPECT_EQ(events.items[0].title, "09:30 Stand-up");
  EXPECT_EQ(events.items[1].title, "14:00 Dentist");
}

}  // namespace
}  // namespace openclaw::test
