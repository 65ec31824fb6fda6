// SPDX-License-Identifier: MIT
// Who is taken to have spoken: every way to speak for somebody else is refused before routing.
#include "telegram/update.h"

#include <gtest/gtest.h>

#include "json/parse.h"

namespace openclaw::test {
namespace {

using telegram::Doors;
using telegram::Update;

const Doors doors{[](const std::string& chat) {
                    return chat == "5" ? "phone" : chat == "-1001" ? "family" : "";
                  },
                  [](const std::string& user) {
                    return user == "5" ? "me" : user == "6" ? "eva" : "";
                  },
                  [](const std::string& place, const std::string& person) {
                    return person == "me" || place == "family";
                  }};

Update read(const std::string& message, const std::string& kind = "message") {
  return telegram::read_update(json::parse(R"({"update_id":1,")" + kind + "\":" + message + "}"),
                               "4242", "ops_bot");
}
std::string refusal(const std::string& message, const std::string& kind = "message") {
  return judge(read(message, kind), doors).refusal;
}
/// A good private message with more members.
std::string mine(const std::string& more = "") {
  return R"({"message_id":9,"from":{"id":5,"is_bot":false,"first_name":"A"},)"
         R"("chat":{"id":5,"type":"private"},"date":1,"text":"hi")" +
         (more.empty() ? "" : "," + more) + "}";
}

TEST(Update, AnAllowedPersonInADeclaredChatSpeaks) {
  const auto speaker = judge(read(mine()), doors);
  EXPECT_EQ(speaker.refusal, "");
  EXPECT_EQ(speaker.place, "phone");
  EXPECT_EQ(speaker.person, "me");
}

TEST(Update, AnUnknownUserIsRefused) {
  EXPECT_NE(
      refusal(
          R"({"message_id":1,"from":{"id":7,"is_bot":false},"chat":{"id":5,"type":"private"}})"),
      "");
}
TEST(Update, AnUnknownChatIsRefusedEvenForAKnownUser) {
  EXPECT_NE(
      refusal(R"({"message_id":1,"from":{"id":5,"is_bot":false},"chat":{"id":-9,"type":"group"}})"),
      "");
}
TEST(Update, AKnownUserOfAnotherPlaceIsRefused) {
  EXPECT_NE(
      refusal(
          R"({"message_id":1,"from":{"id":6,"is_bot":false},"chat":{"id":5,"type":"private"}})"),
      "");
}
TEST(Update, ANameIsNobody) {
  EXPECT_NE(
      refusal(
          R"({"message_id":1,"from":{"id":7,"is_bot":false,"username":"me","first_name":"me"},"chat":{"id":5,"type":"private"}})"),
      "");
  EXPECT_NE(
      refusal(
          R"({"message_id":1,"from":{"id":"5","is_bot":false},"chat":{"id":5,"type":"private"}})"),
      "")
      << "an id is a number";
}
TEST(Update, AnAnonymousAdministratorIsNobody) {
  EXPECT_EQ(refusal(mine(R"("sender_chat":{"id":-1001,"type":"supergroup"})")), "sender_chat");
}
TEST(Update, SharedAccountsAreNobodyWhateverIsDeclared) {
  for (const auto* id : {"1087968824", "136817688", "777000"}) {
    const Doors open{[](const std::string&) { return "phone"; },
                     [](const std::string&) { return "me"; },
                     [](const std::string&, const std::string&) { return true; }};
    const auto update = read(std::string(R"({"message_id":1,"from":{"id":)") + id +
                             R"(,"is_bot":false},"chat":{"id":5,"type":"private"}})");
    EXPECT_NE(judge(update, open).refusal, "") << id;
  }
}
TEST(Update, BotsAreRefused) {
  EXPECT_EQ(
      refusal(R"({"message_id":1,"from":{"id":5,"is_bot":true},"chat":{"id":5,"type":"private"}})"),
      "bot");
}
TEST(Update, AChannelIsRefused) {
  EXPECT_EQ(
      refusal(
          R"({"message_id":1,"from":{"id":5,"is_bot":false},"chat":{"id":5,"type":"channel"}})"),
      "channel");
  EXPECT_NE(refusal(R"({"message_id":1,"chat":{"id":5,"type":"channel"}})", "channel_post"), "");
}
TEST(Update, MessagesViaABotAreRefused) {
  EXPECT_EQ(refusal(mine(R"("via_bot":{"id":8,"is_bot":true})")), "via_bot");
}
TEST(Update, BusinessMessagesAreRefusedThoughTheChatHasTheSameNumber) {
  EXPECT_EQ(refusal(mine(R"("business_connection_id":"x")")), "business_connection_id");
  EXPECT_NE(refusal(mine(), "business_message"), "");
}
TEST(Update, GuestMessagesAreRefused) {
  EXPECT_EQ(refusal(mine(R"("guest_query_id":"x")")), "guest_query_id");
  EXPECT_NE(refusal(mine(), "guest_message"), "");
}
TEST(Update, AutomaticForwardsAreRefused) {
  EXPECT_EQ(refusal(mine(R"("is_automatic_forward":true)")), "automatic forward");
}
TEST(Update, AMessageWithoutSenderIsRefused) {
  EXPECT_EQ(refusal(R"({"message_id":1,"chat":{"id":5,"type":"private"}})"), "no sender");
}
TEST(Update, APressIsJudgedByWhoPressed) {
  const std::string in_family =
      R"("message":{"message_id":4,"chat":{"id":-1001,"type":"supergroup"}},"id":"1","data":"y:1"})";
  EXPECT_EQ(refusal(R"({"from":{"id":6,"is_bot":false},)" + in_family, "callback_query"), "");
  EXPECT_NE(refusal(R"({"from":{"id":9,"is_bot":false},)" + in_family, "callback_query"), "");
}

TEST(Update, WhatSomebodyElseWroteIsKeptApart) {
  EXPECT_EQ(read(mine(R"("forward_origin":{"type":"hidden_user"})")).quoted, "hi");
  EXPECT_TRUE(read(mine(R"("forward_origin":{"type":"hidden_user"})")).is_forward);
  EXPECT_EQ(
      read(mine(R"("reply_to_message":{"message_id":3,"from":{"id":6},"text":"do it"})")).quoted,
      "do it");
  EXPECT_EQ(
      read(
          mine(
              R"("quote":{"text":"part"},"reply_to_message":{"message_id":3,"from":{"id":6},"text":"x"})"))
          .quoted,
      "part");
  EXPECT_NE(read(mine(R"("external_reply":{"origin":{}})")).quoted, "");
  const auto to_us =
      read(mine(R"("reply_to_message":{"message_id":3,"from":{"id":4242},"text":"ours"})"));
  EXPECT_TRUE(to_us.reply_to_us);
  EXPECT_EQ(to_us.quoted, "") << "we know our own text";
  EXPECT_EQ(to_us.reply_to, "3");
}

TEST(Update, BeingNamedIsByTheWholeName) {
  const auto group = [](const std::string& text) {
    return read(
               R"({"message_id":1,"from":{"id":5,"is_bot":false},"chat":{"id":-1001,"type":"supergroup"},"text":")" +
               text + "\"}")
        .mentions;
  };
  EXPECT_TRUE(group("@ops_bot what now"));
  EXPECT_TRUE(group("/status@Ops_Bot"));
  EXPECT_FALSE(group("@ops_bottle"));
  EXPECT_FALSE(group("hello"));
}

TEST(Update, NothingInAnUpdateBreaksIt) {
  for (const auto* text : {"{}", R"({"update_id":"x"})", R"({"update_id":3,"message":[]})",
                           R"({"update_id":3,"message":{"chat":5}})",
                           R"({"update_id":3,"callback_query":{"message":{"date":0}}})"})
    EXPECT_NE(judge(telegram::read_update(json::parse(text), "1", "x"), doors).refusal, "") << text;
}

}  // namespace
}  // namespace openclaw::test
