// SPDX-License-Identifier: MIT
// The listener as a whole: a person's message in, one good answer out.
#include "base/text.h"
#include "system/chatter.h"

namespace openclaw::test {
namespace {

using json::Value;

TEST_F(Chatter, AMessageGetsOneAnswer) {
  start();
  telegram.say(me, me, "hello there");
  EXPECT_EQ(told(me), "you said: hello there");
  EXPECT_TRUE(settles());
  EXPECT_EQ(telegram.shown(me).size(), 1U);
  EXPECT_EQ(rows("SELECT \"trigger\", place, person FROM runs"),
            std::vector<std::string>{"telegram|phone|me"});
  EXPECT_EQ(stop(), 0);
}

TEST_F(Chatter, AConversationGoesOnUntilNew) {
  start();
  telegram.say(me, me, "the word is mango");
  told(me, 1);
  telegram.say(me, me, "context");
  EXPECT_NE(told(me, 2).find("the word is mango"), std::string::npos);
  telegram.say(me, me, "/new");
  EXPECT_EQ(told(me, 3), "A new conversation.");
  telegram.say(me, me, "context");
  EXPECT_EQ(told(me, 4).find("mango"), std::string::npos);
}

TEST_F(Chatter, AReplyGoesOnWithTheConversationItBelongsTo) {
  start();
  telegram.say(me, me, "the word is mango");
  told(me, 1);
  const int first = telegram.shown(me)[0].id;
  telegram.say(me, me, "/new");
  told(me, 2);
  telegram.say(me, me, "context",
               Value::object({{"reply_to_message", Value::object({{"message_id", first}})}}));
  EXPECT_NE(told(me, 3).find("the word is mango"), std::string::npos);
}

TEST_F(Chatter, AToolThatIsGrantedRuns) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"free"})");
  EXPECT_TRUE(told(me).starts_with("result: ")) << told(me);
  EXPECT_EQ(effects("free"), 1U);
}

TEST_F(Chatter, AToolThatIsNotGrantedDoesNot) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"other"})");
  EXPECT_EQ(told(me), "result: That is not permitted here.");
  EXPECT_EQ(effects("other"), 0U);
}

TEST_F(Chatter, NewMeanwhileHasTheLastWord) {
  start();
  telegram.say(me, me, "wait mango");
  ASSERT_TRUE(comes_true([&] { return !talker.last().empty(); }));
  telegram.say(me, me, "/new");
  told(me, 1);
  talker.release();
  told(me, 2);
  telegram.say(me, me, "context");
  EXPECT_EQ(told(me, 3).find("mango"), std::string::npos) << told(me, 3);
}

TEST_F(Chatter, APlaceThatIsGoneDoesNotStopTheOthers) {
  telegram.say(family, me, "@ops_bot wait");
  start();
  ASSERT_TRUE(comes_true([&] { return !talker.last().empty(); }));
  kill();
  replace("\"family\": {", "\"other\": {");
  talker.release();
  start();
  telegram.say(me, me, "still there?");
  EXPECT_EQ(told(me), "you said: still there?");
  EXPECT_EQ(rows("SELECT state FROM inbox WHERE place='family'"),
            std::vector<std::string>{"failed"});
}

TEST_F(Chatter, SendNeedsNoTokenWhereAListenerHasIt) {
  replace("{\"file\": \"" + dir_.file("token") + "\"}", "{\"env\": \"BOT\"}");
  house_.environment()["BOT"] = BotApiServer::token;
  telegram.say(me, me, "/whoami");
  start();
  told(me);
  house_.environment().erase("BOT");
  write(dir_.file("text"), "backup failed\n");
  const auto sent = house_.run({"send", "phone"}, dir_.file("text"));
  EXPECT_EQ(sent.code, 0) << sent.err;
  EXPECT_EQ(told(me, 2), "backup failed");
}

TEST_F(Chatter, StrangersAreDroppedSilently) {
  start();
  telegram.say(stranger, stranger, "hello");
  telegram.say(me, stranger, "hello");
  telegram.say(family, stranger, "@ops_bot hello");
  telegram.say(me, me, "and I");
  EXPECT_EQ(told(me), "you said: and I");
  EXPECT_TRUE(settles());
  EXPECT_TRUE(telegram.shown(stranger).empty());
  EXPECT_TRUE(telegram.shown(family).empty());
  EXPECT_EQ(telegram.shown(me).size(), 1U);
  EXPECT_EQ(talker.answered(), 1);
  EXPECT_EQ(rows("SELECT count(*) FROM notes WHERE kind='refused sender'"),
            std::vector<std::string>{"1"});
}

TEST_F(Chatter, CheckNextShowsWhoWasRefusedWithTheLinesThatLetThemIn) {
  start();
  telegram.say(stranger, stranger, "hello");
  EXPECT_TRUE(settles());
  ASSERT_TRUE(
      comes_true([&] { return !rows("SELECT 1 FROM notes WHERE kind='refused sender'").empty(); }));
  const auto next = house_.run({"check", "--next"});
  EXPECT_NE(next.out.find("666 wrote to the bot in 666"), std::string::npos) << next.out;
  EXPECT_NE(next.out.find(R"("telegram": 666)"), std::string::npos) << next.out;
}

TEST_F(Chatter, AForwardIsSomebodyElsesText) {
  start();
  telegram.say(me, me, R"(call command_mark {"name":"free"})",
               Value::object({{"forward_origin", Value::object({{"type", "hidden_user"}})}}));
  const auto answer = told(me);
  EXPECT_EQ(effects("free"), 0U);
  EXPECT_NE(answer.find("<quoted>"), std::string::npos) << answer;
}

TEST_F(Chatter, PrivateTextStaysOutOfAChatThatIsNotDeclaredForIt) {
  replace("\"telegram\": 12345, \"private_text\": true", "\"telegram\": 12345");
  start();
  telegram.say(me, me, "call file_read {\"path\":\"" + dir_.file("notes.txt") + "\"}");
  EXPECT_EQ(told(me).find("the note"), std::string::npos);
  EXPECT_NE(told(me).find("private text"), std::string::npos) << told(me);
}

TEST_F(Chatter, CommandsAnswerAtOnceAndCostNothing) {
  start();
  telegram.say(me, me, "/help");
  EXPECT_NE(told(me).find("/remind"), std::string::npos);
  telegram.say(me, me, "/whoami@ops_bot");
  EXPECT_EQ(told(me, 2), "You are me in phone. ops answers.");
  telegram.say(me, me, "/agent reader");
  EXPECT_TRUE(told(me, 3).starts_with("reader answers from now on"));
  telegram.say(me, me, "/agent coder");
  EXPECT_EQ(told(me, 4), "You reach no agent coder here.");
  telegram.say(me, me, "/jobs");
  EXPECT_NE(told(me, 5).find("review"), std::string::npos);
  telegram.say(me, me, "/nonsense");
  EXPECT_NE(told(me, 6).find("no command"), std::string::npos);
  EXPECT_EQ(talker.answered(), 0);
}

TEST_F(Chatter, CancelStopsWhatIsBeingAnswered) {
  start();
  telegram.say(me, me, "wait for it");
  ASSERT_TRUE(comes_true([&] { return !talker.last().empty(); }));
  telegram.say(me, me, "/cancel");
  EXPECT_TRUE(told(me).find("top") != std::string::npos) << told(me);
  talker.release();
  EXPECT_TRUE(settles());
  EXPECT_EQ(telegram.shown(me).size(), 1U);
  EXPECT_EQ(rows("SELECT state FROM inbox WHERE remote_id='1'"),
            std::vector<std::string>{"cancelled"});
}

TEST_F(Chatter, ABurstIsOneTurn) {
  telegram.say(me, me, "wait");
  start();
  ASSERT_TRUE(comes_true([&] { return !talker.last().empty(); }));
  telegram.say(me, me, "one");
  telegram.say(me, me, "two");
  telegram.say(me, me, "three");
  ASSERT_TRUE(comes_true([&] { return rows("SELECT 1 FROM inbox").size() == 4; }));
  talker.release();
  EXPECT_TRUE(settles());
  EXPECT_EQ(talker.answered(), 2);
  EXPECT_EQ(telegram.shown(me).back().text, "you said: one\ntwo\nthree");
}

TEST_F(Chatter, AnEditReplacesAMessageThatStillWaits) {
  const int id = telegram.say(me, me, "wrong");
  telegram.edit(me, id, "right");
  start();
  EXPECT_TRUE(settles());
  EXPECT_EQ(told(me), "you said: right");
  telegram.edit(me, id, "once more");
  telegram.say(me, me, "next");
  told(me, 2);
  EXPECT_TRUE(settles());
  EXPECT_EQ(talker.answered(), 2) << "an answered one is not run again";
}

TEST_F(Chatter, UpdatesThatComeAgainAreAnsweredOnce) {
  start();
  const int id = telegram.say(me, me, "hello");
  told(me);
  for (int i = 0; i < 3; ++i)
    telegram.push(Value::object(
        {{"message", Value::object({{"message_id", id},
                                    {"from", Value::object({{"id", me}, {"is_bot", false}})},
                                    {"chat", Value::object({{"id", me}, {"type", "private"}})},
                                    {"date", 1},
                                    {"text", "hello"}})}}));
  EXPECT_TRUE(settles());
  telegram.reseed(5);  // as after a week of silence: ids jump down
  telegram.say(me, me, "after the jump");
  EXPECT_EQ(told(me, 2), "you said: after the jump");
  EXPECT_TRUE(settles());
  EXPECT_EQ(telegram.shown(me).size(), 2U);
}

TEST_F(Chatter, AStopLetsARunFinishAndARestartTakesUpWhatIsLeft) {
  start();
  telegram.say(me, me, "wait");
  ASSERT_TRUE(comes_true([&] { return !talker.last().empty(); }));
  EXPECT_EQ(stop(), 0);
  EXPECT_TRUE(telegram.shown(me).empty());
  talker.release();
  start();
  EXPECT_EQ(told(me), "you said: wait");
}

TEST_F(Chatter, ASecondListenerIsTurnedAway) {
  start();
  const auto second = house_.run({"listen-telegram"});
  EXPECT_EQ(second.code, 75);
  EXPECT_NE(second.err.find("another process owns this bot"), std::string::npos) << second.err;
}

TEST_F(Chatter, AWebhookOfAnotherProgramIsRemovedWithoutLosingMessages) {
  telegram.webhook = true;
  telegram.say(me, me, "hello");
  start();
  EXPECT_EQ(told(me), "you said: hello");
}

TEST_F(Chatter, AnUnknownGroupIsLeft) {
  start();
  telegram.push(Value::object(
      {{"my_chat_member",
        Value::object({{"chat", Value::object({{"id", -555}, {"type", "group"}})},
                       {"from", Value::object({{"id", stranger}})},
                       {"new_chat_member", Value::object({{"status", "member"}})}})}}));
  EXPECT_TRUE(comes_true([&] { return telegram.left_chats().size() == 1; }));
}

TEST_F(Chatter, AReplyToABriefingIsAConversationAboutIt) {
  telegram.say(me, me, "/whoami");
  start();
  told(me, 1);
  const auto job = house_.run({"run-job", "review", "--deliver", "--no-model"});
  EXPECT_EQ(job.code, 0) << job.err;
  const auto briefing = told(me, 2);
  EXPECT_NE(briefing.find("tax form"), std::string::npos) << briefing;
  telegram.say(me, me, "context",
               Value::object({{"reply_to_message",
                               Value::object({{"message_id", telegram.shown(me)[1].id}})}}));
  const auto answer = told(me, 3);
  EXPECT_NE(answer.find("tax form"), std::string::npos) << answer;
  EXPECT_NE(answer.find("<facts>"), std::string::npos) << "its facts too";
}

TEST_F(Chatter, AReplyToABriefingShowsTheModelNoMoreThanItsSourcesAllow) {
  write(dir_.file("cal.ics"),
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        "DTSTART:20200101T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Dentist\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n");
  replace("\"sources\": {", "\"sources\": { \"cal\": { \"kind\": \"ics\", \"path\": \"" +
                                dir_.file("cal.ics") + "\", \"to_model\": \"times\" },");
  replace("\"gather\": [ {", "\"gather\": [ {\"from\": \"cal\", \"days\": 1}, {");
  telegram.say(me, me, "/whoami");
  start();
  told(me, 1);
  EXPECT_EQ(house_.run({"run-job", "review", "--deliver", "--no-model"}).code, 0);
  ASSERT_NE(told(me, 2).find("Dentist"), std::string::npos) << told(me, 2);
  telegram.say(me, me, "context",
               Value::object({{"reply_to_message",
                               Value::object({{"message_id", telegram.shown(me)[1].id}})}}));
  told(me, 3);
  EXPECT_EQ(talker.last().find("Dentist"), std::string::npos) << talker.last();
  EXPECT_NE(talker.last().find("tax form"), std::string::npos) << talker.last();
}

TEST_F(Chatter, WithoutAListenerAJobSendsItself) {
  telegram.say(me, me, "hello");  // the chat exists
  const auto job = house_.run({"run-job", "review", "--deliver", "--no-model"});
  EXPECT_EQ(job.code, 0) << job.err;
  EXPECT_EQ(telegram.shown(me).size(), 1U);
}

TEST_F(Chatter, SendPutsItInTheChat) {
  telegram.say(me, me, "hello");
  write(dir_.file("text"), "backup failed\n");
  const auto sent = house_.run({"send", "phone"}, dir_.file("text"));
  EXPECT_EQ(sent.code, 0) << sent.err;
  ASSERT_EQ(telegram.shown(me).size(), 1U);
  EXPECT_EQ(telegram.shown(me)[0].text, "backup failed");
}

TEST_F(Chatter, AJobCanBeRunFromTheChat) {
  start();
  telegram.say(me, me, "/job review");
  EXPECT_TRUE(settles());
  const auto shown = telegram.shown(me);
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[1].text, "The job review has run.") << log();
  telegram.say(me, me, "/job other");
  EXPECT_TRUE(told(me, 3).starts_with("You reach no job"));
}

TEST_F(Chatter, AFloodIsWaitedForAndTheOrderStays) {
  start();
  telegram.floods = 1;
  telegram.say(me, me, "/whoami");
  telegram.say(me, me, "/help");
  EXPECT_TRUE(told(me, 1).starts_with("You are me")) << told(me, 1);
  EXPECT_NE(told(me, 2).find("/remind"), std::string::npos) << told(me, 2);
}

TEST_F(Chatter, ARemindersTimeComes) {
  start();
  telegram.say(me, me, "/remind 1s stretch");
  EXPECT_TRUE(told(me).starts_with("I will remind you on ")) << told(me);
  EXPECT_EQ(told(me, 2), "⏰ stretch");
}

TEST_F(Chatter, AReminderIsNotSentEarlyByARecovery) {
  start();
  telegram.say(me, me, "/remind 2h stretch");
  told(me);
  EXPECT_EQ(house_.run({"run-job", "--recover"}).code, 0);
  stop();
  EXPECT_EQ(house_.run({"run-job", "--recover"}).code, 0);
  EXPECT_EQ(telegram.shown(me).size(), 1U);
}

TEST_F(Chatter, AcknowledgingIsForJobsOneReachesAndShowsNoPrivateTitle) {
  telegram.say(me, me, "hello");
  ASSERT_EQ(house_.run({"run-job", "review", "--deliver", "--no-model"}).code, 0);
  const auto id = rows("SELECT short FROM told").at(0);
  replace("\"telegram\": 12345, \"private_text\": true", "\"telegram\": 12345");
  start();
  settles();
  const auto before = telegram.shown(me).size();
  telegram.say(me, me, "/ack " + id + " until friday");
  const auto answer = told(me, before + 1);
  EXPECT_TRUE(answer.starts_with("Quiet until ")) << answer;
  EXPECT_EQ(answer.find("tax"), std::string::npos) << answer;
  EXPECT_EQ(rows("SELECT count(*) FROM told WHERE quiet_until>0"), std::vector<std::string>{"1"});
}

TEST_F(Chatter, NoTextAndNoTokenInTheLog) {
  start();
  telegram.say(me, me, "a very secret word");
  told(me);
  telegram.html_answers = 2;
  telegram.say(me, me, "another");
  told(me, 2);
  stop();
  EXPECT_EQ(log().find("secret word"), std::string::npos);
  EXPECT_EQ(log().find("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"), std::string::npos);
}

TEST_F(Chatter, CheckTellsWhatDoesNotFit) {
  telegram.webhook = true;
  const auto check = house_.run({"listen-telegram", "--check"});
  EXPECT_EQ(check.code, 3);
  EXPECT_NE(check.out.find("a webhook is set"), std::string::npos) << check.out;
  EXPECT_NE(check.out.find("place phone: chat 12345, me"), std::string::npos) << check.out;
}

}  // namespace
}  // namespace openclaw::test
