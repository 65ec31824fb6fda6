// SPDX-License-Identifier: MIT
#include "markdown/rich.h"

#include <random>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace openclaw::test {
namespace {

using markdown::Links;
using markdown::Rich;
using markdown::Span;

/// "text | kind:offset+length detail, …"
std::string shown(const Rich& rich) {
  static const char* const names[]{"bold", "italic", "strike", "code", "pre", "quote", "link"};
  std::string out = rich.text + " |";
  for (const auto& s : rich.spans) {
    out += fmt::format(" {}:{}+{}", names[static_cast<int>(s.kind)], s.offset, s.length);
    if (!s.detail.empty()) out += "(" + s.detail + ")";
  }
  return out;
}
std::string rich(const std::string& text, Links links = Links::live) {
  return shown(markdown::to_rich(text, links));
}

/// What a server would hold against it; empty = nothing.
std::string fault_of(const Rich& r) {
  const std::size_t length = markdown::utf16_length(r.text);
  for (std::size_t i = 0; i < r.spans.size(); ++i) {
    const auto& a = r.spans[i];
    if (a.length == 0) return "an empty span";
    if (a.offset + a.length > length) return "a span beyond the text";
    const bool code = a.kind == Span::Kind::code || a.kind == Span::Kind::pre;
    for (std::size_t k = 0; k < r.spans.size(); ++k) {
      const auto& b = r.spans[k];
      if (i == k || b.kind == Span::Kind::quote || !code) continue;
      if (b.offset < a.offset + a.length && a.offset < b.offset + b.length)
        return "code overlaps another span";
    }
  }
  if (base::valid_utf8(r.text) != r.text) return "invalid UTF-8";
  return {};
}

TEST(Rich, TheCommonBlocksAndStyles) {
  EXPECT_EQ(rich(""), " |");
  EXPECT_EQ(rich("One\n\nTwo"), "One\n\nTwo |");
  EXPECT_EQ(rich("# Title\n\ntext"), "Title\n\ntext | bold:0+5");
  EXPECT_EQ(rich("a **b** *c* ~~d~~ `e`"), "a b c d e | bold:2+1 italic:4+1 strike:6+1 code:8+1");
  EXPECT_EQ(rich("- a\n  - b\n- c\n\nafter"), "• a\n  • b\n• c\n\nafter |");
  EXPECT_EQ(rich("3. a\n4. b"), "3. a\n4. b |");
  EXPECT_EQ(rich("- [ ] a\n- [x] b"), "☐ a\n☑ b |");
  EXPECT_EQ(rich("> quoted\n> more"), "quoted\nmore | quote:0+11");
  EXPECT_EQ(rich("```sh\nls -l\n```\nx"), "ls -l\n\nx | pre:0+5(sh)");
  EXPECT_EQ(rich("a\n\n---\n\nb"), "a\n\n———\n\nb |");
  EXPECT_EQ(rich("<b>raw</b>"), "<b>raw</b> |");
  EXPECT_EQ(rich("&amp; &lt;"), "& < |");
}

TEST(Rich, OffsetsCountUtf16Units) {
  EXPECT_EQ(rich("😀 **b**"), "😀 b | bold:3+1");
  EXPECT_EQ(rich("é **b**"), "é b | bold:2+1");
}

TEST(Rich, CodeOverlapsNothingAndAStyleIsNotWithinItself) {
  EXPECT_EQ(rich("**a `b` c**"), "a b c | bold:0+2 code:2+1 bold:3+2");
  EXPECT_EQ(rich("# a **b** c"), "a b c | bold:0+5");
  EXPECT_EQ(rich("[`x`](https://a.example)"), "x | code:0+1");
}

TEST(Rich, OnlyAddressesThatCanBeFollowedAreLinks) {
  EXPECT_EQ(rich("[a](https://x.example/y)"), "a | link:0+1(https://x.example/y)");
  EXPECT_EQ(rich("[a](javascript:alert(1))"), "a |");
  EXPECT_EQ(rich("[a](tg://user?id=5)"), "a |");
  EXPECT_EQ(rich("![p](https://x.example/p.png)"), "p | link:0+1(https://x.example/p.png)");
  EXPECT_EQ(rich("[](https://x.example)"), "https://x.example | link:0+17(https://x.example)");
}

TEST(Rich, InertTextHasNothingToFollow) {
  EXPECT_EQ(rich("[a](https://x.example/?d=1)", Links::inert), "a |");
  EXPECT_EQ(rich("see https://x.example/y and evil.com, v1.2.3 `a.com`", Links::inert),
            "see hxxps://x․example/y and evil․com, v1.2.3 a.com | code:45+5");
  EXPECT_EQ(rich("h**tt**p://x.example", Links::inert), "hxxp://x․example | bold:1+2");
  EXPECT_EQ(rich("&#104;ttp://x.example", Links::inert), "hxxp://x․example |");
  EXPECT_EQ(rich("restart foo.service, then www.evil.example.", Links::inert),
            "restart foo.service, then www․evil․example. |");
}

TEST(Rich, TablesAreColumnsOrLines) {
  EXPECT_EQ(rich("|a|b|\n|---|---|\n|1|22|\n"), "a  b\n1  22 | pre:0+10");
  const std::string wide(50, 'w');
  EXPECT_EQ(rich("|a|b|\n|---|---|\n|1|" + wide + "|\n|2|x|\n"),
            "a: 1\nb: " + wide + "\n\na: 2\nb: x |");
}

TEST(Rich, WhatCannotBeSeenIsLeftOut) {
  EXPECT_EQ(rich("a\u202Eb\u200Bc\x1b[1m\x07"), "abc[1m |");
  EXPECT_EQ(rich("👩\u200D👧"), "👩\u200D👧 |");
}

TEST(Rich, SplitsAtBlankLinesFirstAndSpansGoOn) {
  const std::string a(60, 'a'), b(60, 'b');
  const auto parts = markdown::split(markdown::to_rich("**" + a + "\n" + b + "**"), 100);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(shown(parts[0]), a + " | bold:0+60");
  EXPECT_EQ(shown(parts[1]), b + " | bold:0+60");
  EXPECT_TRUE(markdown::split(markdown::to_rich(" \n "), 100).empty());
}

TEST(Rich, NoTextIsLostAndNoCharacterCut) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += i % 7 == 0 ? "😀" : i % 11 == 0 ? " " : "x";
  const auto whole = markdown::to_rich(text);
  std::string together;
  for (const auto& part : markdown::split(whole, 64)) {
    EXPECT_LE(markdown::utf16_length(part.text), 64U);
    EXPECT_EQ(fault_of(part), "");
    together += part.text;
  }
  const auto bare = [](std::string s) {
    std::erase(s, ' ');
    return s;
  };
  EXPECT_EQ(bare(together), bare(whole.text));
}

TEST(Rich, TheFirstLineIsWhatThePhoneShows) {
  const auto r = markdown::to_rich("\n\n**Good** morning\n\nmore");
  EXPECT_EQ(shown(markdown::first_line(r, 100)), "Good morning | bold:0+4");
  EXPECT_EQ(markdown::first_line(r, 4).text, "Good");
}

TEST(Rich, ManySmallTextsAreNeverAtFault) {
  static const std::string alphabet[]{
      "*", "_",   "`", "~~", "[", "](https://a.b)", "!", "\n", "> ",   "- ", "1. ",
      "|", "-|-", "😀", "a",  " ", "```\n",          "#", "<",  "&lt;", "\\", "    "};
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = random() % 24; n > 0; --n) text += alphabet[random() % std::size(alphabet)];
    for (const auto links : {Links::live, Links::inert}) {
      const auto r = markdown::to_rich(text, links);
      ASSERT_EQ(fault_of(r), "") << text;
      for (const auto& part : markdown::split(r, 64)) ASSERT_EQ(fault_of(part), "") << text;
    }
  }
}

TEST(Rich, DeepNestingIsBoundedInTime) {
  for (const std::string unit : {"**a ", "> ", "- ", "[", "`", "*_"}) {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += unit;
    EXPECT_EQ(base::valid_utf8(markdown::to_rich(text).text), markdown::to_rich(text).text);
  }
}

}  // namespace
}  // namespace openclaw::test
