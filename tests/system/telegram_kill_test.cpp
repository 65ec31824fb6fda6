// SPDX-License-Identifier: MIT
// kill -9 at random while messages flow and answers of the server get lost:
// nothing is lost, a repeat says that it is one, no tool has its effect twice.
#include <filesystem>
#include <iostream>
#include <map>
#include <random>

#include <fmt/core.h>

#include "base/text.h"
#include "support/tier.h"
#include "system/chatter.h"

namespace openclaw::test {
namespace {

constexpr int rooms = 60;
constexpr std::int64_t first_room = 1000;

struct Killed : Chatter {
  Killed() {
    std::string places;
    for (int i = 0; i < rooms; ++i)
      places += fmt::format(
          R"("room{0}": {{ "telegram": {1}, "memory": false, "private_text": true,
      "allow": [ {{"who": ["me"], "agents": ["ops"], "groups": "all"}} ] }},)",
          i, first_room + i);
    replace(R"("phone": {)", places + R"("phone": {)");
    replace(R"("args": {"name": {"eq": "free"}})", R"("args": {"name": {}})");
    house_.environment()["OPENCLAW_FAILPOINT_LOG"] = dir_.file("points");
  }
  /// Calls have rooms of their own: what comes while a room is busy becomes one turn.
  static std::int64_t room(int n) {
    return first_room + (n % 3 == 2 ? rooms / 2 : 0) + n % (rooms / 2);
  }

  /// One of three kinds: a line, several lines, a tool with an effect.
  void say(int n) {
    switch (n % 3) {
      case 0: telegram.say(room(n), me, fmt::format("say word{}.", n)); break;
      case 1: telegram.say(room(n), me, fmt::format("say word{}.\n\nmore of it", n)); break;
      default:
        telegram.say(room(n), me, fmt::format(R"(call command_mark {{"name":"word{}"}})", n));
    }
  }

  /// A process that lives so long.
  void live(Clock::duration time) {
    std::filesystem::remove(dir_.file("points"));
    Program program(house_.words({"listen-telegram"}), house_.environment(),
                    Files{"/dev/null", "/dev/null", dir_.file("listener.log")});
    const auto code = program.wait_until(Clock::now() + time);
    if (!code || *code == 137) ++kills_;
    program.kill(9);
    const auto points = lines_of(read(dir_.file("points")));
    ++seen_[points.empty() ? "before the first" : points.back().substr(0, points.back().find(':'))];
  }

  /// Then everything goes well until nothing is left, and what the chats show is looked at.
  void finish_and_look(int messages) {
    telegram.lost_answers = 0;
    telegram.lost_requests = 0;
    house_.environment().erase("OPENCLAW_FAILPOINT_LOG");
    start();
    ASSERT_TRUE(comes_true(
        [this] {
          return telegram.is_drained() && rows("SELECT 1 FROM inbox WHERE state='new'").empty() &&
                 rows("SELECT 1 FROM outbox WHERE state IN ('waiting','sending')").empty();
        },
        300));
    EXPECT_EQ(stop(), 0);
    std::vector<BotApiServer::Shown> all;
    for (int i = 0; i < rooms; ++i)
      for (auto& shown : telegram.shown(first_room + i)) all.push_back(std::move(shown));
    int marked = 0;
    for (int n = 0; n < messages; ++n) {
      const std::string word = fmt::format("word{}.", n);
      int plain = 0, again = 0;
      for (const auto& shown : all) {
        if (shown.text.find(word) == std::string::npos) continue;
        const bool repeat = shown.text.starts_with("(again) ");
        (repeat ? again : plain) += 1;
      }
      marked += again;
      if (n % 3 == 2) {
        const auto made = effects("word" + std::to_string(n));
        EXPECT_LE(made, 1U) << word << ": an effect twice";
        // Where nobody knows whether the tool ran, the answer says so instead of its result.
        continue;
      }
      EXPECT_GE(plain + again, 1) << word << " was lost";
      EXPECT_LE(plain, 1) << word << ": an unmarked repeat";
    }
    // What came while its room was busy went into one turn with what came before it.
    EXPECT_EQ(rows("SELECT count(*) FROM inbox WHERE state IN ('done','merged')"),
              std::vector<std::string>{std::to_string(messages)})
        << base::join(rows("SELECT key, state, runs FROM inbox WHERE state NOT IN "
                           "('done','merged')"),
                      "\n");
    EXPECT_EQ(rows("SELECT count(*) FROM outbox WHERE key LIKE 'answer:%' AND state='sent'"),
              rows("SELECT count(*) FROM inbox WHERE state='done'"));
    const auto verify = house_.run({"audit", "verify"});
    EXPECT_EQ(verify.code, 0) << verify.out << verify.err;
    std::cout << fmt::format("{} messages, {} kills, {} marked repeats, {} answers of the model\n",
                             messages, kills_, marked, talker.answered());
    for (const auto& [point, times] : seen_) std::cout << "  " << point << ": " << times << "\n";
  }

  int kills_ = 0;
  std::map<std::string, int> seen_;
};

TEST_F(Killed, AnywhereNothingIsLostAndEveryRepeatSaysSo) {
  const int messages = times(80, 2000), kills = times(200, 10000);
  std::mt19937_64 random(seed());
  telegram.lost_answers = 0.3;
  telegram.lost_requests = 0.05;
  int said = 0;
  while (kills_ < kills) {
    while (said < messages && said * kills <= messages * (kills_ + 1)) say(said++);
    live(std::chrono::microseconds(80000 + random() % 220000));
  }
  while (said < messages) say(said++);
  finish_and_look(messages);
}

}  // namespace
}  // namespace openclaw::test
