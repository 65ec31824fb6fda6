// SPDX-License-Identifier: MIT
#include "markdown/terminal.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

std::string plain(const std::string& text) {
  return markdown::to_terminal(text, {.colour = false});
}
std::string colour(const std::string& text) { return markdown::to_terminal(text, {}); }

TEST(Markdown, RendersTheCommonBlocks) {
  EXPECT_EQ(plain(""), "");
  EXPECT_EQ(plain("Hello"), "Hello\n");
  EXPECT_EQ(plain("One\n\nTwo"), "One\n\nTwo\n");
  EXPECT_EQ(plain("# Title\n\ntext"), "Title\n\ntext\n");
  EXPECT_EQ(plain("- a\n- b\n"), "• a\n• b\n");
  EXPECT_EQ(plain("3. a\n4. b\n"), "3. a\n4. b\n");
  EXPECT_EQ(plain("- a\n  - b\n"), "• a\n  • b\n");
  EXPECT_EQ(plain("- [ ] a\n- [x] b\n"), "☐ a\n☑ b\n");
  EXPECT_EQ(plain("> quoted\n> twice\n"), "│ quoted\n│ twice\n");
  EXPECT_EQ(plain("```sh\nls -l\n\npwd\n```\n"), "ls -l\n\npwd\n");
  EXPECT_EQ(plain("a\n\n---\n\nb"), "a\n\n———\n\nb\n");
}

TEST(Markdown, RendersSpansAndLinks) {
  EXPECT_EQ(plain("**b** *i* ~~d~~ `c`"), "b i d c\n");
  EXPECT_EQ(colour("**b**"), "\x1b[1mb\x1b[22m\n");
  EXPECT_EQ(colour("`c`"), "\x1b[36mc\x1b[39m\n");
  EXPECT_EQ(plain("[text](https://example.org/x)"), "text <https://example.org/x>\n");
  EXPECT_EQ(plain("<https://example.org/>"), "https://example.org/\n");
  EXPECT_EQ(plain("![alt](https://example.org/i.png)"), "alt\n") << "no image is fetched or linked";
  EXPECT_EQ(plain("a <b>c</b> d"), "a <b>c</b> d\n");
}

TEST(Markdown, ShowsWhereALinkReallyGoes) {
  EXPECT_NE(plain("[https://bank.example](https://evil.example)").find("<https://evil.example>"),
            std::string::npos);
  EXPECT_NE(plain("| a |\n|---|\n| [x](https://evil.example) |\n").find("<https://evil.example>"),
            std::string::npos);
}

TEST(Markdown, DecodesCharacterReferences) {
  EXPECT_EQ(plain("Fish &amp; Chips &lt;3"), "Fish & Chips <3\n");
  EXPECT_EQ(plain("caf&eacute; &#8364;"), "café €\n");
}

TEST(Markdown, AlignsTables) {
  EXPECT_EQ(plain("| a | bb |\n|---|----|\n| ccc | d |\n"), "a    bb  \n───  ──  \nccc  d   \n");
  const std::string wide = plain("| 日本 | x |\n|---|---|\n| a | y |\n");
  EXPECT_EQ(
      base::display_width(wide.substr(0, wide.find("x"))),
      base::display_width(wide.substr(wide.rfind('\n', wide.find('y')) + 1,
                                      wide.find('y') - wide.rfind('\n', wide.find('y')) - 1)));
}

/// Escape sequences of the renderer's own, and no other control character.
bool is_clean(const std::string& out) {
  static const std::vector<std::string> own{"[0m",  "[1m",  "[3m",  "[9m", "[22m",
                                            "[23m", "[29m", "[36m", "[39m"};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if (c == 0x1b) {
      bool known = false;
      for (const auto& o : own) known |= out.compare(i + 1, o.size(), o) == 0;
      if (!known) return false;
    } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) {
      return false;
    }
  }
  std::size_t at = 0;
  while (at < out.size()) {
    const char32_t c = base::next_code_point(out, at);
    if ((c >= 0x80 && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0xE0000 && c <= 0xE0FFF))
      return false;
  }
  return true;
}

TEST(Markdown, NothingInTheTextAddsAnEscapeSequence) {
  for (const char* text : {"&#27;[2J",
                           "&#x1b;[31mred",
                           "&#155;31m",
                           "&#x9b;2J",
                           "[a](<&#27;]8;;x>)",
                           "`&#27;[2J`",
                           "[x](https://e/?&#27;[2J)",
                           "&#7;",
                           "&#8;&#8;&#8;",
                           "&#13;over",
                           "&#x202e;gpj",
                           "&ZeroWidthSpace;&rlm;",
                           "<https://e/&#27;[2J>",
                           "| &#27;[2J |\n|--|\n| &#27; |",
                           "[a]: <&#27;]0;x> \"&#27;\"\n\n[a]",
                           "```&#27;[2J\n&#27;[2J\n```",
                           "![&#27;[2J](x)",
                           "# &#27;[1A",
                           "- [ ] &#27;[1A",
                           "&#0;",
                           "&#xE0041;",
                           "\\&#27;"}) {
    EXPECT_TRUE(is_clean(colour(base::printable(text)))) << text;
    EXPECT_EQ(plain(base::printable(text)).find('\x1b'), std::string::npos) << text;
  }
}

TEST(Markdown, HostileTextStaysCleanWhateverItHolds) {
  std::mt19937_64 random(seed());
  static const std::vector<std::string> pieces{
      "\x1b[2J",  "&#27;", "&#x9b;", "[",    "](", ")",  "*",    "**",           "_",
      "`",        "```\n", "\n",     "\n\n", "> ", "- ", "1. ",  "# ",           "| ",
      "|--|\n",   "~~",    "\\",     "<",    ">",  "&",  ";",    "https://e.x/", "\xE2\x80\xAE",
      "\xC2\x9B", "\a",    "\r",     "x",    "é",  "日", "\xFF", "    ",         "\t",
      "![",       "[ ] "};
  for (int i = 0; i < times(20000, 1'000'000); ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 24; n > 0; --n) text += pieces[random() % pieces.size()];
    ASSERT_TRUE(is_clean(colour(base::printable(text)))) << base::json_escape(text);
  }
}

TEST(Markdown, LargeAndDeepTextEnds) {
  const auto begin = std::chrono::steady_clock::now();
  for (const char* piece : {"> ", "- ", "1. ", "[",  "![", "*", "_",  "`",    "**a ",   "<",
                            "| ", "|a", "# ",  "~~", "](", "&", "\\", "[a](", "*a _b ", "```\n"}) {
    std::string text;
    while (text.size() < 60'000) text += piece;
    EXPECT_LT(plain(text).size(), 8'000'000U) << piece;
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
  EXPECT_LT(seconds.count(), 20);
}

TEST(Markdown, QuotesInQuotesDoNotGrowWithoutBound) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "> ";
  for (int i = 0; i < 4000; ++i) text += "a\n";
  EXPECT_LT(plain(text).size(), 64 * text.size());
}

}  // namespace
}  // namespace openclaw::test
