// SPDX-License-Identifier: MIT
#include "sources/tickets.h"

#include <set>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "net/http.h"
#include "support/plane_server.h"

namespace openclaw::test {
namespace {

using sources::Reading;
using sources::Severity;

class Tickets : public testing::Test {
 protected:
  Reading plane(const std::vector<std::string>& projects = {}, const std::string& key = "key") {
    sources::Fetch f(*http_, base::boot_now() + base::Millis(20000));
    f.header("X-API-Key", key);
    return sources::read_plane("plane", {server_.origin() + "/", "home", projects}, f, now_, zone_);
  }
  Reading issues(const std::string& url) {
    sources::Fetch f(*http_, base::boot_now() + base::Millis(20000));
    return sources::read_issues("git", url, f, now_, zone_);
  }

  PlaneServer server_{"key"};
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client();
  zone::Zone zone_{"Europe/Amsterdam"};
  base::Time now_ = *base::parse_rfc3339("2026-11-23T08:00:00Z");
};

TEST_F(Tickets, EveryPageOfPlaneIsReadOnceAlsoWhenItemsComeMeanwhile) {
  for (int i = 0; i < 250; ++i)
    server_.add("HOME", fmt::format("item {}", i), i % 5 == 0 ? "completed" : "started");
  server_.before_list = [this](int n) {
    if (n == 2) server_.add("HOME", "new", "started");
  };
  const auto reading = plane();
  std::set<std::string> keys;
  for (const auto& item : reading.items) keys.insert(item.key);
  EXPECT_EQ(keys.size(), reading.items.size());
  EXPECT_EQ(reading.items.size(), 200U) << "open is what the group says; one that is newer shifted";
}

TEST_F(Tickets, DueAndPriorityDecideWhatNeedsSomebody) {
  server_.add("HOME", "quiet", "backlog");
  server_.add("HOME", "late", "started", "none", "2026-11-20");
  server_.add("HOME", "burning", "started", "urgent", "2026-11-22");
  server_.add("HOME", "now", "unstarted", "low", "2026-11-23");
  server_.add("HOME", "soon", "unstarted", "high", "2026-12-01");
  server_.add("HOME", "gone", "cancelled", "urgent", "2026-11-01");
  std::map<std::string, Severity> found;
  for (const auto& item : plane().items) found[item.title] = item.severity;
  const std::map<std::string, Severity> expected{
      {"HOME-1 quiet", Severity::info},
      {"HOME-2 late (3 days overdue)", Severity::warning},
      {"HOME-3 burning (urgent, 1 day overdue)", Severity::critical},
      {"HOME-4 now (due today)", Severity::warning},
      {"HOME-5 soon (high, due 2026-12-01)", Severity::info}};
  EXPECT_EQ(found, expected);
}

TEST_F(Tickets, OnlyTheNamedProjectsAndAMissingOneIsSaid) {
  server_.add("HOME", "mine", "started");
  server_.add("WORK", "theirs", "started");
  const auto reading = plane({"WORK", "NONE"});
  ASSERT_EQ(reading.items.size(), 1U);
  EXPECT_EQ(reading.items[0].title, "WORK-2 theirs");
  EXPECT_EQ(reading.items[0].link, server_.origin() + "/home/browse/WORK-2/");
  ASSERT_EQ(reading.doubts.size(), 1U);
  EXPECT_NE(reading.doubts[0].find("NONE"), std::string::npos);
}

TEST_F(Tickets, RefusalsOfPlaneAreNoEmptyList) {
  try {
    plane({}, "wrong");
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_NE(std::string(e.what()).find("401: Given API token is not valid"), std::string::npos);
  }
  server_.requests_left = 1;
  EXPECT_THROW(plane(), base::TransientError);
}

TEST_F(Tickets, IssuesFollowTheLinkHeaderOnTheSameServerOnly) {
  const HttpServer thief(http_answer(200, {}, "[]"));
  const std::string issue =
      R"({"id":%,"number":%,"title":"Broken","html_url":"https://x/%","state":"open",)"
      R"("labels":[{"name":"Priority/High"}],"assignees":[{"login":"sam"}],"due_date":null})";
  const auto numbered = [&](const std::string& n) {
    std::string out = issue;
    for (std::size_t at; (at = out.find('%')) != std::string::npos;) out.replace(at, 1, n);
    return out;
  };
  const HttpServer forge([&](const HttpAsk& ask, const HttpPeer& peer) {
    if (ask.target.starts_with("/api/v1/repos/o/r/issues?state=open"))
      peer.send(http_answer(200, {{"Link", "</page2>; rel=\"next\", </page9>; rel=\"last\""}},
                            "[" + numbered("1") + R"(,{"id":2,"number":2,"pull_request":{}}])"));
    else if (ask.target == "/page2")
      peer.send(http_answer(200, {{"Link", "<" + thief.url("/p3") + ">; rel=\"next\""}},
                            "[" + numbered("3") + "]"));
    else
      peer.send(http_answer(404, {}, "{}"));
  });
  const auto reading = issues(forge.url("/o/r.git"));
  ASSERT_EQ(reading.items.size(), 2U);
  EXPECT_EQ(reading.items[0].title, "#1 Broken (high)");
  EXPECT_EQ(reading.items[0].group, "o/r");
  EXPECT_EQ(thief.connections(), 0);
  ASSERT_EQ(reading.doubts.size(), 1U) << "there is more, and it was not read";
  EXPECT_TRUE(reading.doubtful_kinds.contains("ticket"));
  EXPECT_THROW(issues(forge.url("/only")), base::ConfigError);
}

}  // namespace
}  // namespace openclaw::test
