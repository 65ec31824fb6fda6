// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

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
  EXPECT_EQ(
      state.rows("SELECT call,run,agent,trigger,person,job,provider,model,outcome,cost_nusd,"
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

std::set<std::string> keys_in(State& state, const std::string& sql) {
  const auto rows = state.rows(sql);
  return {rows.begin(), rows.end()};
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
  const auto calls = keys_in(state, "SELECT call FROM calls");
  const auto call_ends = keys_in(state, "SELECT call FROM call_ends");
  const auto tools = keys_in(state, "SELECT tool_call FROM tools");
  const auto ended = keys_in(state, "SELECT run FROM run_ends WHERE outcome='ok'");
  for (const auto& line : lines_of(folder + "/sent")) {
    const std::string id = line.substr(5);
    if (line.starts_with("call ")) {
      EXPECT_TRUE(calls.contains("call-" + id) && call_ends.contains("call-" + id)) << line;
    } else if (line.starts_with("tool ")) {
      EXPECT_TRUE(tools.contains("tool-" + id)) << line;
    } else {
      EXPECT_TRUE(ended.contains("run-" + id)) << line;
    }
  }
  EXPECT_EQ(calls, call_ends);
  EXPECT_EQ(keys_in(state, "SELECT run FROM runs"), keys_in(state, "SELECT run FROM run_ends"));
  const auto runs = keys_in(state, "SELECT run FROM runs");
  for (const auto& run : keys_in(state, "SELECT run FROM calls")) EXPECT_TRUE(runs.contains(run));
  for (const auto& tool : keys_in(state, "SELECT tool_call FROM tool_ends"))
    EXPECT_TRUE(tools.contains(tool));
}

/// Kills a process that runs in the folder: at a random microsecond, or right after a random step.
/// Gives the letter of the step before its death.
char kill_a_loop(const std::string& folder, bool at_step, bool is_new, std::mt19937_64& random) {
  static auto span = std::chrono::microseconds(100'000);  // of two runs
  const auto below = [&random](long n) {
    return static_cast<long>(random() % static_cast<unsigned long>(n));
  };
  const long steps = 3 * static_cast<long>(phases.size());
  const auto child =
      start_role({"loop", folder, at_step ? std::to_string(1 + below(steps)) : std::string("0")});
  std::string got;
  if (!at_step) {
    const auto begin = Clock::now();
    if (!is_new) {
      child->read(got, begin + std::chrono::minutes(1), phases.size());
      const auto first = Clock::now();
      child->read(got, first + std::chrono::minutes(1), 3 * phases.size());
      span = std::min(span,
                      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - first));
    }
    child->read(got, Clock::now() + std::chrono::microseconds(below(2 * span.count())));
    child->kill();
  }
  child->read(got, Clock::now() + std::chrono::minutes(1));
  EXPECT_EQ(child->wait(), 128 + SIGKILL);
  return got.empty() ? '-' : got.back();
}

TEST(AuditCrash, AtAnyInstantNothingWasSentWithoutARow) {
  const TempDir dir;
  std::mt19937_64 random(seed());
  std::map<char, int> killed_after;
  const int kills = times(50, 1000);
  for (int i = 0; i < kills && !testing::Test::HasFailure(); ++i) {
    const bool is_new = i % 5 == 0;  // also while the file is made
    const TempDir fresh;
    const std::string folder = (is_new ? fresh : dir).path().string();
    ++killed_after[kill_a_loop(folder, i % 2 == 1, is_new, random)];
    expect_recovered(folder);
  }
  if (testing::Test::HasFailure()) FAIL() << "seed " << seed();
  std::cout << kills << " kills, by the step before them:";
  for (const auto& [step, n] : killed_after) std::cout << ' ' << step << ':' << n;
  std::cout << '\n';
  int steps_hit = 0;
  for (const char step : phases) {
    steps_hit += killed_after[step] > 0;
    if (is_full()) {
      EXPECT_GE(killed_after[step], 30) << step;
    }
  }
  EXPECT_GE(steps_hit, 6) << "too few of the steps were hit";
}

TEST(AuditWriters, AMemberOfTheGroupReadsBesideFourOfThem) {
  if (::geteuid() != 0) OPENCLAW_NOT_RUN("becoming another user needs root");
  constexpr gid_t group = 54302;
  const TempDir dir;
  const std::string folder = dir.path().string();
  ASSERT_EQ(::chown(folder.c_str(), 0, group), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 02750), 0);  // new files belong to the group
  { State state(folder); }
  const std::string runs = std::to_string(times(80, 3000));
  std::vector<std::unique_ptr<Child>> writers;
  for (const char* w : {"1", "2", "3", "4"})
    writers.push_back(start_role({"append", folder, w, runs}));
  const auto reader = start_role({"member", folder, std::to_string(group)});
  for (const auto& writer : writers) ASSERT_TRUE(writer->hear(1));
  ASSERT_TRUE(reader->hear(1));
  write(folder + "/go", "");
  for (const auto& writer : writers) EXPECT_EQ(writer->wait(), 0);
  write(folder + "/stop", "");
  std::string reads;
  reader->read(reads, Clock::now() + std::chrono::minutes(1));
  EXPECT_EQ(reader->wait(), 0) << "after " << reads.size() << " reads";
  EXPECT_GT(reads.size(), 10U);
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
