// SPDX-License-Identifier: MIT
// Against a real Radicale on loopback.
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

TEST_F(CalDav, OneDayIsTheSameFromAFile) {
  std::string all;
  for (const auto& [name, text] : objects) all += event(text);
  write(dir_.file("all.ics"), all);
  EXPECT_EQ(titles(sources::read_ics_file("f", dir_.file("all.ics"), {now_, 1, zone_})), today);
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
