// SPDX-License-Identifier: MIT
// Delivery to a chat, against a stand-in for the Bot API server.
#include <gtest/gtest.h>

#include "audit/process.h"
#include "audit/schema.h"
#include "base/text.h"
#include "support/bot_api_server.h"
#include "support/temp_dir.h"
#include "telegram/bot_channel.h"

namespace openclaw::test {
namespace {

constexpr std::int64_t me = 12345;

std::vector<store::Migration> all() {
  auto out = audit::migrations();
  for (const auto* more : {&chat::migrations(), &telegram::migrations()})
    out.insert(out.end(), more->begin(), more->end());
  return out;
}

struct Bot {
  BotApiServer server;
  TempDir dir;
  store::Database db{dir.file("openclaw.db"), store::Database::Access::read_write, all()};
  chat::Outbox outbox{db};
  std::unique_ptr<net::HttpClient> http = net::make_http_client();
  base::Secret token{BotApiServer::token};
  telegram::Api api{*http, server.origin(), token};
  telegram::Pace pace;
  telegram::BotChannel channel{api, db, pace, std::to_string(me)};

  Bot() { server.say(me, me, "hello"); }
  ~Bot() { EXPECT_EQ(base::join(server.complaints(), "\n"), ""); }

  chat::Message put(const std::string& key) {
    chat::Message m;
    m.key = key;
    m.owner = "test";
    m.place = "phone";
    m.text_ref = "ref";
    db.transaction([&] { outbox.put(m, base::from_ms(1795417800000)); });
    return m;
  }
  /// One attempt, as a process makes it.
  std::string send(const std::string& key, const std::string& text) {
    const auto message = outbox.begin(key, audit::own_process());
    chat::Parts parts(db, key);
    return channel.send(*message, text, parts);
  }
  std::vector<BotApiServer::Shown> shown() { return server.shown(me); }
};

TEST(BotChannel, AShortTextIsOneMessageAndNoEdit) {
  Bot bot;
  bot.put("k");
  EXPECT_EQ(bot.send("k", "All **quiet**."), "2");
  ASSERT_EQ(bot.shown().size(), 1U);
  EXPECT_EQ(bot.shown()[0].text, "All quiet.");
  EXPECT_EQ(bot.shown()[0].entities.at(0)["type"].as_string(), "bold");
  EXPECT_EQ(bot.server.count("editMessageText"), 0);
}

TEST(BotChannel, ThePhoneShowsTheFirstLineAndTheMessageBecomesTheWhole) {
  Bot bot;
  bot.put("k");
  bot.send("k", "# Monday\n\n- disk full\n- two tickets");
  ASSERT_EQ(bot.shown().size(), 1U);
  EXPECT_EQ(bot.shown()[0].before, std::vector<std::string>{"Monday"});
  EXPECT_EQ(bot.shown()[0].text, "Monday\n\n• disk full\n• two tickets");
}

TEST(BotChannel, ALongTextGoesInPartsOfWhichOnlyTheFirstRings) {
  Bot bot;
  bot.put("k");
  std::string text;
  for (int i = 0; i < 900; ++i) text += "line " + std::to_string(i) + "\n\n";
  bot.send("k", text);
  const auto shown = bot.shown();
  ASSERT_GE(shown.size(), 3U);
  EXPECT_FALSE(shown[0].silent);
  EXPECT_TRUE(shown[1].silent);
  std::string together;
  for (const auto& s : shown) together += s.text + "\n\n";
  EXPECT_EQ(together, text);
}

TEST(BotChannel, AnAnswerThatGotLostIsARepeatThatSaysSo) {
  Bot bot;
  bot.put("k");
  bot.server.lost_answers = 1;
  EXPECT_THROW(bot.send("k", "first\n\nrest"), chat::OutcomeUnknown);
  bot.outbox.later("k", "lost", true);
  bot.server.lost_answers = 0;
  bot.send("k", "first\n\nrest");
  ASSERT_EQ(bot.shown().size(), 2U);
  EXPECT_EQ(bot.shown()[0].text, "first");
  EXPECT_EQ(bot.shown()[1].text, "(again) first\n\nrest");
}

TEST(BotChannel, AnEditThatGotLostIsNoRepeat) {
  Bot bot;
  bot.put("k");
  EXPECT_EQ(bot.send("k", "one\n\ntwo"), "2");
  // As if the process had died between the edit and its row.
  chat::Parts parts(bot.db, "k");
  parts.arrived(1, {"2", false});
  bot.outbox.later("k", "lost", true);
  EXPECT_EQ(bot.send("k", "one\n\ntwo"), "2");
  ASSERT_EQ(bot.shown().size(), 1U);
  EXPECT_EQ(bot.shown()[0].text, "one\n\ntwo");
}

TEST(BotChannel, ADeadProcessLeavesADoubtAboutTheNextPartOnly) {
  Bot bot;
  auto m = bot.put("k");
  const std::string dead = "00000000-0000-0000-0000-000000000000 1 1";
  ASSERT_TRUE(bot.outbox.begin("k", dead));
  chat::Parts(bot.db, "k").arrived(1, {"2", true});
  std::string text(5000, 'x');
  bot.send("k", text);
  ASSERT_EQ(bot.shown().size(), 1U);
  EXPECT_TRUE(bot.shown()[0].text.starts_with("(again) xxx"));
}

TEST(BotChannel, FloodsAreWaitedForAsTheServerSays) {
  Bot bot;
  bot.put("k");
  bot.server.floods = 1;
  bot.server.retry_after = 17;
  try {
    bot.send("k", "x");
    FAIL();
  } catch (const chat::TooSoon& e) {
    EXPECT_EQ(e.wait().count(), 17000);
  }
}

TEST(BotChannel, AGroupThatMovedIsFollowed) {
  Bot bot;
  bot.server.move(me, -100777);
  bot.server.say(-100777, me, "hi");
  bot.put("k");
  bot.put("k2");
  bot.send("k", "x");
  bot.send("k2", "y");
  EXPECT_EQ(bot.server.shown(-100777).size(), 2U);
  EXPECT_EQ(bot.server.count("sendMessage"), 3) << "the second knows it";
}

TEST(BotChannel, WhoBlockedTheBotIsNeverReached) {
  Bot bot;
  bot.server.block(me);
  bot.put("k");
  EXPECT_THROW(bot.send("k", "x"), telegram::Rejected);
}

TEST(BotChannel, AProxysPageLeavesTheOutcomeOpen) {
  Bot bot;
  bot.put("k");
  bot.server.html_answers = 1;
  EXPECT_THROW(bot.send("k", "x"), chat::OutcomeUnknown);
}

TEST(BotChannel, AWrongTokenIsAConfigurationErrorAndIsNotNamed) {
  Bot bot;
  const base::Secret wrong("99:nonsense-token");
  telegram::Api api(*bot.http, bot.server.origin(), wrong);
  try {
    api.call("getMe", json::Value::object());
    FAIL();
  } catch (const base::ConfigError& e) {
    EXPECT_EQ(std::string(e.what()).find("nonsense"), std::string::npos);
  }
}

TEST(BotChannel, ANoteBecomesItsEnd) {
  Bot bot;
  bot.put("note");
  bot.send("note", "Still at it.");
  auto m = bot.put("end");
  bot.db.raw().exec("UPDATE outbox SET edits='note' WHERE key='end'");
  EXPECT_EQ(bot.send("end", "Done."), "2");
  ASSERT_EQ(bot.shown().size(), 1U);
  EXPECT_EQ(bot.shown()[0].text, "Done.");
}

TEST(Pace, ABurstThenAMessageASecond) {
  telegram::Pace pace;
  base::Millis now(1000);
  int sent = 0;
  while (pace.take("7", now).count() == 0) ++sent;
  EXPECT_EQ(sent, 6);
  now += pace.take("7", now);
  EXPECT_EQ(pace.take("7", now).count(), 0);
  EXPECT_EQ(pace.take("8", now).count(), 0) << "another chat has its own";
}

}  // namespace
}  // namespace openclaw::test
