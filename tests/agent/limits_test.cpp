// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "agent/house.h"

namespace openclaw::test {
namespace {

/// A permitted call that has no effect and is never twice the same.
llm::ToolCall reading(const House& house, int n) {
  return {"id" + std::to_string(n), "file_read",
          R"({"path":")" + house.dir.file("f" + std::to_string(n)) + "\"}"};
}

struct Limits : testing::Test {
  Limits() { house.grant("file_read", {{"path", House::under(house.dir.path().string())}}); }
  /// A model that never stops asking.
  void ask_for_ever() {
    house.model.then([this](const llm::Request&, const llm::CallContext&) {
      return using_tokens(calls({reading(house, n++)}), 500, 100);
    });
  }
  House house;
  int n = 0;
};

TEST_F(Limits, TurnsEndTheRun) {
  ask_for_ever();
  house.limits.turns = 5;
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(out.turns, 5);
  EXPECT_EQ(house.model.seen.size(), 5u);
  EXPECT_EQ(out.text, "");
}

TEST_F(Limits, ToolCallsAreCountedOverTheRun) {
  ask_for_ever();
  house.limits.turns = 50;
  house.limits.tool_calls = 6;
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(house.number("SELECT count(*) FROM tools WHERE decision='allow'"), 6);
}

TEST_F(Limits, CallsBeyondTheLimitInOneTurnAreRefused) {
  std::vector<llm::ToolCall> many;
  for (int i = 0; i < 9; ++i) many.push_back(reading(house, i));
  house.model.then(calls(many)).then(says("never heard"));
  house.limits.tool_calls = 4;
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(house.number("SELECT count(*) FROM tools"), 9);
  EXPECT_EQ(house.number("SELECT count(*) FROM tools WHERE decision='allow'"), 4);
  EXPECT_EQ(house.number("SELECT count(*) FROM tool_ends"), 4);
  EXPECT_EQ(house.model.seen.size(), 1u);
  EXPECT_EQ(results_in(out.messages.back()).size(), 9u) << "each call has its answer";
}

TEST_F(Limits, TokensAreCheckedBeforeTheRequest) {
  ask_for_ever();
  house.limits.tokens = 1000;  // 600 a turn: the second is over, the third is not made
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(house.model.seen.size(), 2u);
  EXPECT_EQ(out.usage.input_tokens, 1000);
  EXPECT_EQ(out.usage.output_tokens, 200);
}

TEST_F(Limits, TheDeadlineReachesTheProviderAndEndsTheRun) {
  house.limits.deadline = base::Millis(60);
  house.model.then([&](const llm::Request&, const llm::CallContext& context) {
    const auto until = base::boot_now() + context.deadline;
    while (base::boot_now() <= until) continue;
    return calls({reading(house, 1)});
  });
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  ASSERT_EQ(house.model.seen.size(), 1u);
  EXPECT_LE(house.model.deadlines[0].count(), 60);
}

TEST_F(Limits, TheSameCallThriceStops) {
  house.model.then(calls({reading(house, 1)}));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(out.turns, 3);
  EXPECT_LE(house.number("SELECT count(*) FROM tools WHERE decision='allow'"), 3);
}

TEST_F(Limits, TheSameCallThriceInOneTurnStops) {
  house.model.then(calls({reading(house, 1), reading(house, 1), reading(house, 1)}));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(out.turns, 1);
  EXPECT_EQ(results_in(out.messages.back()).size(), 3u);
}

TEST_F(Limits, TheSameToolWithOtherArgumentsGoesOn) {
  for (int i = 0; i < 5; ++i) house.model.then(calls({reading(house, i)}));
  house.model.then(says("the answer"));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "ok");
  EXPECT_EQ(out.text, "the answer");
  EXPECT_EQ(out.turns, 6);
}

TEST_F(Limits, ARefusalIsAnOutcomeAndItsCallsDoNotRun) {
  auto refusal = calls({reading(house, 1)}, "I will not.");
  refusal.reply.finish = llm::Finish::refused;
  refusal.reply.refusal = "policy";
  house.model.then(refusal);
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "refused");
  EXPECT_EQ(out.error, "policy");
  EXPECT_EQ(out.text, "I will not.");
  EXPECT_EQ(house.number("SELECT count(*) FROM tools"), 0);
  EXPECT_EQ(house.rows("SELECT outcome FROM call_ends"), std::vector<std::string>{"refused"});
}

TEST_F(Limits, APausedTurnIsSentAgainAsItIs) {
  house.model.then(says("half of", llm::Finish::paused)).then(says("it"));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "ok");
  ASSERT_EQ(house.model.seen.size(), 2u);
  const auto& second = house.model.seen[1].messages;
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[1].role, llm::Role::assistant);
  EXPECT_EQ(llm::text_of(second[1]), "half of");
}

TEST_F(Limits, PausingForEverIsBounded) {
  house.model.then(says("…", llm::Finish::paused));
  EXPECT_EQ(house.run().outcome, "limit");
  EXPECT_EQ(static_cast<int>(house.model.seen.size()), house.limits.turns);
}

TEST_F(Limits, ACutAnswerIsALimitWithItsText) {
  house.model.then(says("the beginning of", llm::Finish::length));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "limit");
  EXPECT_EQ(out.text, "the beginning of");
}

TEST_F(Limits, NoToolRunsFromACutTurn) {
  write(house.dir.file("f1"), "text");
  auto cut = calls({reading(house, 1)}, "let me look");
  cut.reply.finish = llm::Finish::length;
  house.model.then(cut).then(says("the answer"));
  const auto out = house.run();
  EXPECT_EQ(house.number("SELECT count(*) FROM tools WHERE decision<>'deny'"), 0);
  EXPECT_EQ(house.number("SELECT count(*) FROM tool_ends"), 0);
  EXPECT_EQ(out.outcome, "limit");
}

TEST_F(Limits, NoToolRunsFromABrokenStream) {
  auto broken = calls({reading(house, 1)}, "let me look");
  broken.fault = llm::Fault{"stream_truncated", "cut", true, false, {}};
  house.model.then(broken).then(says("the answer"));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "unavailable");
  EXPECT_EQ(house.number("SELECT count(*) FROM tools"), 0);
  EXPECT_EQ(house.rows("SELECT outcome FROM call_ends"), std::vector<std::string>{"truncated"});
  EXPECT_EQ(house.model.seen.size(), 1u) << "content came, so nothing is tried again";
}

TEST_F(Limits, AStopDuringTheModelsTurnCancels) {
  house.model.then([&](const llm::Request&, const llm::CallContext&) {
    house.stop.request();
    return fails("cancelled", false);
  });
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "cancelled");
  EXPECT_EQ(house.rows("SELECT outcome FROM call_ends"), std::vector<std::string>{"cancelled"});
  EXPECT_EQ(house.number("SELECT count(*) FROM open_calls"), 0);
}

TEST_F(Limits, AStopBetweenTwoToolsRunsNoFurtherOne) {
  house.policy.groups["g"][0].confirm = true;
  int asked = 0;
  house.asker = [&](const tools::Question&) { return ++asked > 0; };
  house.model.then([&](const llm::Request&, const llm::CallContext&) {
    house.stop.request();
    return calls({reading(house, 1), reading(house, 2)});
  });
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "cancelled");
  EXPECT_EQ(house.model.seen.size(), 1u);
  EXPECT_LE(house.number("SELECT count(*) FROM tool_ends"), 1);
}

TEST_F(Limits, WithoutAModelItIsUnavailable) {
  house.candidates.clear();
  EXPECT_EQ(house.run().outcome, "unavailable");
}

}  // namespace
}  // namespace openclaw::test
