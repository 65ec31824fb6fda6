// SPDX-License-Identifier: MIT
#include "audit/budget.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audit/roles.h"
#include "audit/state.h"
#include "base/error.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

constexpr Usd cent{10'000'000};
constexpr Usd dollar{1'000'000'000};
constexpr Time midnight = noon - std::chrono::hours(12);

audit::Limit a_limit(Usd most, Time since = midnight) {
  audit::Limit limit;
  limit.words = "per day";
  limit.most = most;
  limit.since = since;
  return limit;
}

/// One finished run with one call.
void spend(State& state, const audit::RunInfo& run, Usd cost, Time at) {
  state.recorder.start_run(run);
  auto call = a_call("call-" + run.run, at);
  call.reserved = cost;
  state.recorder.start_call(call, {});
  auto outcome = an_outcome("call-" + run.run);
  outcome.cost = cost;
  state.recorder.end_call(outcome, at);
  state.recorder.end_run(a_result(), at);
}

class AuditBudget : public testing::Test {
 protected:
  AuditBudget() : state_(dir_.path().string()) { state_.be_quick(); }
  TempDir dir_;
  State state_;
};

TEST_F(AuditBudget, CountsWhatItsWordsName) {
  int count = 0;
  const auto add = [&](const char* agent, const char* job, const char* place, const char* person,
                       Usd cost, Time at) {
    auto run = a_run("run-" + std::to_string(count++), at);
    run.agent = agent;
    run.job = job;
    run.place = place;
    run.person = person;
    spend(state_, run, cost, at);
  };
  add("ops", "", "room", "me", {1}, noon);
  add("ops", "", "room", "eva", {10}, noon);
  add("ops", "briefing", "", "", {100}, noon);
  add("coder", "", "shell", "me", {1000}, noon);
  add("ops", "", "room", "me", {10'000}, noon - std::chrono::hours(24));
  add("coder", "briefing", "", "", {100'000}, noon - std::chrono::hours(24 * 40));
  struct Case {
    const char* agent;
    const char* job;
    const char* place;
    const char* person;
    const char* run;
    int days;
    bool without_jobs;
    std::int64_t nano;
  };
  const std::vector<Case> cases{
      {"", "", "", "", "", 0, false, 1111},      {"ops", "", "", "", "", 0, false, 111},
      {"ops", "", "", "", "", 0, true, 11},      {"", "briefing", "", "", "", 0, false, 100},
      {"", "", "room", "", "", 0, false, 11},    {"", "", "room", "me", "", 0, false, 1},
      {"", "", "", "me", "", 0, false, 1001},    {"", "", "", "", "run-1", 0, false, 10},
      {"", "", "", "", "", 22, false, 11111},    {"", "", "", "", "", 22, true, 11011},
      {"", "", "", "", "", 60, false, 111'111},  {"coder", "", "", "", "", 60, false, 101'000},
      {"coder", "", "", "", "", 60, true, 1000}, {"", "briefing", "", "", "", 60, false, 100'100},
      {"nobody", "", "", "", "", 60, false, 0},  {"ops", "briefing", "", "", "", 0, true, 0},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    auto limit = a_limit(dollar, midnight - std::chrono::hours(24 * c.days));
    limit.agent = c.agent;
    limit.job = c.job;
    limit.place = c.place;
    limit.person = c.person;
    limit.run = c.run;
    limit.without_jobs = c.without_jobs;
    EXPECT_EQ(audit::spent(state_.db, limit).nano, c.nano) << "case " << i;
  }
}

TEST_F(AuditBudget, NamesTheTightestAndTakesOffWhatIsKeptBack) {
  EXPECT_EQ(audit::left(state_.db, {}), std::nullopt);
  spend(state_, a_run("run-1"), cent, noon);
  auto day = a_limit(Usd{10 * cent.nano});
  day.words = "agent ops, per day";
  auto month = a_limit(Usd{20 * cent.nano});
  month.words = "per month";
  std::string tightest;
  EXPECT_EQ(audit::left(state_.db, {month, day}, &tightest), Usd{9 * cent.nano});
  EXPECT_EQ(tightest, "agent ops, per day");
  month.kept_back = Usd{15 * cent.nano};
  EXPECT_EQ(audit::left(state_.db, {day, month}, &tightest), Usd{4 * cent.nano});
  EXPECT_EQ(tightest, "per month");
}

TEST_F(AuditBudget, AReservationCountsUntilItsOutcome) {
  const auto limit = a_limit(dollar);
  state_.recorder.start_run(a_run("run-1"));
  auto call = a_call("call-1");
  call.reserved = Usd{60 * cent.nano};
  state_.recorder.start_call(call, {limit});
  EXPECT_EQ(audit::spent(state_.db, limit), call.reserved);
  auto second = a_call("call-2");
  second.reserved = Usd{50 * cent.nano};
  EXPECT_THROW(state_.recorder.start_call(second, {limit}), base::BudgetError);
  auto outcome = an_outcome("call-1");
  outcome.cost = cent;
  state_.recorder.end_call(outcome, noon);
  state_.recorder.start_call(second, {limit});
  EXPECT_EQ(audit::spent(state_.db, limit), Usd{51 * cent.nano});
}

TEST_F(AuditBudget, ExactlyWhatIsLeftStillFits) {
  state_.recorder.start_run(a_run("run-1"));
  auto call = a_call("call-1");
  call.reserved = cent;
  state_.recorder.start_call(call, {a_limit(cent)});
  auto second = a_call("call-2");
  second.reserved = Usd{1};
  EXPECT_THROW(state_.recorder.start_call(second, {a_limit(cent)}), base::BudgetError);
  second.reserved = Usd{};  // a free model
  EXPECT_NO_THROW(state_.recorder.start_call(second, {a_limit(cent)}));
}

TEST_F(AuditBudget, ARefusedCallLeavesNoTraceButTheRunCanEnd) {
  state_.recorder.start_run(a_run("run-1"));
  state_.recorder.start_call(a_call("call-1"), {});
  state_.recorder.end_call(an_outcome("call-1"), noon);
  try {
    state_.recorder.start_call(a_call("call-2"), {a_limit(cent)});
    ADD_FAILURE() << "admitted";
  } catch (const base::BudgetError& e) {
    EXPECT_NE(std::string(e.what()).find("per day"), std::string::npos) << e.what();
  }
  EXPECT_EQ(state_.number("SELECT count(*) FROM calls"), 1);
  state_.recorder.end_run(a_result("budget"), noon);
  EXPECT_EQ(state_.number("SELECT count(*) FROM open_calls"), 0);
  EXPECT_EQ(state_.number("SELECT count(*) FROM call_ends"), 1);
  EXPECT_EQ(state_.value("SELECT outcome FROM run_ends"), "budget");
  EXPECT_TRUE(audit::verify(state_.db, witnesses_of(state_.folder)).good);
}

TEST_F(AuditBudget, AnUnknownPriceIsRefusedOnlyWhereThereIsABudget) {
  state_.recorder.start_run(a_run("run-1"));
  auto call = a_call("call-1");
  call.reserved.reset();
  try {
    state_.recorder.start_call(call, {a_limit(dollar)});
    ADD_FAILURE() << "admitted";
  } catch (const base::BudgetError& e) {
    EXPECT_NE(std::string(e.what()).find("main:m1"), std::string::npos) << e.what();
    EXPECT_FALSE(e.hint().empty());
  }
  EXPECT_EQ(state_.number("SELECT count(*) FROM calls"), 0);
  EXPECT_NO_THROW(state_.recorder.start_call(call, {}));
}

// A call that is open at midnight is paid after it: the new day must reckon with it.
TEST_F(AuditBudget, ACallOpenAtMidnightCannotMakeTheNewDayOverspend) {
  const auto today = a_limit(dollar);
  state_.recorder.start_run(a_run("run-1", midnight - Millis(10'000)));
  auto late = a_call("late", midnight - Millis(10'000));
  late.reserved = Usd{60 * cent.nano};
  state_.recorder.start_call(late, {a_limit(dollar, midnight - std::chrono::hours(24))});
  auto early = a_call("early", midnight + Millis(10'000));
  early.reserved = Usd{60 * cent.nano};
  try {
    state_.recorder.start_call(early, {today});
  } catch (const base::BudgetError&) {
    return;
  }
  for (const auto& id : {"late", "early"}) {
    auto outcome = an_outcome(id);
    outcome.cost = Usd{60 * cent.nano};
    state_.recorder.end_call(outcome, midnight + Millis(20'000));
  }
  state_.recorder.end_run(a_result(), midnight + Millis(20'000));
  EXPECT_LE(audit::spent(state_.db, today), today.most);
}

TEST(AuditBudgetRace, TwoProcessesCannotOverspend) {
  const int rounds = times(6, 200);
  for (int round = 0; round < rounds; ++round) {
    const TempDir dir;
    const std::string folder = dir.path().string();
    { State state(folder); }
    const auto admitted = run_roles({{"spend", folder, "0"}, {"spend", folder, "1"}}, folder);
    State state(folder);
    audit::Limit all;
    EXPECT_LE(audit::spent(state.db, all), spend_limit) << "round " << round;
    std::string answers;
    for (const auto& one : admitted) answers += one;
    const auto count = std::count(answers.begin(), answers.end(), 'y');
    EXPECT_EQ(count, state.number("SELECT count(*) FROM calls"));
    EXPECT_GE(count, spend_limit.nano / spend_each.nano);
    EXPECT_GT(std::count(answers.begin(), answers.end(), 'n'), 0);
    EXPECT_TRUE(audit::verify(state.db, {}).good);
  }
}

}  // namespace
}  // namespace openclaw::test
