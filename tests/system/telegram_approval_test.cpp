// SPDX-License-Identifier: MIT
// A dangerous tool asks first: who may say yes, to what, and how often.
#include "system/chatter.h"

namespace openclaw::test {
namespace {

using json::Value;

struct Approval : Chatter {};

TEST_F(Approval, ADangerousToolAsksFirstAndRunsOnceAfterYes) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  ASSERT_TRUE(told(me).starts_with("Run command_mark?")) << told(me);
  EXPECT_NE(told(me).find("asked"), std::string::npos) << "the arguments are shown";
  EXPECT_EQ(effects("asked"), 0U);
  ASSERT_TRUE(telegram.press(me, telegram.shown(me)[0].id, me, "✓"));
  EXPECT_TRUE(told(me, 2).starts_with("result: ")) << told(me, 2);
  EXPECT_TRUE(settles());
  EXPECT_TRUE(telegram.shown(me)[0].text.starts_with("✓ me, ")) << telegram.shown(me)[0].text;
  EXPECT_TRUE(telegram.shown(me)[0].buttons.is_null()) << "nothing left to press";
  EXPECT_EQ(effects("asked"), 1U);
  EXPECT_EQ(talker.answered(), 2) << "the stored turn is not asked for again";
}

TEST_F(Approval, NoIsNo) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  told(me);
  ASSERT_TRUE(telegram.press(me, telegram.shown(me)[0].id, me, "✗"));
  EXPECT_EQ(told(me, 2), "result: The person said no.");
  EXPECT_EQ(effects("asked"), 0U);
}

TEST_F(Approval, AQuestionSurvivesARestart) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  told(me);
  kill();
  ASSERT_TRUE(telegram.press(me, telegram.shown(me)[0].id, me, "✓"));
  start();
  EXPECT_TRUE(told(me, 2).starts_with("result: "));
  EXPECT_EQ(effects("asked"), 1U);
}

TEST_F(Approval, AYesIsForWhoWasAskedAndForOneUse) {
  start();
  telegram.say(family, eva, R"(@ops_bot hello)");
  told(family, 1);
  telegram.say(family, me, R"(@ops_bot hello)");
  told(family, 2);
  // What is said names the bot, so the model is asked with that; a reply to it needs no name.
  const int ours = telegram.shown(family)[0].id;
  telegram.say(family, eva, R"(call command_mark {"name":"asked"})",
               Value::object({{"reply_to_message", Value::object({{"message_id", ours}})}}));
  told(family, 3);
  const auto question = telegram.shown(family).back();
  ASSERT_TRUE(question.buttons.is_object()) << question.text;
  telegram.press(family, question.id, me, "✓");
  ASSERT_TRUE(comes_true([&] { return !telegram.press_answers().empty(); }));
  EXPECT_EQ(telegram.press_answers().begin()->second, "This question is for somebody else.");
  EXPECT_EQ(effects("asked"), 0U);
  telegram.press(family, question.id, eva, "✓");
  telegram.press(family, question.id, eva, "✓");
  ASSERT_TRUE(comes_true([&] { return telegram.press_answers().size() == 3; }));
  EXPECT_TRUE(settles());
  EXPECT_EQ(effects("asked"), 1U);
}

TEST_F(Approval, OneYesIsForOneOfTwoEqualCalls) {
  start();
  telegram.say(me, me, R"(twice command_mark {"name":"asked"})");
  told(me);
  ASSERT_TRUE(telegram.press(me, telegram.shown(me)[0].id, me, "✓"));
  EXPECT_NE(told(me, 2).find("One yes is for one call"), std::string::npos) << told(me, 2);
  EXPECT_EQ(effects("asked"), 1U);
}

TEST_F(Approval, AQuestionShowsNoPrivateTextWhereNoneMayBe) {
  replace("\"telegram\": 12345, \"private_text\": true", "\"telegram\": 12345");
  start();
  telegram.say(me, me,
               "chain file_read {\"path\":\"" + dir_.file("notes.txt") +
                   R"("} ;; command_mark {"name":"asked"})");
  EXPECT_NE(told(me).find("private text"), std::string::npos) << told(me);
  EXPECT_TRUE(telegram.shown(me)[0].buttons.is_null());
  EXPECT_EQ(rows("SELECT 1 FROM approvals").size(), 0U);
}

TEST_F(Approval, AYesForAnotherProgramIsNoYes) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  told(me);
  kill();
  ASSERT_TRUE(telegram.press(me, telegram.shown(me)[0].id, me, "✓"));
  replace("\"/usr/bin/mktemp\", ", "\"/usr/bin/mktemp\", \"-q\", ");
  start();
  EXPECT_TRUE(told(me, 2).starts_with("Run command_mark?")) << told(me, 2);
  EXPECT_EQ(effects("asked"), 0U);
}

TEST_F(Approval, WhatWasSaidWhileAQuestionWasOpenStaysInTheConversation) {
  start();
  telegram.say(me, me, "say first.");
  told(me);
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  told(me, 2);
  telegram.say(me, me, "say meanwhile.");
  EXPECT_EQ(told(me, 3), "meanwhile.");
  ASSERT_TRUE(telegram.press(me, telegram.shown(me)[1].id, me, "✓"));
  told(me, 4);
  telegram.say(me, me, "context");
  const auto context = told(me, 5);
  std::size_t at = 0;
  for (const auto* words : {"first.", "meanwhile.", "call command_mark", "[user] context"}) {
    at = context.find(words, at);
    ASSERT_NE(at, std::string::npos) << words << " is not in its place:\n" << context;
  }
  EXPECT_EQ(context.find("say first."), context.rfind("say first.")) << context;
}

TEST_F(Approval, WhatWasForgottenWhileAQuestionWasOpenDoesNotComeBack) {
  start();
  telegram.say(me, me, "say first.");
  told(me);
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  told(me, 2);
  telegram.say(me, me, "/forget");
  told(me, 3);
  telegram.press(me, telegram.shown(me)[1].id, me, "✓");
  EXPECT_TRUE(settles());
  const auto before = telegram.shown(me).size();
  telegram.say(me, me, "context");
  EXPECT_EQ(told(me, before + 1).find("say first."), std::string::npos) << told(me, before + 1);
}

TEST_F(Approval, CancelReachesAQuestion) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  told(me);
  telegram.say(me, me, "/cancel");
  EXPECT_EQ(told(me, 2), "Stopped.");
  EXPECT_TRUE(settles());
  EXPECT_TRUE(telegram.shown(me)[0].text.starts_with("✗ Cancelled")) << telegram.shown(me)[0].text;
  EXPECT_EQ(effects("asked"), 0U);
}

}  // namespace
}  // namespace openclaw::test
