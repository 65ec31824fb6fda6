// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace openclaw::test {
namespace {

struct Span {
  char32_t first, last;
};

/// Unicode 15: Cc without newline and tab, Cf, Zl, Zp, Co. Written from UnicodeData, not from lib/.
const std::vector<Span> forbidden{
    {0x00, 0x08},       {0x0B, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},
    {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},
    {0x890, 0x891},     {0x8E2, 0x8E2},     {0x180E, 0x180E},   {0x200B, 0x200F},
    {0x2028, 0x2029},   {0x202A, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F},
    {0xE000, 0xF8FF},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0001, 0xE0001}, {0xE0020, 0xE007F}, {0xF0000, 0xFFFFD}, {0x100000, 0x10FFFD}};

/// UTF-8 by arithmetic of its own.
std::string utf8(char32_t c) {
  const auto n = static_cast<unsigned long>(c);
  const auto byte = [](unsigned long v) {
    return static_cast<char>(static_cast<unsigned char>(v));
  };
  if (n < 0x80) return {byte(n)};
  if (n < 0x800) return {byte(0xC0 + n / 64), byte(0x80 + n % 64)};
  if (n < 0x10000) return {byte(0xE0 + n / 4096), byte(0x80 + n / 64 % 64), byte(0x80 + n % 64)};
  return {byte(0xF0 + n / 262144), byte(0x80 + n / 4096 % 64), byte(0x80 + n / 64 % 64),
          byte(0x80 + n % 64)};
}

std::string escaped(char32_t c) {
  char text[16];
  std::snprintf(text, sizeof text, "\\u{%X}", static_cast<unsigned>(c));
  return text;
}

TEST(Text, EscapesEveryForbiddenCodePoint) {
  for (const auto& span : forbidden)
    for (char32_t c = span.first; c <= span.last; ++c) {
      if (c > 0x3000 && c % 7 != 0 && c != span.first && c != span.last) continue;
      const std::string text = "a" + utf8(c) + "b";
      ASSERT_EQ(base::printable(text), "a" + escaped(c) + "b");
      ASSERT_EQ(base::one_line(text), "a" + escaped(c) + "b");
    }
}

TEST(Text, KeepsNewlineAndTabOnlyWherePrintable) {
  EXPECT_EQ(base::printable("a\n\tb"), "a\n\tb");
  EXPECT_EQ(base::one_line("a\n\tb"), "a\\u{A}\\u{9}b");
  EXPECT_EQ(base::printable("a\rb"), "a\\u{D}b");
}

TEST(Text, LeavesOrdinaryTextAlone) {
  for (const char* text :
       {"", "plain", "Größe 5 €", "日本語", "été", "☎ ✓ ▲", "👍🏽", "שלום", "\\u{1B}"})
    EXPECT_EQ(base::printable(text), text);
}

TEST(Text, ReplacesInvalidUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(base::printable("a\xFF"), "a" + bad);
  EXPECT_EQ(base::printable("\xC0\x80"), bad + bad);            // overlong NUL
  EXPECT_EQ(base::printable("\xE0\x80\x9B"), bad + bad + bad);  // overlong ESC
  EXPECT_EQ(base::printable("\xED\xA0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(base::printable("\xF4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(base::printable("\xE2\x82"), bad + bad);  // cut short
  EXPECT_EQ(base::printable("\xC2\x9B"
                            "31m"),
            "\\u{9B}31m");  // C1 CSI
  EXPECT_EQ(base::valid_utf8("x\x80y"), "x" + bad + "y");
}

TEST(Text, NoByteSequenceYieldsAControlCharacter) {
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      std::string text{static_cast<char>(static_cast<unsigned char>(first)),
                       static_cast<char>(static_cast<unsigned char>(second))};
      const std::string out = base::one_line(text);
      for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        ASSERT_TRUE(byte >= 0x20 && byte != 0x7F);
        ASSERT_TRUE(byte != 0xC2 || static_cast<unsigned char>(out[i + 1]) >= 0xA0);
      }
    }
}

TEST(Text, ReadsEveryCodePointThatItWrites) {
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x11000 ? 1U : 97U) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string mine;
    base::append_utf8(mine, c);
    ASSERT_EQ(mine, utf8(c));
    std::size_t pos = 0;
    ASSERT_EQ(base::next_code_point(mine, pos), c);
    ASSERT_EQ(pos, mine.size());
  }
}

TEST(Text, CountsColumns) {
  EXPECT_EQ(base::display_width(""), 0U);
  EXPECT_EQ(base::display_width("abc"), 3U);
  EXPECT_EQ(base::display_width("日本"), 4U);
  EXPECT_EQ(base::display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(base::display_width("▲ é"), 3U);
  EXPECT_EQ(base::display_width("👍"), 2U);
  EXPECT_EQ(base::display_width("한글"), 4U);
}

TEST(Text, FitsToExactlySoManyColumns) {
  EXPECT_EQ(base::fit("abc", 5), "abc  ");
  EXPECT_EQ(base::fit("abcdef", 4), "abc…");
  EXPECT_EQ(base::fit("日本語", 4), "日… ");
  EXPECT_EQ(base::fit("日本語", 6), "日本語");
  for (const char* text : {"", "a", "abcdefgh", "日本語日本語",
                           "e\xCC\x81"
                           "e\xCC\x81z",
                           "👍👍👍"})
    for (std::size_t columns = 1; columns < 12; ++columns)
      EXPECT_EQ(base::display_width(base::fit(text, columns)), columns) << text << columns;
}

TEST(Text, FitsToNoColumnAtAll) { EXPECT_EQ(base::fit("abc", 0), ""); }

TEST(Text, CutsBetweenCodePoints) {
  EXPECT_EQ(base::prefix_bytes("aé", 2), "a");
  EXPECT_EQ(base::prefix_bytes("aé", 3), "aé");
  EXPECT_EQ(base::prefix_bytes("日本", 5), "日");
  EXPECT_EQ(base::prefix_bytes("日本", 0), "");
  EXPECT_EQ(base::prefix_bytes("\x80\x80\x80", 2), "");
}

TEST(Text, EncodesAsTheStandardsSay) {
  const std::vector<std::pair<std::string, std::string>> rfc4648{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : rfc4648) EXPECT_EQ(base::base64(plain), coded);
  EXPECT_EQ(base::hex(std::string("\x00\xFF\x1A", 3)), "00ff1a");
  EXPECT_EQ(base::hex(std::string("\x00\xFF\x1A", 3), true), "00FF1A");
  EXPECT_EQ(base::json_escape("a\"\\\n\x01/"), "a\\\"\\\\\\n\\u0001/");
}

TEST(Text, SplitsTrimsAndJoins) {
  EXPECT_EQ(base::split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(base::split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(base::trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(base::trim(" \n"), "");
  EXPECT_EQ(base::join({"a", "b", "a"}, ", "), "a, b, a");
  EXPECT_EQ(base::lower("ÀBC"), "Àbc");
}

TEST(Text, NamesTheNearestCandidate) {
  const std::vector<std::string> words{"max_tokens", "model", "prompt", "groups"};
  EXPECT_EQ(base::nearest("max_token", words), "max_tokens");
  EXPECT_EQ(base::nearest("Model", words), "model");
  EXPECT_EQ(base::nearest("propmt", words), "prompt");
  EXPECT_EQ(base::nearest("entirely", words), "");
  EXPECT_EQ(base::nearest(std::string(1000, 'm'), words), "");
  EXPECT_EQ(base::nearest("x", {}), "");
  EXPECT_EQ(base::did_you_mean("group", words), " (did you mean 'groups'?)");
  EXPECT_EQ(base::did_you_mean("zzz", words), "");
}

TEST(Text, TwoSwappedLettersAreATypingMistake) {
  EXPECT_EQ(base::nearest("nmae", {"name", "model"}), "name");
  EXPECT_EQ(base::nearest("hots", {"host", "caldav"}), "host");
}

TEST(Text, CountsForPeople) {
  EXPECT_EQ(base::human_count(12), "12");
  EXPECT_EQ(base::human_count(1234), "1.2 k");
  EXPECT_EQ(base::human_count(412000), "412 k");
  EXPECT_EQ(base::human_count(1118000), "1.12 M");
  EXPECT_EQ(base::human_bytes(512), "512 B");
  EXPECT_EQ(base::human_bytes(1434), "1.4 KiB");
  EXPECT_EQ(base::human_bytes(2254857830ULL), "2.1 GiB");
}

}  // namespace
}  // namespace openclaw::test
