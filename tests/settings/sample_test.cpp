// SPDX-License-Identifier: MIT
#include "settings/sample.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"

namespace openclaw::test {
namespace {

TEST(Settings, TheManualsSampleLoadsWithoutAProblem) {
  const Sample sample;
  settings::Report report;
  sample.load(sample.text(), report);
  for (const auto& p : report.problems)
    ADD_FAILURE() << "sample.jsonc:" << p.line << ": " << p.pointer << ": " << p.text;
}

TEST(Settings, TheSampleMeansWhatItSays) {
  const Sample sample;
  settings::Report report;
  const auto s = sample.load(sample.text(), report);
  EXPECT_EQ(s.time_zone, "Europe/Amsterdam");
  EXPECT_EQ(s.state_dir, "/var/lib/openclaw");
  EXPECT_EQ(s.people.at("me").uid, 1000);
  EXPECT_EQ(s.people.at("eva").telegram, std::nullopt);
  EXPECT_TRUE(s.providers.at("main").private_text);
  EXPECT_FALSE(s.providers.at("spare").private_text);
  EXPECT_TRUE(s.providers.at("local").free);
  EXPECT_EQ(s.providers.at("spare").key.name, "openrouter-key");
  EXPECT_EQ(s.models.at("smart").tries,
            (std::vector<std::pair<std::string, std::string>>{{"main", "M1"}, {"spare", "S1"}}));
  EXPECT_EQ(s.models.at("smart").output_tokens, 8000);
  EXPECT_EQ(base::to_string(*s.limits.usd_per_month), "15.000");
  EXPECT_EQ(s.agents.at("ops").limits.turns, 8);
  EXPECT_TRUE(s.agents.at("ops").prompt.ends_with("/prompts/ops.md"));
  EXPECT_EQ(s.places.at("home").reply, "mentioned");
  EXPECT_FALSE(s.places.at("home").memory);
  EXPECT_EQ(s.places.at("home").keep, "digests");
  EXPECT_EQ(s.places.at("phone").address, "12345");
  EXPECT_FALSE(s.places.at("phone").private_text);
  EXPECT_EQ(s.places.at("shell").allow.at(0).agents, (std::vector<std::string>{"coder", "ops"}));
  EXPECT_EQ(s.sources.at("family").to_model, "times");
  EXPECT_EQ(s.sources.at("family").secrets.at("url").name, "family-ics");
  EXPECT_EQ(s.sources.at("plane").projects, std::vector<std::string>{"HOME"});
  const auto& morning = s.jobs.at("morning-briefing");
  EXPECT_EQ(morning.max_late, base::Millis(4LL * 3600000));
  EXPECT_EQ(morning.gather.size(), 4U);
  EXPECT_EQ(morning.deliver.at(1).as, "headlines");
  EXPECT_EQ(morning.ping.name, "hc-morning");
  EXPECT_TRUE(morning.groups.empty());
  EXPECT_EQ(s.policy.jobs.at("morning-briefing").groups.size(), 0U) << "no groups = no tools";
  EXPECT_EQ(s.policy.jobs.at("task-review").groups, std::set<std::string>{"tasks"});
  EXPECT_EQ(s.audit.rows, base::Millis(5LL * 365 * 86400000));
  EXPECT_EQ(s.audit.drift_tell, "ops");
  const auto& http = s.policy.groups.at("status").at(0);
  EXPECT_EQ(http.args.at("url").origin, std::vector<std::string>{"https://status.lan"});
  EXPECT_TRUE(http.args.at("url").private_address);
  const auto& comment = s.policy.groups.at("tasks").at(1);
  EXPECT_EQ(comment.when_tainted, policy::WhenTainted::confirm);
  EXPECT_TRUE(comment.args.at("id").empty());
  EXPECT_EQ(comment.args.at("body").maxlen, 2000);
  EXPECT_FALSE(comment.other_args);
}

TEST(Settings, AnEmptyFileGrantsNothing) {
  const Sample sample;
  settings::Report report;
  const auto s = sample.load("{}", report);
  EXPECT_TRUE(report.problems.empty());
  EXPECT_TRUE(s.policy.groups.empty() && s.policy.places.empty() && s.policy.jobs.empty());
}

TEST(Settings, ABrokenFileIsOneProblem) {
  const Sample sample;
  settings::Report report;
  const auto s = sample.load(sample.text().substr(0, sample.text().size() / 2), report);
  EXPECT_EQ(report.problems.size(), 1U);
  EXPECT_TRUE(s.policy.groups.empty() && s.policy.places.empty());
}

TEST(Settings, LoadOrThrowNamesFileLineAndPointer) {
  const TempDir dir;
  write(dir.file("c.json"), "{\n \"time_zon\": \"UTC\"\n}");
  try {
    (void)settings::load_or_throw(dir.file("c.json"));
    FAIL();
  } catch (const base::ConfigError& e) {
    const std::string what = e.what();
    EXPECT_NE(what.find(dir.file("c.json") + ":2: /time_zon: "), std::string::npos) << what;
    EXPECT_NE(what.find("did you mean 'time_zone'"), std::string::npos) << what;
  }
}

TEST(Settings, NoReportHoldsAValueThatCouldBeASecret) {
  const Sample sample;
  for (const char* from :
       {"{\"credential\": \"anthropic-key\"}", "{\"credential\": \"caldav\"}",
        "{\"credential\": \"telegram-token\"}", "{\"credential\": \"hc-morning\"}",
        "{\"credential\": \"audit-key\"}", "{\"credential\": \"matrix-password\"}"}) {
    settings::Report report;
    sample.load(sample.with(from, "\"canary-1234567890\""), report);
    EXPECT_FALSE(report.problems.empty()) << from;
    for (const auto& p : report.problems)
      EXPECT_EQ(p.text.find("canary"), std::string::npos) << p.text;
  }
}

TEST(Settings, DescribesEveryKeyOfTheSample) {
  std::set<std::string> asked;
  for (const auto& d : settings::describe()) asked.insert(d.pointer);
  for (const char* pointer : {"/time_zone",
                              "/state_dir",
                              "/people/*/matrix",
                              "/people/*/telegram",
                              "/people/*/uid",
                              "/providers/*/api",
                              "/providers/*/key",
                              "/providers/*/base_url",
                              "/providers/*/private_text",
                              "/providers/*/price",
                              "/models/*/try",
                              "/models/*/output_tokens",
                              "/limits/usd_per_month",
                              "/agents/*/model",
                              "/agents/*/prompt",
                              "/agents/*/groups",
                              "/agents/*/limits/turns",
                              "/places/*/matrix",
                              "/places/*/telegram",
                              "/places/*/cli",
                              "/places/*/reply",
                              "/places/*/memory",
                              "/places/*/keep",
                              "/places/*/private_text",
                              "/places/*/allow/-/who",
                              "/places/*/allow/-/agents",
                              "/places/*/allow/-/groups",
                              "/places/*/allow/-/limits/usd_per_day",
                              "/sources/*/kind",
                              "/sources/*/url",
                              "/sources/*/alertmanager",
                              "/sources/*/password",
                              "/sources/*/to_model",
                              "/sources/*/projects",
                              "/sources/*/path",
                              "/jobs/*/schedule",
                              "/jobs/*/max_late",
                              "/jobs/*/gather/-/from",
                              "/jobs/*/gather/-/min",
                              "/jobs/*/gather/-/days",
                              "/jobs/*/gather/-/items",
                              "/jobs/*/deliver/-/to",
                              "/jobs/*/deliver/-/as",
                              "/jobs/*/else",
                              "/jobs/*/confirm_in",
                              "/jobs/*/ping",
                              "/jobs/*/groups",
                              "/matrix/homeserver",
                              "/matrix/recovery_key",
                              "/matrix/store_key",
                              "/telegram/token",
                              "/audit/keep",
                              "/audit/bodies",
                              "/audit/rows",
                              "/audit/body_key",
                              "/audit/drift/tell"})
    EXPECT_TRUE(asked.contains(pointer)) << pointer;
}

TEST(Settings, TheEmbeddedDefaultNeedsNothing) {
  const auto s = settings::embedded();
  ASSERT_TRUE(s.jobs.contains("morning-briefing"));
  EXPECT_TRUE(s.jobs.at("morning-briefing").agent.empty());
  EXPECT_TRUE(s.policy.groups.empty() && s.policy.places.empty() && s.policy.jobs.empty());
}

}  // namespace
}  // namespace openclaw::test
