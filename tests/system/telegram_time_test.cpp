// SPDX-License-Identifier: MIT
// What a person sees while an answer takes its time.
#include "system/chatter.h"

namespace openclaw::test {
namespace {

constexpr std::int64_t second = 1000;

struct Time : Chatter {
  /// So much time passes, and the sender has looked at all that is under way since.
  void pass_and_look(std::int64_t ms) {
    pass(ms);
    telegram.say(eva, eva, "/whoami");
    ASSERT_NE(told(eva, ++looks_).find("eva"), std::string::npos) << told(eva, looks_);
  }
  Time() {
    replace(R"("family": {)", R"("eva": { "telegram": 67890, "allow": [
      {"who": ["eva"], "agents": ["ops"], "groups": "all"} ] }, "family": {)");
  }
  std::size_t looks_ = 0;
};

TEST_F(Time, WhoWaitsLongIsToldOnceSilentlyAndTheAnswerRings) {
  start();
  telegram.say(me, me, "please wait");
  ASSERT_TRUE(comes_true([&] { return telegram.count("sendChatAction") > 0; }));
  pass_and_look(100 * second);
  for (const auto& early : telegram.shown(me)) ADD_FAILURE() << "too early: " << early.text;
  pass(15 * second);
  ASSERT_EQ(told(me), "Still at it.") << "within 120 seconds";
  EXPECT_TRUE(telegram.shown(me)[0].silent);
  pass_and_look(60 * second);
  EXPECT_EQ(telegram.shown(me).size(), 1U) << "one note, however long it takes";
  talker.release();
  EXPECT_EQ(told(me, 2), "you said: please wait");
  EXPECT_FALSE(telegram.shown(me)[1].silent);
  EXPECT_TRUE(comes_true([&] { return telegram.shown(me)[0].text == "Done."; }));
  EXPECT_TRUE(settles());
  EXPECT_EQ(telegram.shown(me).size(), 2U);
}

TEST_F(Time, AQuestionThatNobodyAnswersEndsAfterTenMinutes) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  ASSERT_TRUE(told(me).starts_with("Run command_mark?")) << told(me);
  const auto question = telegram.shown(me)[0];
  pass(590 * second);
  telegram.say(me, me, "/whoami");
  told(me, 2);
  EXPECT_TRUE(telegram.shown(me)[0].buttons.is_object()) << "ten minutes are not over";
  pass(20 * second);
  EXPECT_EQ(told(me, 3), "result: Nobody answered the question in time.");
  ASSERT_TRUE(comes_true([&] { return telegram.shown(me)[0].text.starts_with("✗"); }));
  EXPECT_EQ(telegram.shown(me)[0].text, "✗ Nobody answered in time: command_mark");
  EXPECT_TRUE(telegram.shown(me)[0].buttons.is_null());
  // A phone that was offline still shows the button.
  telegram.push(json::Value::object(
      {{"update_id", 9900001},
       {"callback_query",
        json::Value::object(
            {{"id", "late"},
             {"from", json::Value::object({{"id", me}, {"is_bot", false}})},
             {"chat_instance", "1"},
             {"data", question.buttons["inline_keyboard"].items()[0].items()[0]["callback_data"]},
             {"message",
              json::Value::object(
                  {{"message_id", question.id},
                   {"date", 1},
                   {"chat", json::Value::object({{"id", me}, {"type", "private"}})}})}})}}));
  ASSERT_TRUE(comes_true([&] { return telegram.press_answers().contains("late"); }));
  EXPECT_TRUE(settles());
  EXPECT_EQ(effects("asked"), 0U);
}

TEST_F(Time, AYesThatCameInTimeCountsAlsoWhenItIsTakenUpLate) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"asked"})");
  told(me);
  pass(590 * second);
  ASSERT_TRUE(telegram.press(me, telegram.shown(me)[0].id, me, "✓"));
  EXPECT_TRUE(told(me, 2).starts_with("result: ")) << told(me, 2);
  EXPECT_EQ(effects("asked"), 1U);
}

TEST_F(Time, APreviewIsShownWhileItIsWrittenAndTheAnswerComesOnce) {
  replace(R"("private_text": true, "allow")", R"("private_text": true, "preview": true, "allow")");
  start();
  telegram.say(me, me, "say slowly, see https://example.org/here and more");
  ASSERT_TRUE(comes_true([&] { return !telegram.drafts(me).empty(); }));
  const auto draft = telegram.drafts(me)[0];
  EXPECT_TRUE(draft.starts_with("slowly, see hxxps://")) << "no address is alive: " << draft;
  EXPECT_EQ(draft.find("more"), std::string::npos) << draft;
  EXPECT_TRUE(telegram.shown(me).empty());
  talker.release();
  EXPECT_EQ(told(me), "slowly, see https://example.org/here and more");
  EXPECT_TRUE(settles());
  EXPECT_EQ(telegram.shown(me).size(), 1U);
  EXPECT_TRUE(telegram.shown(me)[0].before.empty()) << "it rang whole";
  const auto calls = telegram.calls();
  const auto last = [&](const std::string& method) {
    return std::find(calls.rbegin(), calls.rend(), method) - calls.rbegin();
  };
  EXPECT_GT(last("sendMessageDraft"), last("sendMessage")) << "no preview after the answer";
}

TEST_F(Time, NoPreviewWhereNoneIsWantedOrWherePrivateTextMayNotBe) {
  replace(R"("private_text": true, "allow")", R"("preview": true, "allow")");
  start();
  telegram.say(me, me, "call file_read {\"path\":\"" + dir_.file("notes.txt") + "\"}\nslowly");
  // The first turn only calls; the second one tells what the file says, and hangs in the middle.
  telegram.say(family, eva, "@ops_bot say slowly, hello there");
  ASSERT_TRUE(comes_true([&] { return talker.asked() == 3 && talker.answered() == 1; }))
      << talker.asked();
  for (int i = 0; i < 3; ++i) pass_and_look(5 * second);
  EXPECT_TRUE(telegram.drafts(me).empty()) << telegram.drafts(me)[0];
  EXPECT_TRUE(telegram.drafts(family).empty());
  talker.release();
  EXPECT_NE(told(me).find("private text"), std::string::npos) << told(me);
  EXPECT_NE(told(family).find("hello there"), std::string::npos) << told(family);
}

TEST_F(Time, AJobDoesNotKeepTheOthersWaiting) {
  add_chats(70000, 1);
  start();
  write(dir_.file("review.md"), "Review my promises, and wait.\n");
  telegram.say(me, me, "/job review");
  ASSERT_TRUE(comes_true([&] { return !rows("SELECT 1 FROM inbox WHERE state='job'").empty(); }));
  telegram.say(me, me, "say first");
  EXPECT_EQ(told(me), "first") << "the same chat goes on beside its job";
  telegram.say(70000, me, "say second");
  EXPECT_EQ(told(70000), "second");
  talker.release();
  EXPECT_TRUE(comes_true(
      [&] {
        for (const auto& shown : telegram.shown(me))
          if (shown.text == "The job review has run.") return true;
        return false;
      },
      30));
}

TEST_F(Time, AJobThatWasInterruptedIsNotBegunAgainAndThatIsSaid) {
  start();
  write(dir_.file("review.md"), "Review my promises, and wait.\n");
  telegram.say(me, me, "/job review");
  ASSERT_TRUE(comes_true([&] { return !rows("SELECT 1 FROM inbox WHERE state='job'").empty(); }));
  kill();
  start();
  EXPECT_NE(told(me).find("it was not begun again"), std::string::npos) << told(me);
  talker.release();
  EXPECT_TRUE(settles());
}

}  // namespace
}  // namespace openclaw::test
