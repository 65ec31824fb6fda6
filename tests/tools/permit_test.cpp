// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tools/room.h"

namespace openclaw::test {
namespace {

using json::Value;

struct Permits : testing::Test {
  Permits() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    room.grant("clock");
    room.grant("file_read", {{"path", under({room.dir.path().string()})}});
  }
  policy::Permit permit(const std::string& run = "run") {
    auto answer = policy::Authority::authorize(
        room.policy, {{"shell", "me", ""}, "ops", "file_read", args, {}}, run, false);
    EXPECT_TRUE(answer.permit);
    return *std::move(answer.permit);
  }
  Room room;
  Value args = Value::object({{"path", room.dir.file("x")}});
};
using PermitDeathTest = Permits;

constexpr const char* words = "a permit was used for another call";

TEST_F(PermitDeathTest, OtherArgumentsAbort) {
  auto mine = permit();
  EXPECT_DEATH(mine.spend("file_read", Value::object({{"path", "/etc/shadow"}}), "run"), words);
  EXPECT_DEATH(mine.spend("file_read", Value::object(), "run"), words);
  auto more = args;
  more.set("offset", 1);
  EXPECT_DEATH(mine.spend("file_read", more, "run"), words);
}

TEST_F(PermitDeathTest, AnotherToolOrRunAborts) {
  auto mine = permit();
  EXPECT_DEATH(mine.spend("file_list", args, "run"), words);
  EXPECT_DEATH(mine.spend("file_read", args, "another run"), words);
}

TEST_F(PermitDeathTest, ASecondUseAborts) {
  auto mine = permit();
  EXPECT_FALSE(mine.spend("file_read", args, "run").roots.empty());
  EXPECT_DEATH(mine.spend("file_read", args, "run"), words);
}

TEST_F(PermitDeathTest, WhatWasMovedFromIsUsedUp) {
  auto mine = permit();
  auto yours = std::move(mine);
  EXPECT_DEATH(mine.spend("file_read", args, "run"), words);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(yours.spend("file_read", args, "run").verdict, policy::Verdict::allow);
}

TEST_F(PermitDeathTest, ABodyRefusesAPermitOfOtherArguments) {
  const auto& body = room.catalogue.find("file_read")->body;
  const tools::Context context{*room.http, nullptr, room.now, room.zone, room.timeout, 1000};
  EXPECT_DEATH(body(permit(), Value::object({{"path", "/etc/shadow"}}), "run", context), words);
  EXPECT_DEATH(body(permit("another run"), args, "run", context), words);
  const auto& other = room.catalogue.find("file_list")->body;
  EXPECT_DEATH(other(permit(), args, "run", context), words);
}

TEST_F(Permits, TheOrderOfArgumentsDoesNotMatter) {
  const auto one = Value::object({{"a", 1}, {"b", 2}});
  room.policy.groups["g"][0].other_args = true;
  auto answer = policy::Authority::authorize(
      room.policy, {{"shell", "me", ""}, "ops", "clock", one, {}}, "run", false);
  ASSERT_TRUE(answer.permit);
  answer.permit->spend("clock", Value::object({{"b", 2}, {"a", 1}}), "run");
}

TEST_F(Permits, ThereIsNoneForADenialOrAnUnansweredQuestion) {
  const auto ask = [&](bool confirmed) {
    return policy::Authority::authorize(room.policy,
                                        {{"shell", "me", ""}, "ops", "clock", Value::object(), {}},
                                        "run", confirmed)
        .permit.has_value();
  };
  EXPECT_TRUE(ask(false));
  room.policy.groups["g"][0].confirm = true;
  EXPECT_FALSE(ask(false));
  EXPECT_TRUE(ask(true));
  room.policy.agents["ops"].deny = {"clo*"};
  EXPECT_FALSE(ask(true)) << "a confirmation does not undo a denial";
}

TEST_F(Permits, AGateThatNarrowsGivesNone) {
  tools::Gate gate(room.policy, room.catalogue, {"shell", "me", ""}, "ops", "run", {});
  EXPECT_TRUE(gate.decide("clock", "{}", {}).permit);
  gate.narrow({"file_read"});
  EXPECT_FALSE(gate.decide("clock", "{}", {}).permit);
  gate.narrow({});
  EXPECT_TRUE(gate.visible({}).empty());
}

TEST_F(Permits, ArgumentsAreReadOnceAndStrictly) {
  const std::string path = room.dir.file("x");
  for (const std::string& text : std::vector<std::string>{
           std::string("{\"path\":\"" + path + "\",\"path\":\"" + path + "\"}"),
           "{\"path\":\"" + path + "\",\"\\u0070ath\":\"/etc/shadow\"}", std::string("[]"),
           std::string("null"), std::string("7"), "\"" + path + "\"",
           "{\"path\":\"" + path + "\"} x", "{'path':'" + path + "'}",
           "{\"path\":\"" + path + "\",}", "// c\n{\"path\":\"" + path + "\"}",
           "{\"path\":\"" + path + "\"}" + std::string(1, '\0'), std::string(300000, ' ') + "{}",
           std::string(100000, '['),
           "{\"path\":" + std::string(40, '[') + std::string(40, ']') + "}",
           "{\"path\":\"" + path + "\",\"more\":1}", std::string("{\"path\":{\"eq\":\"x\"}}"),
           "\xEF\xBB\xBF{\"path\":\"" + path + "\"}x", std::string("{\"path\":\"\\uD800\"}")}) {
    const auto decided = room.decide("file_read", text);
    EXPECT_FALSE(decided.permit) << text.substr(0, 200);
    EXPECT_FALSE(decided.told.empty());
    EXPECT_LT(decided.told.size(), 2000u);
  }
  EXPECT_TRUE(room.decide("file_read", "{\"path\":\"" + path + "\"}").permit);
}

}  // namespace
}  // namespace openclaw::test
