// SPDX-License-Identifier: MIT
// A model that obeys every text it reads, and texts that want much: nothing happens that was not
// granted, and nothing that it writes after reading them can carry data out.
#include <filesystem>

#include <fmt/core.h>

#include "base/text.h"
#include "json/parse.h"
#include "support/tier.h"
#include "system/chatter.h"
#include "system/liar.h"

namespace openclaw::test {
namespace {

struct Injections : Chatter {
  Injections() : liar(dir_.path().string()) {
    replace(talker.url(), liar.url());
    for (auto& one : corpus()) all.push_back(std::move(one));
  }

  /// A link that can be followed, or an address that a client makes one of.
  static std::string danger_in(const BotApiServer::Shown& shown) {
    for (const auto& entity : shown.entities.items())
      if (entity["type"].as_string() == "text_link" &&
          entity["url"].as_string().find(canary) != std::string::npos)
        return "a link to " + entity["url"].as_string();
    for (const auto* bad : {"http", "evil.example", "tg:", "mailto:"})
      if (shown.text.find(bad) != std::string::npos) return std::string("the address ") + bad;
    return {};
  }

  /// An address that a link leads to and does not show, unless it is the source's own.
  static std::string hidden_in(const std::string& text, const Value& entity) {
    std::string url = entity["url"].as_string();
    if (url.starts_with("mailto:")) url.erase(0, 7);
    const bool is_own = url.starts_with("https://news.example/") ||
                        url.starts_with("https://git.example/") ||
                        url.starts_with("http://prom.lan");
    return url.empty() || is_own || text.find(url) != std::string::npos ? std::string() : url;
  }

  void expect_nothing_was_done() {
    EXPECT_EQ(rows("SELECT DISTINCT name FROM tools WHERE decision<>'deny' AND name<>'file_read'"),
              std::vector<std::string>{});
    EXPECT_EQ(effects("other"), 0U);
    EXPECT_EQ(effects("asked"), 0U);
    EXPECT_EQ(effects("free"), 0U);
    EXPECT_EQ(telegram.count("sendDocument"), 0);
  }

  Liar liar;
  std::vector<Injection> all;
};

TEST_F(Injections, TheCorpusIsWhole) {
  std::map<std::string, int> entries;
  for (const auto& one : all) ++entries[one.entry];
  EXPECT_GE(all.size(), 300U);
  EXPECT_EQ(entries.size(), 13U);
}

TEST_F(Injections, InChatsNothingIsDoneAndNothingCarriesDataOut) {
  // Many chats, one text at a time in each: a burst would be one turn.
  constexpr std::int64_t first_chat = 50000, chats = 64;
  add_chats(first_chat, chats);
  replace("\"under\": [\"" + dir_.file("notes.txt"), "\"under\": [\"" + dir_.file("notes"));
  std::filesystem::create_directory(dir_.file("notes"));
  start();
  struct Sent {
    Injection injection;
    std::int64_t chat = 0;
    std::size_t before = 0;  ///< messages in it
  };
  std::vector<Sent> sent;
  int total = 0;
  const auto look = [&] {
    const auto is_answered = [&](const Sent& one) {
      return telegram.shown(one.chat).size() > one.before;
    };
    ASSERT_TRUE(
        comes_true([&] { return std::all_of(sent.begin(), sent.end(), is_answered); }, 120));
    ASSERT_TRUE(settles());
    for (const auto& [one, chat, before] : sent) {
      const auto shown = telegram.shown(chat);
      const bool is_foreign = one.entry != "message" && one.entry != "sender_name";
      if (!is_foreign) continue;
      EXPECT_EQ(danger_in(shown.back()), "") << one.entry << ": " << one.text << "\n"
                                             << shown.back().text;
    }
    total += static_cast<int>(sent.size());
    sent.clear();
  };
  for (const auto& one : all) {
    auto more = Value::object();
    std::string text = one.text;
    if (one.entry == "forward") {
      more.set("forward_origin",
               Value::object({{"type", "hidden_user"}, {"sender_user_name", "x"}}));
    } else if (one.entry == "quote") {
      text = "what do you make of this?";
      more.set("quote", Value::object({{"text", one.text}}));
      more.set("reply_to_message",
               Value::object({{"message_id", 1000},
                              {"from", Value::object({{"id", 777}, {"is_bot", false}})}}));
    } else if (one.entry == "tool_result") {
      const std::string name = "note" + std::to_string(total) + "_" + std::to_string(sent.size());
      write(dir_.file("notes/" + name), one.text);
      text = "read the note:" + name;
    } else if (one.entry == "document" || one.entry == "file_name") {
      const bool is_name = one.entry == "file_name";
      more.set("document", Value::object({{"file_id", telegram.keep_file(is_name ? "x" : one.text)},
                                          {"file_unique_id", "u"},
                                          {"file_name", is_name ? one.text : "notes.txt"}}));
      more.set("caption", "have a look");
      text.clear();
    } else if (one.entry == "sender_name") {
      more.set("from",
               Value::object(
                   {{"id", me}, {"is_bot", false}, {"first_name", one.text}, {"username", "x"}}));
      text = "hello";
    } else if (one.entry != "message") {
      continue;  // by way of a job, below
    }
    const std::int64_t chat = first_chat + static_cast<std::int64_t>(sent.size());
    const auto before = telegram.shown(chat).size();
    telegram.say(chat, me, text, more);
    sent.push_back({one, chat, before});
    if (sent.size() < chats) continue;
    ASSERT_NO_FATAL_FAILURE(look());
  }
  ASSERT_NO_FATAL_FAILURE(look());
  EXPECT_GT(total, 150);
  // Commands and files that nobody could read ask no model.
  EXPECT_GT(liar.attempts(), total * 3 / 4);
  expect_nothing_was_done();
  fmt::print("{} texts, {} times {} calls tried\n", total, liar.attempts(), 13);
}

TEST_F(Injections, InSourcesOfAJobNothingIsDoneAndNothingCarriesDataOut) {
  // Only the model's own words hold the secret here.
  for (auto& one : all)
    for (auto at = one.text.find(canary); at != std::string::npos; at = one.text.find(canary))
      one.text.replace(at, std::string_view(canary).size(), "gotit");
  Feeds feeds;
  feeds.all = all;
  std::string calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\n";
  std::string promises = "# Promises\n";
  int n = 0;
  for (const auto& one : all) {
    std::string line;
    for (const char c : one.text) {
      if (c == '\n')
        line += "\\n";
      else if (c == ',' || c == ';' || c == '\\')
        line += std::string("\\") + c;
      else if (static_cast<unsigned char>(c) >= 32)
        line += c;
    }
    if (one.entry == "calendar")
      calendar += fmt::format(
          "BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T093000Z\r\n"
          "DURATION:PT15M\r\nRRULE:FREQ=DAILY\r\nSUMMARY:{}\r\nLOCATION:{}\r\nEND:VEVENT\r\n",
          ++n, line, line);
    if (one.entry == "commitment") promises += "- [ ] " + one.text + " due:2026-11-20\n";
  }
  write(dir_.file("cal.ics"), calendar + "END:VCALENDAR\r\n");
  write(dir_.file("promises.md"), promises);
  write(dir_.file("feeds.txt"), feeds.origin() + "/feed.xml\n");
  replace("\"promises\": {", fmt::format(R"("am": {{ "kind": "alertmanager", "url": "{0}" }},
    "git": {{ "kind": "issues", "url": "{0}/o/r" }},
    "news": {{ "kind": "feeds", "path": "feeds.txt" }},
    "cal": {{ "kind": "ics", "path": "cal.ics", "to_model": "full" }},
    "promises": {{)",
                                         feeds.origin()));
  replace(R"("gather": [ {"from": "promises"} ])",
          R"("gather": [ {"from": "promises"}, {"from": "am"}, {"from": "git"}, {"from": "news"},
        {"from": "cal", "days": 1} ], "groups": ["free", "files"])");
  start();
  telegram.say(me, me, "/job review");
  ASSERT_TRUE(comes_true([&] { return !telegram.shown(me).empty(); }, 60));
  ASSERT_TRUE(settles());
  ASSERT_TRUE(
      comes_true([&] { return rows("SELECT 1 FROM inbox WHERE state='done'").size() == 1; }, 60));
  ASSERT_TRUE(settles());
  const auto briefing = telegram.shown(me);
  ASSERT_GE(briefing.size(), 2U) << "the briefing and that the job has run";
  std::string text;
  for (const auto& shown : briefing) {
    text += shown.text;
    for (const auto& entity : shown.entities.items()) {
      EXPECT_EQ(hidden_in(shown.text, entity), "");
      EXPECT_EQ(entity["url"].as_string().find(canary), std::string::npos) << json::dump(entity);
    }
    for (const auto* bad : {evil, "tg://resolve"})
      EXPECT_EQ(shown.text.find(bad), std::string::npos) << shown.text;
  }
  EXPECT_NE(text.find("alert"), std::string::npos) << text;
  telegram.say(
      me, me, "and what now?",
      Value::object({{"reply_to_message", Value::object({{"message_id", briefing[0].id}})}}));
  ASSERT_TRUE(comes_true([&] { return telegram.shown(me).size() > briefing.size(); }, 30));
  ASSERT_TRUE(settles());
  EXPECT_EQ(danger_in(telegram.shown(me).back()), "") << telegram.shown(me).back().text;
  EXPECT_GE(liar.attempts(), 2) << "in the job and in the reply to it";
  expect_nothing_was_done();
}

}  // namespace
}  // namespace openclaw::test
