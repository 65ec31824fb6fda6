// SPDX-License-Identifier: MIT
#include "audit/query.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "audit/state.h"
#include "audit/tally.h"
#include "base/text.h"
#include "support/temp_dir.h"
#include "support/tier.h"

/// Every figure of a query against a count of the same rows by hand.
namespace openclaw::test {
namespace {

const std::vector<std::string> zones{"Europe/Amsterdam", "UTC", "America/St_Johns",
                                     "Asia/Kathmandu", "Australia/Lord_Howe"};
// All that --by takes; how the calls of a conversation are grouped has a test of its own.
const std::vector<std::string> dimensions{"agent",  "model", "provider", "day",     "week",
                                          "month",  "hour",  "job",      "place",   "channel",
                                          "person", "tool",  "decision", "outcome", "trigger"};

class AuditQuery : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("OPENCLAW_NOW", "1780000000000", 1);  // after all of it
    dir_ = new TempDir;
    state_ = new State(dir_->path().string());
    state_->be_quick();
    diary_ = new Diary(*state_, seed());
    diary_->write_runs(times(250, 2500));
  }
  static void TearDownTestSuite() {
    delete diary_;
    delete state_;
    delete dir_;
    ::unsetenv("OPENCLAW_NOW");
    ::unsetenv("TZ");
  }

  static audit::Counted count(const audit::Query& query, const std::string& zone) {
    return audit::count(state_->db, query, zone::Zone(zone));
  }

  static void expect_as_counted_by_hand(const audit::Query& query, const std::string& zone) {
    const auto counted = count(query, zone);
    const auto expected = count_slowly(diary_->all(), query, zone);
    Groups got;
    audit::Group total;
    for (const auto& group : counted.groups) {
      auto keys = group.keys;
      ASSERT_EQ(keys.size(), query.by.size());
      for (std::size_t i = 0; i < keys.size(); ++i)
        if (const auto label = audit::readable(query.by[i], keys[i]); label != "-") keys[i] = label;
      EXPECT_TRUE(got.emplace(keys, group).second) << "twice: " << base::join(keys, ", ");
      add_to(total, group);
    }
    for (const auto& [keys, group] : expected) {
      const auto found = got.find(keys);
      const std::string which =
          base::join(query.by, ",") + " in " + zone + ": '" + base::join(keys, ", ") + "'";
      if (found == got.end()) {
        ADD_FAILURE() << "missing " << which;
        continue;
      }
      EXPECT_EQ(sums_of(found->second), sums_of(group)) << which;
    }
    EXPECT_EQ(got.size(), expected.size()) << base::join(query.by, ",") << " in " << zone;
    EXPECT_EQ(sums_of(counted.total), sums_of(total));
  }

  static inline TempDir* dir_ = nullptr;
  static inline State* state_ = nullptr;
  static inline Diary* diary_ = nullptr;
};

TEST_F(AuditQuery, KnowsAllItsDimensions) {
  for (const auto& dimension : dimensions) {
    EXPECT_NE(std::find(audit::dimensions().begin(), audit::dimensions().end(), dimension),
              audit::dimensions().end());
  }
}

TEST_F(AuditQuery, CountsEverythingOnce) {
  const auto counted = count({}, "UTC");
  audit::Group all;
  for (const auto& row : diary_->all()) add_to(all, row.figures);
  EXPECT_EQ(sums_of(counted.total), sums_of(all));
  EXPECT_GT(all.calls, 200);
  EXPECT_GT(all.tools, 100);
}

TEST_F(AuditQuery, CountsByEachDimensionInEachZone) {
  for (const auto& zone : zones) {
    for (const auto& dimension : dimensions) {
      audit::Query query;
      query.by = {dimension};
      expect_as_counted_by_hand(query, zone);
      if (HasFailure()) return;
    }
  }
}

// The two hours 02:00 to 03:00 of an autumn night belong to one day of 25 hours.
TEST_F(AuditQuery, CountsTheDaysOnWhichTheClocksChange) {
  for (const auto& [begin, hours] :
       std::map<std::int64_t, int>{{1'761'429'600'000, 25}, {1'774'738'800'000, 23}}) {
    audit::Query query;
    query.by = {"day"};
    query.since = base::from_ms(begin);
    query.until = *query.since + std::chrono::hours(hours);
    const auto counted = count(query, "Europe/Amsterdam");
    ASSERT_EQ(counted.groups.size(), 1U) << "one local day, " << hours << " hours";
    EXPECT_GT(counted.total.calls, 2);
    expect_as_counted_by_hand(query, "Europe/Amsterdam");
    query.by = {"hour"};
    expect_as_counted_by_hand(query, "Europe/Amsterdam");
  }
}

TEST_F(AuditQuery, CountsRandomQueries) {
  auto& d = *diary_;
  for (int i = 0; i < times(400, 20'000); ++i) {
    audit::Query query;
    for (std::size_t n = d.random()() % 3; n > 0; --n) query.by.push_back(d.pick(dimensions));
    std::sort(query.by.begin(), query.by.end());
    query.by.erase(std::unique(query.by.begin(), query.by.end()), query.by.end());
    if (d.random()() % 2) query.since = d.moment();
    if (d.random()() % 2) query.until = d.moment();
    const std::map<std::string, std::string*> filters{{"agent", &query.agent},
                                                      {"model", &query.model},
                                                      {"provider", &query.provider},
                                                      {"job", &query.job},
                                                      {"place", &query.place},
                                                      {"person", &query.person},
                                                      {"trigger", &query.trigger},
                                                      {"tool", &query.tool},
                                                      {"decision", &query.decision},
                                                      {"outcome", &query.outcome},
                                                      {"conversation", &query.conversation}};
    for (const auto& [field, value] : filters)
      if (d.random()() % 8 == 0) *value = d.pick(values_of(field));
    if (d.random()() % 12 == 0)
      query.min_cost = Usd{static_cast<std::int64_t>(d.random()() % 900'000'000)};
    expect_as_counted_by_hand(query, d.pick(zones));
    if (HasFailure()) FAIL() << "query " << i << ", seed " << seed();
  }
}

TEST_F(AuditQuery, FindsACallByItsRequest) {
  for (const auto& row : diary_->all()) {
    if (row.kind != Remembered::Kind::call || row.fields.at("request_id").empty()) continue;
    audit::Query query;
    query.request_id = row.fields.at("request_id");
    const auto counted = count(query, "UTC");
    ASSERT_EQ(counted.total.calls, 1) << query.request_id;
    ASSERT_EQ(counted.total.cost, row.figures.cost);
  }
}

TEST_F(AuditQuery, CountsTheCallsOfAConversation) {
  audit::Query query;
  query.by = {"conversation"};
  expect_as_counted_by_hand(query, "UTC");
}

TEST_F(AuditQuery, TheWrittenOutStatementGivesTheSameFigures) {
  for (const auto& agent : values_of("agent")) {
    audit::Query query;
    query.by = {"day"};
    query.agent = agent;
    const auto zone = zone::Zone("Europe/Amsterdam");
    std::int64_t calls = 0, groups = 0;
    SQLite::Statement statement(state_->db.raw(), audit::call_sql(state_->db, query, zone));
    for (; statement.executeStep(); ++groups) calls += statement.getColumn(1).getInt64();
    const auto counted = audit::count(state_->db, query, zone);
    EXPECT_EQ(calls, counted.total.calls) << agent;
    EXPECT_GT(groups, 5);
  }
}

/// True when v is a p-th percentile of the values by any of the usual definitions.
bool is_percentile(const std::vector<std::int64_t>& values, std::int64_t v, double p) {
  const auto n = static_cast<double>(values.size());
  double at_most = 0, at_least = 0;
  for (const auto one : values) at_most += one <= v, at_least += one >= v;
  return at_most >= n * p && at_least >= n * (1 - p) - 1e-9;
}

TEST_F(AuditQuery, LatenciesArePercentilesOfTheGoodCalls) {
  for (const std::string by : {"", "model", "agent", "provider"}) {
    audit::Query query;
    if (!by.empty()) query.by = {by};
    query.latency = true;
    const auto counted = count(query, "UTC");
    ASSERT_FALSE(counted.groups.empty());
    for (const auto& group : counted.groups) {
      std::vector<std::int64_t> first, total;
      for (const auto& row : diary_->all()) {
        if (!row.is_ok || (!by.empty() && row.fields.at(by) != group.keys[0])) continue;
        total.push_back(row.total_ms);
        if (row.first_token_ms > 0) first.push_back(row.first_token_ms);
      }
      ASSERT_GT(first.size(), 10U);
      EXPECT_TRUE(is_percentile(first, group.first_token_p50, 0.50)) << by;
      EXPECT_TRUE(is_percentile(first, group.first_token_p95, 0.95)) << by;
      EXPECT_TRUE(is_percentile(total, group.total_p50, 0.50)) << by;
      EXPECT_TRUE(is_percentile(total, group.total_p95, 0.95)) << by;
    }
  }
}

TEST(AuditQueryOpen, ShowsWhatIsOpenBesideTheSum) {
  const TempDir dir;
  State state(dir.path().string());
  state.recorder.start_run(a_run("run-1"));
  state.recorder.start_call(a_call("call-1"), {});
  auto counted = audit::count(state.db, {}, zone::Zone("UTC"));
  EXPECT_EQ(counted.total.runs, 1);
  EXPECT_EQ(counted.total.calls, 0);
  EXPECT_EQ(counted.open_calls, 1);
  EXPECT_EQ(counted.open_most, Usd{50'000'000});
  state.recorder.end_call(an_outcome("call-1"), noon);
  state.recorder.end_run(a_result(), noon);
  counted = audit::count(state.db, {}, zone::Zone("UTC"));
  EXPECT_EQ(counted.open_calls, 0);
  EXPECT_EQ(counted.total.cost, Usd{1'000'000});
}

TEST(AuditQueryOpen, AnEmptyAuditHasNoGroups) {
  const TempDir dir;
  State state(dir.path().string());
  const auto counted = audit::count(state.db, {}, zone::Zone("Europe/Amsterdam"));
  EXPECT_EQ(counted.total.runs, 0);
  EXPECT_TRUE(counted.groups.empty());
}

}  // namespace
}  // namespace openclaw::test
