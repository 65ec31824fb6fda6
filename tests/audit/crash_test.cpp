// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audit/process.h"
#include "audit/query.h"
#include "audit/roles.h"
#include "audit/state.h"
#include "support/temp_dir.h"
#include "support/tier.h"

/// Processes that die, and processes that write side by side.
namespace openclaw::test {
namespace {

const std::vector<std::string> nothing_open{"0|0"};
constexpr const char* open_counts =
    "SELECT (SELECT count(*) FROM open_calls), (SELECT count(*) FROM open_runs)";

TEST(AuditProcess, KnowsTheLivingFromTheDead) {
  const std::string me = audit::own_process();
  EXPECT_TRUE(audit::is_alive(me));
  EXPECT_FALSE(audit::is_alive(""));
  EXPECT_FALSE(audit::is_alive("x"));
  EXPECT_FALSE(audit::is_alive(me + "0")) << "the same id, started at another time";
  EXPECT_FALSE(audit::is_alive("0" + me)) << "before the last boot";
}

// A process that was forked from one that had already written rows is not its parent.
TEST(AuditProcess, AForkHasANameOfItsOwn) {
  const std::string parent = audit::own_process();
  Child child([&](int) { return audit::own_process() == parent ? 1 : 0; });
  EXPECT_EQ(child.wait(), 0);
}

TEST(AuditAbandoned, IsSettledAtItsMostOnceItsProcessIsDead) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  {
    const auto child = start_role({"abandon", folder, "a", "1"});
    ASSERT_TRUE(child->hear(1));
    State state(folder);
    state.recorder.settle_abandoned(noon);
    EXPECT_EQ(state.rows(open_counts), std::vector<std::string>{"1|1"}) << "while it lives";
    audit::Limit any;
    EXPECT_EQ(audit::spent(state.db, any), Usd{50'000'000});
    child->kill();
  }
  State state(folder);
  EXPECT_EQ(state.rows(open_counts), std::vector<std::string>{"1|1"});
  state.recorder.settle_abandoned(noon + Millis(5));
  EXPECT_EQ(state.rows(open_counts), nothing_open);
  EXPECT_EQ(state.rows("SELECT call,run,agent,trigger,person,job,provider,model,outcome,cost_nusd,"
                       "cost_source,at FROM call_ends"),
            std::vector<std::string>{"call-a-0|run-a|ops|ask|me|briefing|main|m1|abandoned|50000000|"
                                     "reserved|" +
                                     std::to_string(base::to_ms(noon + Millis(5)))});
  EXPECT_EQ(state.rows("SELECT run,outcome FROM run_ends"),
            std::vector<std::string>{"run-a|abandoned"});
  const auto before = dump(state.db);
  state.recorder.settle_abandoned(noon + Millis(10));
  EXPECT_EQ(dump(state.db), before) << "settled twice";
  const auto counted = audit::count(state.db, {}, zone::Zone("UTC"));
  EXPECT_EQ(counted.total.abandoned, 1);
  EXPECT_EQ(counted.total.abandoned_cost, Usd{50'000'000});
  EXPECT_EQ(counted.open_calls, 0);
  EXPECT_TRUE(audit::verify(state.db, {}).good);
}

TEST(AuditAbandoned, IsSettledOnceWhenManySettleAtOnce) {
  for (int round = 0; round < times(5, 50); ++round) {
    const TempDir dir;
    const std::string folder = dir.path().string();
    for (const char* id : {"a", "b"}) {
      const auto child = start_role({"abandon", folder, id, "6"});
      ASSERT_TRUE(child->hear(1));
      child->kill();
    }
    run_roles({{"settle", folder}, {"settle", folder}, {"settle", folder}}, folder);
    State state(folder);
    EXPECT_EQ(state.rows(open_counts), nothing_open);
    EXPECT_EQ(state.number("SELECT count(*) FROM call_ends WHERE outcome='abandoned'"), 12);
    EXPECT_EQ(state.number("SELECT count(*) FROM run_ends WHERE outcome='abandoned'"), 2);
    audit::Limit any;
    EXPECT_EQ(audit::spent(state.db, any), Usd{12 * 50'000'000});
    EXPECT_TRUE(audit::verify(state.db, {}).good);
  }
}

std::vector<std::string> lines_of(const std::string& file) {
  std::istringstream in(read(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// What must hold after a crash and the next start, whenever it was.
void expect_recovered(const std::string& folder) {
  State state(folder);
  auto result = audit::verify(state.db, witnesses_of(folder));
  EXPECT_TRUE(result.good) << "before settling: " << told(result);
  state.recorder.settle_abandoned(noon);
  result = audit::verify(state.db, witnesses_of(folder));
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(state.rows(open_counts), nothing_open);
  for (const auto& line : lines_of(folder + "/sent")) {
    const std::string id = line.substr(5);
    const auto there = [&](const std::string& row) { return state.number("SELECT count(*) FROM " + row); };
    if (line.starts_with("call ")) {
      EXPECT_EQ(there("calls WHERE call='call-" + id + "'"), 1) << line;
      EXPECT_EQ(there("call_ends WHERE call='call-" + id + "'"), 1) << line;
    } else if (line.starts_with("tool ")) {
      EXPECT_EQ(there("tools WHERE tool_call='tool-" + id + "'"), 1) << line;
    } else {
      EXPECT_EQ(there("run_ends WHERE outcome='ok' AND run='run-" + id + "'"), 1) << line;
    }
  }
  const auto lonely = [&](const std::string& table, const std::string& partner,
                          const std::string& key) {
    return state.number("SELECT count(*) FROM " + table + " WHERE " + key + " NOT IN (SELECT " + key +
                        " FROM " + partner + ")");
  };
  EXPECT_EQ(lonely("calls", "call_ends", "call"), 0);
  EXPECT_EQ(lonely("call_ends", "calls", "call"), 0);
  EXPECT_EQ(lonely("runs", "run_ends", "run"), 0);
  EXPECT_EQ(lonely("run_ends", "runs", "run"), 0);
  EXPECT_EQ(lonely("tool_ends", "tools", "tool_call"), 0);
  EXPECT_EQ(lonely("calls", "runs", "run"), 0);
}

TEST(AuditCrash, AtAnyInstantNothingWasSentWithoutARow) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  std::mt19937_64 random(seed());
  std::map<char, int> killed_after;
  const int kills = times(50, 1000);
  const int least = kills / 100;
  auto span = std::chrono::microseconds(20'000);
  for (int i = 0; i < kills && !testing::Test::HasFailure(); ++i) {
    const bool is_new = i % 5 == 0;  // also while the file is made
    const TempDir fresh;
    const std::string here = is_new ? fresh.path().string() : folder;
    const auto child = start_role({"loop", here});
    std::string got;
    if (!is_new || i % 2) {
      const auto begin = Clock::now();
      ASSERT_TRUE(child->read(got, begin + std::chrono::minutes(1), 3 * phases.size()));
      if (i < 10) span = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
      span = std::min(span, std::chrono::microseconds(100'000));
    }
    const auto wait = std::uniform_int_distribution<long>(0, 2 * span.count())(random);
    child->read(got, Clock::now() + std::chrono::microseconds(wait));
    child->kill();
    child->read(got, Clock::now() + std::chrono::minutes(1));
    ++killed_after[got.empty() ? '-' : got.back()];
    expect_recovered(here);
  }
  if (testing::Test::HasFailure()) FAIL() << "seed " << seed();
  std::cout << "kills by the step before them:";
  for (const auto& [step, n] : killed_after) std::cout << ' ' << step << ':' << n;
  std::cout << '\n';
  int in_all = 0;
  for (const char step : phases) {
    in_all += killed_after[step];
    if (is_full()) {
      EXPECT_GE(killed_after[step], least) << step;
    }
  }
  EXPECT_GE(in_all, kills / 2) << "too few kills fell into a run";
}

TEST(AuditWriters, FourProcessesMakeOneUnbrokenChain) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  { State state(folder); }
  const int runs = times(30, 3000);  // some nine rows each
  std::vector<std::unique_ptr<Child>> writers;
  for (int w = 1; w <= 4; ++w)
    writers.push_back(start_role({"append", folder, std::to_string(w), std::to_string(runs)}));
  for (const auto& writer : writers) ASSERT_TRUE(writer->hear(1));
  write(folder + "/go", "");
  int looks = 0;
  std::int64_t last = 0;
  while (::kill(writers[0]->pid(), 0) == 0) {
    const auto seen = witnesses_of(folder);
    const auto result = verify_in(folder, seen);
    ASSERT_TRUE(result.good) << told(result);
    EXPECT_GE(result.head.seq, last);
    last = result.head.seq;
    ++looks;
    std::string got;
    if (!writers[0]->read(got, Clock::now() + std::chrono::milliseconds(1))) break;
  }
  for (const auto& writer : writers) EXPECT_EQ(writer->wait(), 0);
  const auto result = verify_in(folder, witnesses_of(folder));
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(result.witness, "audit.head");
  EXPECT_GE(result.rows, 4 * runs * 7);
  EXPECT_GT(looks, 1);
  State state(folder);
  EXPECT_EQ(state.number("SELECT count(*) FROM runs"), 4 * runs);
  EXPECT_EQ(state.rows(open_counts), nothing_open);
  EXPECT_EQ(state.number("SELECT seq FROM chain"), result.rows);
}

}  // namespace
}  // namespace openclaw::test
