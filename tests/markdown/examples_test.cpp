// SPDX-License-Identifier: MIT
// CommonMark's own examples through every renderer. $OPENCLAW_COMMONMARK is its spec.txt.
#include <set>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "markdown/html.h"
#include "markdown/rich.h"
#include "markdown/terminal.h"
#include "markup/html_text.h"
#include "support/tier.h"

namespace openclaw::markdown {
namespace {

struct Example {
  int number = 0;
  std::string markdown, html;
};

std::string with_tabs(std::string text) {
  const std::string arrow = "→";
  for (auto at = text.find(arrow); at != std::string::npos; at = text.find(arrow, at + 1))
    text.replace(at, arrow.size(), "\t");
  return text;
}

std::vector<Example> examples() {
  const char* const path = std::getenv("OPENCLAW_COMMONMARK");
  if (!path) return {};
  const std::string text = base::read_file(path, 8u << 20);
  const std::string fence(32, '`');
  std::vector<Example> out;
  for (std::size_t at = 0; (at = text.find(fence + " example\n", at)) != std::string::npos;) {
    at += fence.size() + 9;
    const auto end = text.find("\n" + fence, at - 1);
    const std::string body = text.substr(at, end + 1 - at);
    const auto dot = body.starts_with(".\n") ? 0 : body.find("\n.\n") + 1;
    out.push_back({static_cast<int>(out.size()) + 1, with_tabs(body.substr(0, dot)),
                   with_tabs(body.substr(dot + 2))});
    at = end + fence.size() + 1;
  }
  return out;
}

/// Letters and digits of ASCII: what no renderer may lose.
std::string letters(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (base::is_alnum(c)) out += c;
  return out;
}

/// The letters that a reader of the HTML sees.
std::string seen(const std::string& html) {
  std::string out;
  for (std::size_t i = 0; i < html.size();) {
    const auto comment = html.compare(i, 4, "<!--") == 0;
    if (html[i] == '<') {
      const auto end = html.find(comment ? "-->" : ">", i);
      i = end == std::string::npos ? html.size() : end + (comment ? 3 : 1);
    } else if (html[i] == '&') {
      const auto end = html.find(';', i);
      if (end == std::string::npos) break;
      out += markup::decode_reference(html.substr(i, end + 1 - i));
      i = end + 1;
    } else {
      out += html[i++];
    }
  }
  return letters(out);
}

bool holds_in_order(const std::string& all, const std::string& some) {
  std::size_t at = 0;
  for (const char c : all)
    if (at < some.size() && some[at] == c) ++at;
  return at == some.size();
}

std::string fault_of(const Rich& rich) {
  const auto units = utf16_length(rich.text);
  std::size_t before = 0;
  for (const auto& span : rich.spans) {
    if (span.length == 0 || span.offset + span.length > units) return "a span out of range";
    if (span.offset < before) return "spans out of order";
    before = span.offset;
  }
  return {};
}

std::string fault_of_html(const std::string& html) {
  static const std::set<std::string> known{
      "p",   "h1",    "h2",    "h3",    "h4", "h5", "h6",   "blockquote", "ul",
      "ol",  "li",    "pre",   "hr",    "br", "a",  "code", "strong",     "em",
      "del", "table", "thead", "tbody", "tr", "th", "td"};
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string::npos;) {
    const auto end = html.find('>', at);
    if (end == std::string::npos) return "an element without end";
    std::string name = html.substr(at + 1, end - at - 1);
    at = end + 1;
    const bool closes = name.starts_with('/');
    if (closes) name.erase(0, 1);
    name = name.substr(0, name.find(' '));
    if (!known.contains(name)) return "unknown element " + name;
    if (name == "br" || name == "hr") continue;
    if (!closes) {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != name) return "unbalanced at " + name;
      open.pop_back();
    }
  }
  return open.empty() ? std::string() : "not closed: " + open.back();
}

TEST(Examples, LoseNothingAndStayInRange) {
  const auto all = examples();
  if (all.empty()) OPENCLAW_NOT_RUN("OPENCLAW_COMMONMARK names no spec.txt");
  ASSERT_GT(all.size(), 600U);
  for (const auto& example : all) {
    const auto where = "example " + std::to_string(example.number) + ":\n" + example.markdown;
    // What is raw HTML there is text here, so that the line after it begins a block.
    const std::string wanted =
        example.markdown.starts_with("<div></div>\n```") ? "" : seen(example.html);
    const auto rich = to_rich(example.markdown);
    EXPECT_EQ(fault_of(rich), "") << where;
    EXPECT_TRUE(holds_in_order(letters(rich.text), wanted)) << where << "\n" << rich.text;
    std::string together;
    for (const auto& part : split(rich, 64)) {
      EXPECT_EQ(fault_of(part), "") << where;
      EXPECT_LE(utf16_length(part.text), 64U) << where;
      EXPECT_EQ(fault_of_html(to_html(part)), "") << where << to_html(part);
      together += letters(part.text);
    }
    EXPECT_EQ(together, letters(rich.text)) << where;
    const auto html = to_html(example.markdown);
    EXPECT_EQ(fault_of_html(html), "") << where << "\n" << html;
    EXPECT_TRUE(holds_in_order(seen(html), wanted)) << where << "\n" << html;
    EXPECT_EQ(fault_of_html(to_html(example.markdown, Links::inert)), "") << where;
    const auto drawn = to_terminal(example.markdown, {false, 80});
    EXPECT_TRUE(holds_in_order(letters(drawn), wanted)) << where << "\n" << drawn;
  }
}

}  // namespace
}  // namespace openclaw::markdown
