// SPDX-License-Identifier: MIT
// Against a real Radicale on loopback.
#include <algorithm>
#include <cstdio>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "net/http.h"
#include "sources/calendars.h"
#include "support/http_server.h"
#include "support/service.h"
#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

using sources::Reading;

std::string event(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + lines + "END:VCALENDAR\r\n";
}

std::string vevent(const std::string& uid, const std::string& rest) {
  return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20261101T000000Z\r\n" + rest +
         "END:VEVENT\r\n";
}

/// One day, Monday 2026-11-23 in Amsterdam, with what calendars do to it.
const std::vector<std::pair<std::string, std::string>> objects{
    {"plain", vevent("plain",
                     "DTSTART;TZID=Europe/Amsterdam:20261123T093000\r\n"
                     "DTEND;TZID=Europe/Amsterdam:20261123T100000\r\nSUMMARY:Dentist\r\n")},
    {"newyork", vevent("newyork",
                       "DTSTART;TZID=America/New_York:20261102T090000\r\n"
                       "DURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:New York call\r\n")},
    {"moved", vevent("moved",
                     "DTSTART;TZID=Europe/Amsterdam:20261116T080000\r\nDURATION:PT15M\r\n"
                     "RRULE:FREQ=DAILY;COUNT=30\r\nSUMMARY:Stand-up\r\n") +
                  vevent("moved",
                         "RECURRENCE-ID:20261123T070000Z\r\n"
                         "DTSTART;TZID=Europe/Amsterdam:20261123T154500\r\n"
                         "DURATION:PT15M\r\nSUMMARY:Stand-up (moved)\r\n")},
    {"cancelled", vevent("cancelled",
                         "DTSTART;TZID=Europe/Amsterdam:20261116T110000\r\n"
                         "DURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Review\r\n") +
                      vevent("cancelled",
                             "RECURRENCE-ID;TZID=Europe/Amsterdam:20261123T110000\r\n"
                             "DTSTART;TZID=Europe/Amsterdam:20261123T110000\r\n"
                             "STATUS:CANCELLED\r\nSUMMARY:Review\r\n")},
    {"pulled", vevent("pulled",
                      "DTSTART;TZID=Europe/Amsterdam:20261130T120000\r\nDURATION:PT1H\r\n"
                      "RRULE:FREQ=MONTHLY\r\nSUMMARY:Board\r\n") +
                   vevent("pulled",
                          "RECURRENCE-ID;TZID=Europe/Amsterdam:20261130T120000\r\n"
                          "DTSTART;TZID=Europe/Amsterdam:20261123T120000\r\n"
                          "DURATION:PT1H\r\nSUMMARY:Board (earlier)\r\n")},
    {"allday", vevent("allday",
                      "DTSTART;VALUE=DATE:20261122\r\nDTEND;VALUE=DATE:20261124\r\n"
                      "SUMMARY:Fair\r\n")},
    {"yesterday", vevent("yesterday",
                         "DTSTART;VALUE=DATE:20261122\r\nDTEND;VALUE=DATE:20261123\r\n"
                         "SUMMARY:Over\r\n")},
    {"windows", vevent("windows",
                       "DTSTART;TZID=W. Europe Standard Time:20261123T170000\r\n"
                       "DURATION:PT30M\r\nSUMMARY:Outlook\r\n")},
    {"until", vevent("until",
                     "DTSTART;TZID=Europe/Amsterdam:20261120T180000\r\nDURATION:PT1H\r\n"
                     "RRULE:FREQ=DAILY;UNTIL=20261123\r\nSUMMARY:Last day\r\n")},
    {"exdate", vevent("exdate",
                      "DTSTART;TZID=Europe/Amsterdam:20261120T190000\r\nDURATION:PT1H\r\n"
                      "RRULE:FREQ=DAILY\r\nEXDATE;TZID=Europe/Amsterdam:20261123T190000\r\n"
                      "SUMMARY:Not today\r\n")},
    {"secret", vevent("secret",
                      "DTSTART;TZID=Europe/Amsterdam:20261123T200000\r\nDURATION:PT1H\r\n"
                      "CLASS:PRIVATE\r\nSUMMARY:Surprise\r\n")},
    {"midnight", vevent("midnight",
                        "DTSTART;TZID=Europe/Amsterdam:20261122T230000\r\n"
                        "DTEND;TZID=Europe/Amsterdam:20261123T000000\r\nSUMMARY:Ends\r\n")},
};
const std::vector<std::string> today{
    "all day Fair",           "09:30 Dentist", "12:00 Board (earlier)", "15:00 New York call",
    "15:45 Stand-up (moved)", "17:00 Outlook", "18:00 Last day",        "20:00 (private)"};

class CalDav : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(is_installed("radicale")) << "tests/run.sh installs it";
    write(dir_.file("users"), "me:app-password\n");
    port_ = free_port();
    write(dir_.file("config"),
          fmt::format("[server]\nhosts = 127.0.0.1:{}\n[auth]\ntype = htpasswd\n"
                      "htpasswd_filename = {}\nhtpasswd_encryption = plain\ndelay = 0\n[storage]\n"
                      "filesystem_folder = {}\n[rights]\ntype = owner_only\n",
                      port_, dir_.file("users"), dir_.file("collections")));
    start();
    ask("MKCALENDAR", "/me/work/",
        "<?xml version=\"1.0\"?><C:mkcalendar xmlns:D=\"DAV:\" "
        "xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:set><D:prop><D:displayname>Work"
        "</D:displayname></D:prop></D:set></C:mkcalendar>",
        201);
    for (const auto& [name, text] : objects) put(name, text);
  }

  void start() {
    server_ = std::make_unique<Service>(
        std::vector<std::string>{"radicale", "--config", dir_.file("config")}, dir_.file("log"));
    ASSERT_TRUE(comes_true([&] {
      try {
        return fetch().get(origin() + "/.web/").status > 0;
      } catch (const base::Error&) {
        return false;
      }
    })) << read(dir_.file("log"));
  }

  std::string origin() const { return fmt::format("http://127.0.0.1:{}", port_); }

  sources::Fetch fetch(const std::string& password = "app-password") {
    sources::Fetch f(*http_, base::boot_now() + base::Millis(20000));
    f.header("Authorization", "Basic " + base::base64("me:" + password));
    return f;
  }

  void ask(const std::string& method, const std::string& path, const std::string& body,
           int status) {
    net::Request request;
    request.method = method;
    request.url = origin() + path;
    request.body = body;
    request.headers = {{"Content-Type", method == "PUT" ? "text/calendar" : "application/xml"}};
    auto f = fetch();
    const auto response = f.send(std::move(request));
    ASSERT_EQ(response.status, status) << method << " " << path << " " << response.body;
  }
  void put(const std::string& name, const std::string& text) {
    ask("PUT", "/me/work/" + name + ".ics", event(text), 201);
  }

  Reading read_all(const std::string& url, const std::string& cached = {}) {
    auto f = fetch();
    return sources::read_caldav("work", url, cached, f, {now_, 1, zone_});
  }
  static std::vector<std::string> titles(const Reading& reading) {
    std::vector<std::string> out;
    for (const auto& item : reading.items) out.push_back(item.title);
    return out;
  }

  TempDir dir_;
  std::uint16_t port_ = 0;
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client();
  std::unique_ptr<Service> server_;
  zone::Zone zone_{"Europe/Amsterdam"};
  base::Time now_ = *base::parse_rfc3339("2026-11-23T07:00:00Z");
};

TEST_F(CalDav, OneDayIsRightWhateverUrlIsGiven) {
  for (const char* path : {"/me/work/", "/me/", "/", ""}) {
    const auto reading = read_all(origin() + path);
    EXPECT_EQ(reading.state, Reading::State::ok) << path << ": " << reading.reason;
    EXPECT_EQ(titles(reading), today) << path;
    EXPECT_TRUE(reading.doubts.empty()) << path << ": " << reading.doubts[0];
  }
}

TEST_F(CalDav, OneDayIsTheSameFromAFileAndItsOwnInEachZone) {
  std::string all;
  for (const auto& [name, text] : objects) all += event(text);
  write(dir_.file("all.ics"), all);
  const std::vector<std::pair<const char*, std::vector<std::string>>> days{
      {"Europe/Amsterdam", today},
      {"America/New_York",
       {"all day Fair", "03:30 Dentist", "06:00 Board (earlier)", "09:00 New York call",
        "09:45 Stand-up (moved)", "11:00 Outlook", "12:00 Last day", "14:00 (private)"}},
      // What began before midnight and lasts is of the day too.
      {"Asia/Kathmandu",
       {"all day Fair", "23:45 Not today", "03:45 Ends", "14:15 Dentist", "16:45 Board (earlier)",
        "19:45 New York call", "20:30 Stand-up (moved)", "21:45 Outlook", "22:45 Last day"}}};
  for (const auto& [name, expected] : days) {
    const zone::Zone zone(name);
    EXPECT_EQ(titles(sources::read_ics_file("f", dir_.file("all.ics"), {now_, 1, zone})), expected)
        << name;
    auto f = fetch();
    EXPECT_EQ(titles(sources::read_caldav("work", origin() + "/me/work/", {}, f, {now_, 1, zone})),
              expected)
        << name;
  }
}

/// A civil day in a zone, of a series in another: what stands in the calendar of that day.
struct Day {
  const char* zone;
  const char* now;  ///< some moment of the day
  std::vector<std::string> titles;
};

std::vector<std::string> sorted(std::vector<std::string> titles) {
  std::sort(titles.begin(), titles.end());
  return titles;
}

/// What another implementation says of that day.
std::vector<std::string> oracle(const std::string& file, const Day& day) {
  const std::string command =
      fmt::format("/usr/bin/python3 {}/tests/oracles/calendar_day.py {} {} {}", OPENCLAW_SOURCE,
                  file, day.zone, day.now);
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char buffer[4096];
  for (std::size_t n; pipe && (n = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    out.append(buffer, n);
  EXPECT_EQ(pipe ? ::pclose(pipe) : -1, 0) << "tests/run.sh installs python3-recurring-ical-events";
  std::vector<std::string> titles;
  for (const auto line : base::split(out, '\n'))
    if (!line.empty()) titles.emplace_back(line);
  return sorted(titles);
}

TEST_F(CalDav, TheSameEventsInThreeZonesAndOverBothChangesOfTheClocks) {
  for (const auto& [name, text] : objects) ask("DELETE", "/me/work/" + name + ".ics", "", 200);
  const std::vector<std::pair<std::string, std::string>> travels{
      // Half past two is leapt over on 29 March and is there twice on 25 October in Amsterdam.
      {"night", vevent("night",
                       "DTSTART;TZID=Europe/Amsterdam:20260301T023000\r\nDURATION:PT30M\r\n"
                       "RRULE:FREQ=DAILY\r\nSUMMARY:Backup\r\n")},
      {"lunch", vevent("lunch",
                       "DTSTART;TZID=Europe/Amsterdam:20260301T120000\r\nDURATION:PT1H\r\n"
                       "RRULE:FREQ=DAILY\r\nSUMMARY:Lunch\r\n")},
      {"ny", vevent("ny",
                    "DTSTART;TZID=America/New_York:20260301T090000\r\nDURATION:PT1H\r\n"
                    "RRULE:FREQ=DAILY\r\nSUMMARY:New York\r\n")},
      {"utc", vevent("utc",
                     "DTSTART:20260301T220000Z\r\nDTEND:20260301T223000Z\r\n"
                     "RRULE:FREQ=DAILY\r\nSUMMARY:Late in UTC\r\n")},
      {"day",
       vevent("day", "DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Sunday\r\n")},
      {"floats", vevent("floats",
                        "DTSTART:20260301T070000\r\nDURATION:PT10M\r\nRRULE:FREQ=DAILY\r\n"
                        "SUMMARY:Tea\r\n")}};
  std::string all;
  for (const auto& [name, text] : travels) put(name, text), all += event(text);
  write(dir_.file("travels.ics"), all);
  // Counted by hand from the zones' offsets, and by python3-recurring-ical-events, which agrees but
  // for the hour that is leapt over: it keeps a reading that no clock shows.
  const std::vector<Day> days{
      {"Europe/Amsterdam",
       "2026-03-28T10:00:00Z",
       {"02:30 Backup", "07:00 Tea", "12:00 Lunch", "14:00 New York", "23:00 Late in UTC"}},
      {"Europe/Amsterdam",
       "2026-03-29T10:00:00Z",
       {"all day Sunday", "03:30 Backup", "07:00 Tea", "12:00 Lunch", "15:00 New York"}},
      {"Europe/Amsterdam",
       "2026-10-25T10:00:00Z",
       {"all day Sunday", "00:00 Late in UTC", "02:30 Backup", "07:00 Tea", "12:00 Lunch",
        "14:00 New York", "23:00 Late in UTC"}},
      {"America/New_York",
       "2026-03-08T16:00:00Z",
       {"all day Sunday", "07:00 Tea", "07:00 Lunch", "09:00 New York", "18:00 Late in UTC",
        "21:30 Backup"}},
      {"America/New_York",
       "2026-11-01T16:00:00Z",
       {"all day Sunday", "06:00 Lunch", "07:00 Tea", "09:00 New York", "17:00 Late in UTC",
        "20:30 Backup"}},
      {"Asia/Kathmandu",
       "2026-03-29T10:00:00Z",
       {"all day Sunday", "03:45 Late in UTC", "07:00 Tea", "07:15 Backup", "15:45 Lunch",
        "18:45 New York"}},
  };
  for (const auto& day : days) {
    const zone::Zone zone(day.zone);
    const base::Time now = *base::parse_rfc3339(day.now);
    auto f = fetch();
    const auto remote = sources::read_caldav("work", origin() + "/me/work/", {}, f, {now, 1, zone});
    EXPECT_EQ(titles(remote), day.titles) << day.zone << " " << day.now;
    EXPECT_EQ(titles(sources::read_ics_file("f", dir_.file("travels.ics"), {now, 1, zone})),
              day.titles)
        << day.zone << " " << day.now << ", from the file";
    auto by_oracle = oracle(dir_.file("travels.ics"), day);
    for (auto& title : by_oracle)
      if (title == "02:30 Backup" && day.titles[1] == "03:30 Backup") title = day.titles[1];
    EXPECT_EQ(by_oracle, sorted(day.titles)) << day.zone << " " << day.now << ", by the oracle";
  }
}

TEST_F(CalDav, WhatWasDeclinedIsLeftOutAndWhatTakesNoTimeSaysSo) {
  for (const auto& [name, text] : objects) ask("DELETE", "/me/work/" + name + ".ics", "", 200);
  const std::string at = "DTSTART;TZID=Europe/Amsterdam:20261123T";
  put("no", vevent("no", at + "100000\r\nDURATION:PT1H\r\nSUMMARY:Declined\r\n"
                              "ATTENDEE;PARTSTAT=DECLINED:mailto:Me@Example.org\r\n"
                              "ATTENDEE;PARTSTAT=ACCEPTED:mailto:eva@example.org\r\n"));
  put("other", vevent("other", at + "110000\r\nDURATION:PT1H\r\nSUMMARY:Eva declined\r\n"
                                    "ATTENDEE;PARTSTAT=DECLINED:mailto:eva@example.org\r\n"
                                    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.org\r\n"));
  put("free", vevent("free", at + "120000\r\nDURATION:PT1H\r\nTRANSP:TRANSPARENT\r\n"
                                  "SUMMARY:Train to Utrecht\r\n"));
  auto f = fetch();
  const auto mine = sources::read_caldav("work", origin() + "/me/work/", {}, f,
                                         {now_, 1, zone_, "me@example.org"});
  EXPECT_EQ(titles(mine),
            (std::vector<std::string>{"11:00 Eva declined", "12:00 Train to Utrecht (free)"}));
  EXPECT_EQ(read_all(origin() + "/me/work/").items.size(), 3U) << "whose it is, nobody said";
}

TEST_F(CalDav, OpenTasksAreTicketsOfThisDay) {
  const auto todo = [](const std::string& uid, const std::string& rest) {
    return "BEGIN:VTODO\r\nUID:" + uid + "\r\nDTSTAMP:20261101T000000Z\r\n" + rest +
           "END:VTODO\r\n";
  };
  put("t1", todo("t1", "SUMMARY:Renew the passport\r\nDUE;VALUE=DATE:20261120\r\nPRIORITY:1\r\n"));
  put("t2", todo("t2", "SUMMARY:Done\r\nSTATUS:COMPLETED\r\nCOMPLETED:20261101T000000Z\r\n"));
  put("t3", todo("t3",
                 "SUMMARY:Call the bank\r\n"
                 "DUE;TZID=Europe/Amsterdam:20261123T233000\r\nSTATUS:IN-PROCESS\r\n"));
  put("t4", todo("t4", "SUMMARY:Given up\r\nSTATUS:CANCELLED\r\n"));
  put("t5", todo("t5", "SUMMARY:Some day\r\nPRIORITY:9\r\nURL:https://example.org/t5\r\n"));
  auto f = fetch();
  const auto url = origin() + "/me/work/";
  const auto reading = sources::read_caldav_tasks("todo", url, {}, f, now_, zone_);
  ASSERT_EQ(reading.state, Reading::State::ok) << reading.reason;
  EXPECT_EQ(titles(reading),
            (std::vector<std::string>{"Renew the passport (urgent, 3 days overdue)",
                                      "Call the bank (due today)", "Some day"}));
  EXPECT_EQ(reading.items[0].severity, sources::Severity::critical);
  EXPECT_EQ(reading.items[2].link, "https://example.org/t5");
  EXPECT_EQ(titles(read_all(url)), today) << "and tasks are no events";
  server_->kill();
  const auto copy = sources::read_caldav_tasks("todo", url, reading.cache, f, now_, zone_);
  EXPECT_EQ(titles(copy), titles(reading));
  EXPECT_TRUE(copy.doubtful_kinds.contains("ticket"));
}

TEST_F(CalDav, OnlyWhatChangedIsReadAgain) {
  auto reading = read_all(origin() + "/me/work/");
  ASSERT_FALSE(reading.cache.empty());
  put("new", vevent("new",
                    "DTSTART;TZID=Europe/Amsterdam:20261123T210000\r\nDURATION:PT1H\r\n"
                    "SUMMARY:Late\r\n"));
  ask("DELETE", "/me/work/plain.ics", "", 200);
  reading = read_all(origin() + "/me/work/", reading.cache);
  auto expected = today;
  expected.erase(expected.begin() + 1);
  expected.push_back("21:00 Late");
  EXPECT_EQ(titles(reading), expected);
  // A token that the server does not know any more is no reason to fail.
  auto stale = reading.cache;
  const auto at = stale.find("radicale.org/ns/sync/");
  ASSERT_NE(at, std::string::npos);
  stale.replace(at + 21, 10, "0000000000");
  EXPECT_EQ(titles(read_all(origin() + "/me/work/", stale)), expected);
}

TEST_F(CalDav, AServerThatIsDownGivesYesterdaysCopyAndSaysSo) {
  const auto good = read_all(origin() + "/me/work/");
  server_->kill();
  const auto reading = read_all(origin() + "/me/work/", good.cache);
  EXPECT_EQ(reading.state, Reading::State::ok);
  EXPECT_EQ(titles(reading), today);
  ASSERT_EQ(reading.doubts.size(), 1U);
  EXPECT_NE(reading.doubts[0].find("from the copy of 2026-11-23 08:00"), std::string::npos);
  EXPECT_TRUE(reading.doubtful_kinds.contains("event"));
  EXPECT_EQ(read_all(origin() + "/me/work/").state, Reading::State::failed) << "without a copy";
}

TEST_F(CalDav, AWrongPasswordOrPlaceIsNoEmptyCalendar) {
  auto wrong = fetch("wrong");
  const auto refused =
      sources::read_caldav("work", origin() + "/me/work/", "", wrong, {now_, 1, zone_});
  EXPECT_EQ(refused.state, Reading::State::failed);
  EXPECT_NE(refused.reason.find("401"), std::string::npos) << refused.reason;
  EXPECT_EQ(refused.reason.find("wrong"), std::string::npos);
  const HttpServer page(http_answer(200, {{"Content-Type", "text/html"}}, "<html>Sign in</html>"));
  EXPECT_EQ(read_all(page.origin()).state, Reading::State::failed);
  // The password never follows a redirect to another server.
  const HttpServer thief(http_answer(200, {}, ""));
  const HttpServer away(http_answer(302, {{"Location", thief.url("/dav/")}}, ""));
  EXPECT_EQ(read_all(away.origin()).state, Reading::State::failed);
  EXPECT_EQ(thief.connections(), 0);
}

}  // namespace
}  // namespace openclaw::test
