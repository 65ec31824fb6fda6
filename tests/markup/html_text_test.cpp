// SPDX-License-Identifier: MIT
#include "markup/html_text.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/time.h"

namespace openclaw::test {
namespace {

std::string text_of(std::string_view html) {
  std::string out = markup::html_to_text(html);
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

TEST(Html, Examples) {
  const std::vector<std::pair<std::string, std::string>> all{
      {"", ""},
      {"plain", "plain"},
      {"  many \n\t spaces  ", "many spaces"},
      {"<p>one</p><p>two</p>", "one\ntwo"},
      {"<b>bo</b>ld <i>and</i> so", "bold and so"},
      {"a<br>b<BR/>c<br />d", "a\nb\nc\nd"},
      {"<h1>Head</h1>text", "Head\ntext"},
      {"<ul><li>one<li>two</ul>", "• one\n• two"},
      {"<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\nb"},
      {"x<!-- hidden <b> -->y", "xy"},
      {"x<!---->y", "xy"},
      {"<!DOCTYPE html><html><body>x</body></html>", "x"},
      {"<?xml version=\"1.0\"?>x", "x"},
      {"a &lt;b&gt; &amp;amp; &quot;c&quot;", "a <b> &amp; \"c\""},
      {"&#65;&#x42;&#X43;", "ABC"},
      {"&euro;&#8364;&hellip;", "€€…"},
      {"a & b &unknown; &;", "a & b &unknown; &;"},
      {"&#0;&#xD800;&#x110000;&#99999999999;", "&#0;&#xD800;&#x110000;&#99999999999;"},
      {"1 < 2 and 3 <4", "1 < 2 and 3 <4"},
      {"x<script>if (a < b) evil('</p>')</script>y", "xy"},
      {"x<SCRIPT type=a>evil</ScRiPt >y", "xy"},
      {"x<style>p { color: red }</style>y", "xy"},
      {"<script>never closed", ""},
      {"<a href=\"https://e.org/x\">link</a>!", "link <https://e.org/x>!"},
      {"<a href='https://e.org/x' class=y>link</a>", "link <https://e.org/x>"},
      {"<a href=https://e.org/x>link</a>", "link <https://e.org/x>"},
      {"<a href=\"javascript:evil()\">link</a>", "link"},
      {"<a href=\"#part\">link</a>", "link"},
      {"<a name=x>link</a>", "link"},
      {"<p title=\"a > b\">text</p>", "text"},
      {"<p title='a > b'>text</p>", "text"},
      {"unfinished <p class=", "unfinished"},
      {"</p></div>x", "x"},
  };
  for (const auto& [html, text] : all) EXPECT_EQ(text_of(html), text) << html;
}

TEST(Html, ReferencesInAnAddressAreDecoded) {
  EXPECT_EQ(text_of("<a href=\"https://e.org/?a=1&amp;b=2\">x</a>"), "x <https://e.org/?a=1&b=2>");
}

TEST(Html, ThePageTitleIsKept) {
  const auto text = text_of("<html><head><title>The title</title></head><body>body</body></html>");
  EXPECT_NE(text.find("body"), std::string::npos);
  EXPECT_NE(text.find("The title"), std::string::npos) << text;
}

TEST(Html, AHeadNeedsNoEndTag) {
  EXPECT_NE(text_of("<html><head><meta charset=utf-8><title>t</title><body><p>body</p></html>")
                .find("body"),
            std::string::npos);
}

TEST(Html, AnApostropheInAnUnquotedValueHidesNothing) {
  EXPECT_EQ(text_of("<p title=it's>one</p><p>two</p>"), "one\ntwo");
  EXPECT_EQ(text_of("<a href=http://e.org/it's>one</a> two"), "one <http://e.org/it's> two");
}

TEST(Html, ALinkWithADecoyAttributeShowsItsRealAddress) {
  EXPECT_EQ(text_of("<a data-href=\"https://good.org\" href=\"https://evil.org\">x</a>"),
            "x <https://evil.org>");
  EXPECT_EQ(text_of("<a title=\"href=https://good.org\" href=\"https://evil.org\">x</a>"),
            "x <https://evil.org>");
}

TEST(Html, AnEmptyLinkTextStillNamesTheAddress) {
  EXPECT_EQ(text_of("<a href=\"https://e.org\"><img src=x></a>"), "<https://e.org>");
}

TEST(Html, HiddenElementsEndAtTheirOwnTagOnly) {
  EXPECT_EQ(text_of("a<style>x</styles></style>b"), "ab");
  EXPECT_EQ(text_of("<header>a</header><p>b"), "a\nb");
}

/// Milliseconds for the piece repeated up to about so many bytes.
double time_for(const std::string& piece, std::size_t bytes) {
  std::string html;
  html.reserve(bytes + piece.size());
  while (html.size() < bytes) html += piece;
  const auto start = base::boot_now();
  const auto text = markup::html_to_text(html);
  EXPECT_LE(text.size(), html.size() * 3 + 100);
  return static_cast<double>((base::boot_now() - start).count());
}

TEST(Html, TimeIsLinear) {
  for (const std::string piece : {"<",
                                  "<a",
                                  "<a ",
                                  "<a href=",
                                  "<a href=\"",
                                  "<a href='x",
                                  "<!--",
                                  "<!-- -",
                                  "--",
                                  "-->",
                                  "</",
                                  "</a",
                                  "</script",
                                  "<script>",
                                  "<script",
                                  "<script></scrip",
                                  "<svg></",
                                  "<head>",
                                  "&",
                                  "&#",
                                  "&#x",
                                  "&amp",
                                  "&amp;",
                                  "<p>",
                                  "<p",
                                  "<p =\"",
                                  "<li>",
                                  "<a href=http://x></a>",
                                  "<a href=http://x>",
                                  " ",
                                  "\n",
                                  "\t<br>",
                                  "x",
                                  "\"",
                                  "'",
                                  "<>",
                                  "< ",
                                  "<?",
                                  "<![CDATA[",
                                  "]]>",
                                  "<template>",
                                  "</template",
                                  "<a href=\"http://x",
                                  "\xC3",
                                  "\xF0\x9F",
                                  "<p title=\"\">"}) {
    const double small = time_for(piece, 1u << 18);
    const double large = time_for(piece, 1u << 21);
    EXPECT_LT(large, 8 * small + 400) << piece << ": " << small << " and " << large << " ms";
  }
}

TEST(Html, EveryPrefixOfAPageIsReadable) {
  const std::string page =
      "<html><head><title>t</title></head><body><!-- c --><p title=\"a>b\">x &amp; &#8364; "
      "<a href='http://e.org'>l</a><script>s</script><ul><li>i</ul>";
  for (std::size_t i = 0; i <= page.size(); ++i) {
    const auto text = markup::html_to_text(std::string_view(page).substr(0, i));
    EXPECT_EQ(base::valid_utf8(text), text) << i;
  }
}

TEST(Html, AnyBytesAreSurvived) {
  std::uint32_t state = 20261123;
  for (int round = 0; round < 2000; ++round) {
    std::string html;
    for (int i = 0; i < 200; ++i) {
      state = state * 1664525 + 1013904223;
      static constexpr std::string_view likely = "<>/!-\"'=&#;x aAhrefscipt";
      html += (state >> 28) < 12 ? likely[(state >> 8) % likely.size()]
                                 : static_cast<char>(state >> 16);
    }
    markup::html_to_text(html);
  }
}

}  // namespace
}  // namespace openclaw::test
