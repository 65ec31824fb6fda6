// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "base/text.h"
#include "jail/jail.h"
#include "support/tier.h"
#include "tools/room.h"

namespace openclaw::test {
namespace {

using json::Value;

tools::DeclaredCommand declared(const std::vector<std::string>& argv) {
  tools::DeclaredCommand command;
  command.name = "it";
  command.argv = argv;
  return command;
}

/// Prints each argument in brackets on a line.
std::vector<std::string> show(const std::vector<std::string>& words) {
  std::vector<std::string> argv{"/bin/sh", "-c", "for a; do printf '[%s]\\n' \"$a\"; done", "show"};
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

struct Commands : testing::Test {
  void SetUp() override {
    if (jail::landlock_abi() < 1) OPENCLAW_NOT_RUN("this kernel has no Landlock");
  }
  tools::Result run(const tools::DeclaredCommand& command, const Value& args) {
    Room room({command});
    std::map<std::string, policy::Constraint> any;
    for (const auto& name : room.catalogue.find("command_it")->info.arguments) any[name] = {};
    room.grant("command_it", any);
    room.most_bytes = most_bytes;
    return room.call("command_it", args);
  }
  tools::Result run(const std::vector<std::string>& argv, const Value& args) {
    return run(declared(argv), args);
  }
  std::size_t most_bytes = 64u << 10;
};

TEST_F(Commands, PlaceholdersAreFilled) {
  EXPECT_EQ(
      run(show({"{a}", "--x={b}", "{a}{b}", "plain"}), Value::object({{"a", "1"}, {"b", "2"}}))
          .text,
      "[1]\n[--x=2]\n[12]\n[plain]\n");
}

TEST_F(Commands, AValueIsOneWordAndNeverRead) {
  for (const std::string value :
       {"a b", "$(id)", "`id`", "a;id", "a\nb", "*", "~", "$HOME", "'", "\"", "\\", "{a}", "{b}",
        "|id", "&&id", ">x", "\xC3\xA9", "%s", ""})
    EXPECT_EQ(run(show({"{a}"}), Value::object({{"a", value}})).text, "[" + value + "]\n");
}

TEST_F(Commands, TheToolsFaceIsItsPlaceholders) {
  const tools::Catalogue catalogue({declared({"/bin/echo", "{a}", "x{b}y", "{a}"})});
  const auto* tool = catalogue.find("command_it");
  ASSERT_TRUE(tool);
  EXPECT_EQ(tool->info.effect, policy::Effect::write);
  EXPECT_EQ(tool->info.arguments, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(tool->info.destinations, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(tool->info.out.untrusted);
  EXPECT_TRUE(tool->info.out.private_text);
  EXPECT_EQ(tool->schema["additionalProperties"], Value(false));
}

TEST_F(Commands, OptionsAreRefused) {
  for (const char* value : {"-rf", "--help", "-", "--"}) {
    const auto result = run(show({"{a}"}), Value::object({{"a", value}}));
    EXPECT_FALSE(result.ok) << value;
    EXPECT_EQ(result.text.find('['), std::string::npos) << result.text;
  }
  EXPECT_FALSE(run(show({"{a}{b}"}), Value::object({{"a", ""}, {"b", "-rf"}})).ok);
  EXPECT_FALSE(run(show({"{a}{b}"}), Value::object({{"a", "-"}, {"b", "rf"}})).ok);
}

TEST_F(Commands, AfterTwoDashesTheyMayStand) {
  EXPECT_EQ(run(show({"--", "{a}"}), Value::object({{"a", "-rf"}})).text, "[--]\n[-rf]\n");
  EXPECT_FALSE(run(show({"{a}", "--"}), Value::object({{"a", "-rf"}})).ok);
  EXPECT_FALSE(run(show({"{a}", "{b}"}), Value::object({{"a", "--"}, {"b", "-rf"}})).ok);
}

TEST_F(Commands, NulIsRefused) {
  const auto result = run(show({"{a}"}), Value::object({{"a", std::string("x\0y", 3)}}));
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.text.find("[x"), std::string::npos);
}

TEST_F(Commands, AllArgumentsMustBeThereAndBeText) {
  for (const auto& args :
       {Value::object(), Value::object({{"a", 1}}), Value::object({{"a", Value()}}),
        Value::object({{"a", Value::array({"x"})}}), Value::object({{"a", "x"}, {"b", "y"}})})
    EXPECT_FALSE(run(show({"{a}"}), args).ok) << json::dump(args);
}

TEST_F(Commands, ItsStatusIsTold) {
  const auto result = run({"/bin/sh", "-c", "echo why >&2; exit 3"}, Value::object());
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.text, "exit status 3\nwhy\n");
}

TEST_F(Commands, ATimeoutIsTold) {
  auto command = declared({"/bin/sleep", "30"});
  command.timeout = base::Millis(200);
  const auto result = run(command, Value::object());
  EXPECT_FALSE(result.ok);
  EXPECT_NE(result.text.find("stopped after"), std::string::npos) << result.text;
}

TEST_F(Commands, SeesOnlyWhatIsDeclared) {
  const TempDir dir;
  std::filesystem::create_directory(dir.file("in"));
  write(dir.file("in/f"), "declared");
  write(dir.file("f"), "FORBIDDEN");
  auto command = declared({"/bin/cat", "{path}"});
  command.readable = {dir.file("in")};
  EXPECT_EQ(run(command, Value::object({{"path", dir.file("in/f")}})).text, "declared");
  const auto result = run(command, Value::object({{"path", dir.file("f")}}));
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.text.find("FORBIDDEN"), std::string::npos);
}

TEST_F(Commands, LongOutputIsCut) {
  most_bytes = 2000;
  const auto result =
      run({"/bin/sh", "-c", "echo HEAD; yes | head -c 100000; echo TAIL"}, Value::object());
  EXPECT_TRUE(result.truncated);
  EXPECT_TRUE(result.text.starts_with("HEAD"));
  EXPECT_TRUE(result.text.ends_with("TAIL\n"));
}

TEST_F(Commands, AFailingConfinementRunsNothing) {
  const TempDir dir;
  auto command = declared({"/bin/touch", dir.file("ran")});
  command.writable = {dir.path().string()};
  ::setenv("OPENCLAW_LANDLOCK_ABI", "0", 1);
  const auto result = run(command, Value::object());
  ::unsetenv("OPENCLAW_LANDLOCK_ABI");
  EXPECT_FALSE(result.ok);
  EXPECT_FALSE(std::filesystem::exists(dir.file("ran")));
  EXPECT_TRUE(run(command, Value::object()).ok);
  EXPECT_TRUE(std::filesystem::exists(dir.file("ran")));
}

TEST(Clock, SaysDateDayAndTimeInTheZone) {
  Room room;
  room.grant("clock");
  EXPECT_EQ(room.call("clock", Value::object()).text,
            "Monday 2026-11-23 08:12, UTC (UTC 2026-11-23T08:12:14.000Z)");
  room.zone = "Europe/Amsterdam";
  const auto result = room.call("clock", Value::object());
  EXPECT_NE(result.text.find("2026-11-23 09:12, Europe/Amsterdam"), std::string::npos)
      << result.text;
  EXPECT_EQ(result.labels, policy::Labels{});
  EXPECT_TRUE(room.call_text("clock", "").ok);
  EXPECT_FALSE(room.call_text("clock", R"({"zone":"UTC"})").ok);
}

TEST(Shorten, KeepsHeadAndTailAndNeverCutsACharacter) {
  for (std::size_t size = 0; size < 60; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += "\xE2\x82\xAC";
    for (std::size_t most = 3; most < 100; ++most) {
      bool cut = false;
      const auto out = tools::shorten(text, most, cut);
      EXPECT_EQ(cut, text.size() > most);
      EXPECT_EQ(base::valid_utf8(out), out) << size << " to " << most;
      EXPECT_LE(out.size(), most + 60);
      if (!cut) {
        EXPECT_EQ(out, text);
      }
    }
  }
}

}  // namespace
}  // namespace openclaw::test
