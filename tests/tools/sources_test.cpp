// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/miniflux_server.h"
#include "support/plane_server.h"
#include "tools/room.h"

namespace openclaw::test {
namespace {

using json::Value;

struct SourceTools : testing::Test {
  void declare(const std::string& name, const std::string& kind,
               std::map<std::string, std::string> texts, const std::string& token = {}) {
    sources::Declared source{name, kind, std::move(texts), {}, "full", {}};
    if (!token.empty()) source.secrets.emplace("token", base::Secret(token));
    room.sources.push_back(std::move(source));
  }
  void declare_plane() {
    declare("plane", "plane", {{"url", plane.origin()}, {"workspace", "home"}}, "plane-key");
  }
  std::string promises(const std::string& text) {
    write(room.dir.file("promises.md"), text);
    declare("promises", "commitments", {{"path", room.dir.file("promises.md")}});
    return room.dir.file("promises.md");
  }
  void grant(const std::string& tool) {
    policy::Grant grant;
    grant.tool = tool;
    grant.other_args = true;
    room.policy.groups["g"].push_back(grant);
  }
  Room room;
  PlaneServer plane{"plane-key"};
  MinifluxServer miniflux{"miniflux-key"};
};

TEST_F(SourceTools, TasksAreListedWithTheirLabelsAndByProject) {
  declare_plane();
  plane.add("HOME", "Renew the certificate", "started", "urgent", "2026-11-20");
  plane.add("WORK", "Write the report", "unstarted", "low");
  grant("tasks_list");
  const auto all = room.call("tasks_list", Value::object({}));
  ASSERT_TRUE(all.ok) << all.text;
  EXPECT_NE(all.text.find("HOME-1 Renew the certificate"), std::string::npos) << all.text;
  EXPECT_NE(all.text.find("WORK-2"), std::string::npos);
  EXPECT_TRUE(all.labels.untrusted && all.labels.private_text);
  const auto home = room.call("tasks_list", Value::object({{"project", "HOME"}}));
  EXPECT_EQ(home.text.find("WORK-2"), std::string::npos) << home.text;
  const auto one = room.call("tasks_list", Value::object({{"limit", 1}}));
  EXPECT_NE(one.text.find("and 1 more"), std::string::npos) << one.text;
  EXPECT_FALSE(room.call("tasks_list", Value::object({{"source", "nowhere"}})).ok);
}

TEST_F(SourceTools, AServerThatDoesNotAnswerIsSaidAndIsNotEmptiness) {
  declare_plane();
  plane.requests_left = 0;
  grant("tasks_list");
  const auto result = room.call("tasks_list", Value::object({}));
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.text.find("nothing"), std::string::npos) << result.text;
  EXPECT_NE(result.text.find("RATE_LIMIT"), std::string::npos) << result.text;
}

TEST_F(SourceTools, FeedsAreListedAndNothingIsMarked) {
  declare("rss", "miniflux", {{"url", miniflux.origin()}}, "miniflux-key");
  miniflux.add("Old news", "<p>x</p>", "2026-11-01T10:00:00Z");
  miniflux.add("Fresh news", "<p>x</p>", "2026-11-22T10:00:00Z");
  grant("feeds_list");
  const auto result = room.call("feeds_list", Value::object({{"since", "2026-11-20"}}));
  EXPECT_NE(result.text.find("Fresh news"), std::string::npos) << result.text;
  EXPECT_EQ(result.text.find("Old news"), std::string::npos);
  EXPECT_FALSE(result.labels.private_text);
  EXPECT_TRUE(result.labels.untrusted);
  EXPECT_EQ(miniflux.unread().size(), 2U);
  EXPECT_FALSE(room.call("feeds_list", Value::object({{"since", "yesterday"}})).ok);
}

TEST_F(SourceTools, WhatAModelMayNotSeeOfACalendarItIsNotGiven) {
  write(room.dir.file("c.ics"),
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        "DTSTAMP:20260101T000000Z\r\nDTSTART:20261123T140000Z\r\nDURATION:PT1H\r\n"
        "SUMMARY:Doctor\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  declare("family", "ics", {{"path", room.dir.file("c.ics")}});
  grant("calendar_list");
  EXPECT_NE(room.call("calendar_list", Value::object({})).text.find("Doctor"), std::string::npos);
  room.sources[0].to_model = "times";
  const auto times = room.call("calendar_list", Value::object({}));
  EXPECT_EQ(times.text.find("Doctor"), std::string::npos) << times.text;
  EXPECT_NE(times.text.find("14:00 busy"), std::string::npos) << times.text;
  room.sources[0].to_model = "nothing";
  EXPECT_EQ(room.call("calendar_list", Value::object({})).text.find("14:00"), std::string::npos);
}

TEST_F(SourceTools, ACommentIsWrittenOnceHoweverOftenItsCallIsRepeated) {
  declare_plane();
  plane.add("HOME", "Renew the certificate", "started");
  grant("tasks_comment");
  const auto comment = [&](const std::string& project, const std::string& id,
                           const std::string& body) {
    return room.call("tasks_comment",
                     Value::object({{"project", project}, {"id", id}, {"body", body}}));
  };
  plane.lost_answers = 1;
  EXPECT_FALSE(comment("HOME", "HOME-1", "Done <b>today</b> & well").ok) << "its answer was lost";
  const auto again = comment("HOME", "HOME-1", "Done <b>today</b> & well");
  EXPECT_TRUE(again.ok) << again.text;
  EXPECT_NE(again.text.find("was there already"), std::string::npos) << again.text;
  EXPECT_EQ(plane.comments(),
            std::vector<std::string>{"HOME-1: <p>Done &lt;b&gt;today&lt;/b&gt; &amp; well</p>"});
  EXPECT_TRUE(comment("HOME", "1", "Another").ok);
  EXPECT_EQ(plane.comments().size(), 2U);
  EXPECT_FALSE(comment("HOME", "WORK-1", "x").ok) << "not of the project that was granted";
  EXPECT_FALSE(comment("HOME", "HOME-9", "x").ok);
  EXPECT_FALSE(comment("NONE", "NONE-1", "x").ok);
  room.sources[0].projects = {"WORK"};
  EXPECT_FALSE(comment("HOME", "HOME-1", "x").ok) << "the source names its projects";
}

TEST_F(SourceTools, ATicketIsOpenedOncePerSlotOfAJob) {
  declare_plane();
  grant("tasks_create");
  const auto create = [&] {
    return room.call("tasks_create", Value::object({{"project", "HOME"}, {"title", "Buy\nmilk"}}));
  };
  room.scope = "job:task-review:2026-W48";
  EXPECT_TRUE(create().ok);
  EXPECT_TRUE(create().ok);
  EXPECT_EQ(plane.created().size(), 1U);
  EXPECT_EQ(plane.created()[0].find('\n'), std::string::npos);
  room.scope = "job:task-review:2026-W49";
  EXPECT_TRUE(create().ok);
  EXPECT_EQ(plane.created().size(), 2U) << "another week's is another ticket";
}

TEST_F(SourceTools, APromiseIsAddedOnceAndAsItWasMeant) {
  const auto file = promises("# Mine\n- [ ] Pay rent");  // no new line at the end
  grant("commitments_add");
  grant("commitments_list");
  const auto add = [&](Value args) { return room.call("commitments_add", args); };
  const auto tax =
      Value::object({{"text", "Send the tax form"}, {"due", "2026-11-24"}, {"to", "jan"}});
  EXPECT_TRUE(add(tax).ok);
  const auto twice = add(tax);
  EXPECT_NE(twice.text.find("already"), std::string::npos) << twice.text;
  const auto text = read(file);
  EXPECT_TRUE(
      text.starts_with("# Mine\n- [ ] Pay rent\n- [ ] Send the tax form due:2026-11-24 "
                       "to:jan ^"))
      << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  const auto listed = room.call("commitments_list", Value::object({}));
  EXPECT_NE(listed.text.find("Send the tax form (to jan), due 2026-11-24"), std::string::npos)
      << listed.text;
  for (const char* bad : {"Pay due:2020-01-01", "x every:daily", "a ^id", "", "   "})
    EXPECT_FALSE(add(Value::object({{"text", bad}})).ok) << bad;
  EXPECT_FALSE(add(Value::object({{"text", "x"}, {"due", "tomorrow"}})).ok);
  EXPECT_FALSE(add(Value::object({{"text", "x"}, {"to", "jan and eva"}})).ok);
  EXPECT_TRUE(add(Value::object({{"text", "two\n- [ ] lines"}})).ok);
  EXPECT_EQ(read(file).find("\n- [ ] lines"), std::string::npos) << "one line, whatever it holds";
}

}  // namespace
}  // namespace openclaw::test
