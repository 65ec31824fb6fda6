// SPDX-License-Identifier: MIT
#include "base/secret.h"

#include <cstdlib>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "support/child.h"

namespace openclaw::test {
namespace {

using base::Secret;

template <typename T>
concept Streams = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<Secret, bool>);
static_assert(!std::is_convertible_v<std::string, Secret>, "making one is said aloud");
static_assert(!Streams<Secret>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::is_constructible_v<std::string, Secret>);
static_assert(!std::is_assignable_v<std::string&, Secret>);
static_assert(!std::equality_comparable<Secret>);

TEST(Secret, MovesAndLeavesNothing) {
  Secret one("canary-value-1");
  Secret two(std::move(one));
  EXPECT_TRUE(one.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(two.reveal(), "canary-value-1");
  Secret three;
  three = std::move(two);
  EXPECT_TRUE(two.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(three.reveal(), "canary-value-1");
}

TEST(Secret, IsRedactedFromBirthOn) {
  const Secret secret("canary-value-2");
  EXPECT_EQ(base::redact("a canary-value-2 b"), "a [secret] b");
  EXPECT_EQ(base::redact(base::base64("canary-value-2")).find("Y2FuYXJ5"), std::string::npos);
}

/// What a child writes to stderr.
std::string logged(bool journal, const std::string& text, base::log::Level level) {
  Child child([&](int out) {
    ::dup2(out, STDERR_FILENO);
    if (journal)
      ::setenv("JOURNAL_STREAM", "8:1234", 1);
    else
      ::unsetenv("JOURNAL_STREAM");
    base::log::write(level, "test", text);
    return 0;
  });
  std::string got;
  child.read(got, Clock::now() + std::chrono::seconds(30));
  EXPECT_EQ(child.wait(), 0);
  return got;
}

TEST(Log, NoTextForgesALine) {
  for (const bool journal : {true, false})
    for (const char* text : {"\n<3>forged", "a\r\n<3>forged", "x\x1b[2J\x1b]0;t\a",
                             "\xE2\x80\xA8<3>forged", "\xC2\x85<3>forged", "\v\f<3>forged",
                             "\xE2\x80\xAE"
                             "reversed"}) {
      const std::string got = logged(journal, text, base::log::Level::error);
      ASSERT_TRUE(got.ends_with('\n'));
      EXPECT_EQ(got.find('\n'), got.size() - 1) << got;
      EXPECT_TRUE(got.starts_with(journal ? "<3>test: " : "openclaw: test: ")) << got;
      for (const char c : got.substr(0, got.size() - 1))
        EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) << got;
      EXPECT_EQ(got.find("\xE2\x80"), std::string::npos);
      EXPECT_EQ(got.find("\xC2\x85"), std::string::npos);
    }
}

TEST(Log, PrefixesFollowTheLevel) {
  EXPECT_EQ(logged(true, "x", base::log::Level::error), "<3>test: x\n");
  EXPECT_EQ(logged(true, "x", base::log::Level::warning), "<4>test: x\n");
  EXPECT_EQ(logged(true, "x", base::log::Level::info), "<6>test: x\n");
  EXPECT_EQ(logged(true, "x", base::log::Level::debug), "");
  EXPECT_EQ(logged(false, "x", base::log::Level::info), "");
  EXPECT_EQ(logged(false, "x", base::log::Level::warning), "openclaw: test: x\n");
}

TEST(Log, HoldsNoSecret) {
  const Secret secret("canary-value-3");
  EXPECT_EQ(logged(true, "key canary-value-3", base::log::Level::error), "<3>test: key [secret]\n");
}

TEST(Log, ALongLineStaysOneLine) {
  const std::string got = logged(true, std::string(60'000, '\n'), base::log::Level::error);
  EXPECT_EQ(got.find('\n'), got.size() - 1);
}

}  // namespace
}  // namespace openclaw::test
