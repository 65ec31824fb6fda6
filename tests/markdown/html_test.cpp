// SPDX-License-Identifier: MIT
#include "markdown/html.h"

#include <gtest/gtest.h>

namespace openclaw::markdown {
namespace {

TEST(Html, HasTheElementsThatMatrixClientsShow) {
  EXPECT_EQ(to_html("# Title\n\nSome **bold**, *slanted*, ~~gone~~ and `code`."),
            "<h1>Title</h1>\n<p>Some <strong>bold</strong>, <em>slanted</em>, <del>gone</del> and "
            "<code>code</code>.</p>");
  EXPECT_EQ(to_html("- a\n  - b\n- c"), "<ul><li>a<ul><li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>");
  EXPECT_EQ(to_html("3. x\n4. y"), "<ol start=\"3\"><li>x</li>\n<li>y</li>\n</ol>");
  EXPECT_EQ(to_html("- [x] done"), "<ul><li>☑ done</li>\n</ul>");
  EXPECT_EQ(to_html("```sh\na < b\n```"),
            "<pre><code class=\"language-sh\">a &lt; b\n</code></pre>");
  EXPECT_EQ(to_html("> q\n\n---"), "<blockquote><p>q</p>\n</blockquote>\n<hr>");
  EXPECT_EQ(to_html("|a|b|\n|---|---|\n|1|2|"),
            "<table><thead><tr><th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody><tr><td>1</td>\n"
            "<td>2</td>\n</tr>\n</tbody>\n</table>");
}

TEST(Html, RawHtmlIsText) {
  EXPECT_EQ(to_html("<b onclick=\"x\">hi</b> &amp; <script>"),
            "<p>&lt;b onclick=&quot;x&quot;&gt;hi&lt;/b&gt; &amp; &lt;script&gt;</p>");
  EXPECT_EQ(to_html("```a\"><img\nx\n```"),
            "<pre><code class=\"language-a&quot;&gt;&lt;img\">x\n</code></pre>");
}

TEST(Html, OnlyLinksThatShowAPageAreLinks) {
  EXPECT_EQ(to_html("[x](https://a.example/?q=1&r=\"2\")"),
            "<p><a href=\"https://a.example/?q=1&amp;r=&quot;2&quot;\">x</a></p>");
  EXPECT_EQ(to_html("[x](javascript:alert(1)) ![p](data:text/html,x)"), "<p>x p</p>");
  EXPECT_EQ(to_html("![a picture](https://a.example/p.png)"),
            "<p><a href=\"https://a.example/p.png\">a picture</a></p>");
  EXPECT_EQ(to_html("![](https://a.example/p.png)"),
            "<p><a href=\"https://a.example/p.png\">https://a.example/p.png</a></p>");
}

TEST(Html, InertTextHasNoAddress) {
  const auto html = to_html("[x](https://a.example) https://b.example/s", Links::inert);
  EXPECT_EQ(html.find("<a"), std::string::npos) << html;
  EXPECT_EQ(html.find("https://"), std::string::npos) << html;
  EXPECT_EQ(html.find("b.example"), std::string::npos) << html;
}

TEST(Html, DeepNestingIsFlattened) {
  std::string deep(400, '>');
  const auto html = to_html(deep + " x");
  EXPECT_LT(html.size(), 2000U);
  EXPECT_NE(html.find('x'), std::string::npos);
}

TEST(Html, APartOfALongTextKeepsItsStyles) {
  const Rich rich{"a <b>\nc", {{Span::Kind::bold, 0, 5, {}}, {Span::Kind::italic, 2, 5, {}}}};
  EXPECT_EQ(to_html(rich), "<strong>a <em>&lt;b&gt;</em></strong><em><br>c</em>");
  const Rich pre{"x\ny", {{Span::Kind::pre, 0, 3, "sh"}}};
  EXPECT_EQ(to_html(pre), "<pre>x\ny</pre>");
  EXPECT_EQ(to_html(Rich{"😀 x", {{Span::Kind::code, 3, 1, {}}}}), "😀 <code>x</code>");
}

}  // namespace
}  // namespace openclaw::markdown
