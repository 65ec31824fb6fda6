// SPDX-License-Identifier: MIT
// kill -9 at every named point that a message passes, each time it passes it, once and twice in a
// row, for each kind of message: what the person sees is whole, and a repeat says that it is one.
#include <filesystem>
#include <iostream>

#include <fmt/core.h>

#include "base/text.h"
#include "system/chatter.h"

namespace openclaw::test {
namespace {

constexpr std::int64_t first_chat = 70000, chats = 160;

struct Kind {
  std::string name, text;
  std::string shown = {};  ///< is to be read in the chat
  bool has_effect = false, is_asked = false, is_job = false;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"line", "say {}.", "{}."},
      {"lines", "say {}.\n\nmore of it", "{}.\n\nmore of it"},
      {"call", R"(call command_mark {{"name":"{}"}})", "", true},
      {"question", R"(call command_mark {{"name":"asked"}})", "Run command_mark?"},
      {"yes", R"(call command_mark {{"name":"asked"}})", "", true, true},
      {"job", "/job review", "", false, false, true},
  };
  return all;
}

struct Points : Chatter, testing::WithParamInterface<int> {
  Points() {
    add_chats(first_chat, chats);
    replace(R"("args": {"name": {"eq": "free"}})", R"("args": {"name": {}})");
  }

  /// A listener that lives until nothing is left.
  bool settled() {
    EXPECT_FALSE(live({}));
    return is_settled();
  }

  /// One that dies at the point, or lives until nothing is left. True: it died there.
  bool live(const std::string& point, bool must_die = false) {
    auto environment = house_.environment();
    if (!point.empty()) environment["OPENCLAW_FAILPOINT"] = point;
    Program program(house_.words({"listen-telegram"}), environment,
                    Files{"/dev/null", "/dev/null", dir_.file("listener.log")});
    bool died = false;
    comes_true(
        [&] {
          died = program.wait_until(Clock::now()) == 137;
          return died || is_settled();
        },
        30);
    // The last point comes behind the last commit.
    if (!died && must_die) died = program.wait_until(Clock::now() + std::chrono::seconds(5)) == 137;
    if (!died) program.kill(point.empty() ? SIGTERM : SIGKILL);
    return died;
  }

  bool is_settled() {
    return telegram.is_drained() &&
           rows("SELECT 1 FROM inbox WHERE state IN ('new','job')").empty() &&
           rows("SELECT 1 FROM outbox WHERE state IN ('waiting','sending') AND not_before IS NULL")
               .empty();
  }

  void say(const Kind& kind, int trial) {
    const auto chat = first_chat + trial;
    telegram.say(chat, me, fmt::format(fmt::runtime(kind.text), word(trial)));
    if (!kind.is_asked) return;
    ASSERT_TRUE(settled());
    ASSERT_EQ(telegram.shown(chat).size(), 1U);
    ASSERT_TRUE(telegram.press(chat, telegram.shown(chat)[0].id, me, "✓"));
  }

  static std::string word(int trial) { return fmt::format("word{}", trial); }

  void look(const Kind& kind, int trial, std::size_t effects_before) {
    const auto shown = telegram.shown(first_chat + trial);
    std::size_t plain = 0, again = 0;
    std::string all;
    for (std::size_t i = kind.is_asked ? 1 : 0; i < shown.size(); ++i) {
      (shown[i].text.starts_with("(again) ") ? again : plain) += 1;
      all += shown[i].text + "\n--\n";
    }
    EXPECT_GE(plain + again, 1U) << "nothing was said";
    EXPECT_LE(plain, kind.is_job ? 2U : 1U) << all;
    if (kind.has_effect) {
      const auto made = effects(kind.is_asked ? "asked" : word(trial)) - effects_before;
      EXPECT_LE(made, 1U);
      const bool says_so = all.find("interrupted") != std::string::npos;
      EXPECT_TRUE(made == 1 || says_so) << all;
    } else {
      const auto words = fmt::format(fmt::runtime(kind.shown), word(trial));
      EXPECT_NE(all.find(words), std::string::npos) << all;
    }
  }
};

TEST_P(Points, NothingIsLostAndEveryRepeatSaysSo) {
  const auto& kind = kinds()[static_cast<std::size_t>(GetParam())];
  int trial = 0;
  say(kind, trial);
  house_.environment()["OPENCLAW_FAILPOINT_LOG"] = dir_.file("points");
  ASSERT_TRUE(settled());
  const auto points = lines_of(read(dir_.file("points")));
  house_.environment().erase("OPENCLAW_FAILPOINT_LOG");
  look(kind, trial++, 0);
  ASSERT_GE(points.size(), 8U);
  for (const auto& point : points)
    for (int times = 1; times <= 2; ++times) {
      SCOPED_TRACE(fmt::format("{} at \"{}\", {} times", kind.name, point, times));
      const auto before = kind.is_asked ? effects("asked") : 0;
      say(kind, trial);
      // A job has a process of its own: if that one dies, the listener says so.
      EXPECT_TRUE(live(point, !kind.is_job) || kind.is_job) << "the point was never passed";
      if (times == 2) live(point);  // not every point is on the way of a second life
      ASSERT_TRUE(settled());
      look(kind, trial++, before);
    }
  std::cout << fmt::format("{}: {} points: {}\n", kind.name, points.size(),
                           base::join(points, ", "));
  const auto verify = house_.run({"audit", "verify"});
  EXPECT_EQ(verify.code, 0) << verify.out << verify.err;
}

std::string name_of(const testing::TestParamInfo<int>& kind) {
  return kinds()[static_cast<std::size_t>(kind.param)].name;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Points, testing::Range(0, 6), name_of);

}  // namespace
}  // namespace openclaw::test
