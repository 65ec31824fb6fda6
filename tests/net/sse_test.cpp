// SPDX-License-Identifier: MIT
#include "net/sse.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace openclaw::test {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events events_of(const std::vector<std::string_view>& pieces) {
  Events out;
  net::SseParser parser;
  for (const auto piece : pieces)
    parser.feed(piece, [&](const net::Event& event) { out.emplace_back(event.name, event.data); });
  return out;
}

/// The same events, however the text is cut: whole, at one place, at two, and byte by byte.
void expect_events(const std::string& text, const Events& expected) {
  const std::string_view all = text;
  EXPECT_EQ(events_of({all}), expected);
  for (std::size_t i = 0; i <= all.size(); ++i) {
    EXPECT_EQ(events_of({all.substr(0, i), all.substr(i)}), expected) << "cut at " << i;
    for (std::size_t j = i; j <= all.size(); ++j)
      EXPECT_EQ(events_of({all.substr(0, i), all.substr(i, j - i), all.substr(j)}), expected)
          << "cut at " << i << " and " << j;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < all.size(); ++i) bytes.push_back(all.substr(i, 1));
  EXPECT_EQ(events_of(bytes), expected);
}

TEST(Sse, AllLineEnds) {
  for (const std::string end : {"\n", "\r\n", "\r"})
    expect_events("event: a" + end + "data: 1" + end + end + "data: 2" + end + end,
                  {{"a", "1"}, {"message", "2"}});
}

TEST(Sse, MixedLineEnds) {
  expect_events("data: 1\r\rdata: 2\n\r\ndata: 3\r\n\n",
                {{"message", "1"}, {"message", "2"}, {"message", "3"}});
}

TEST(Sse, MultiLineData) {
  expect_events("data: one\ndata:\ndata: three\n\n", {{"message", "one\n\nthree"}});
}

TEST(Sse, OneSpaceAfterTheColonIsDropped) {
  expect_events("data:x\n\ndata: x\n\ndata:  x\n\ndata:\tx\n\n",
                {{"message", "x"}, {"message", "x"}, {"message", " x"}, {"message", "\tx"}});
}

TEST(Sse, CommentsAreIgnored) {
  expect_events(": hello\n:\n:data: no\ndata: yes\n: between\n\n", {{"message", "yes"}});
}

TEST(Sse, AByteOrderMarkIsDroppedOnceAtTheStart) {
  expect_events(
      "\xEF\xBB\xBF"
      "data: x\n\n",
      {{"message", "x"}});
  expect_events(
      "data: 1\n\n\xEF\xBB\xBF"
      "data: 2\n\n",
      {{"message", "1"}});
  expect_events(
      "\xEF\xBB\xBF\xEF\xBB\xBF"
      "data: x\n\n",
      {});
}

TEST(Sse, AFieldWithoutColonIsEmpty) {
  expect_events("data\n\n", {{"message", ""}});
  expect_events("data\ndata\n\n", {{"message", "\n"}});
  expect_events("event\ndata: x\n\n", {{"message", "x"}});
}

TEST(Sse, WithoutDataThereIsNoEvent) {
  expect_events("event: a\n\ndata: x\n\n", {{"message", "x"}});
  expect_events("\n\n\n", {});
  expect_events("id: 7\nretry: 100\n\n", {});
}

TEST(Sse, UnknownFieldsAndOtherCasesAreIgnored) {
  expect_events("Data: no\ndatas: no\n data: no\nid: 1\ndata: yes\n\n", {{"message", "yes"}});
}

TEST(Sse, WithoutTheBlankLineThereIsNoEvent) {
  expect_events("data: 1\n\ndata: 2\n", {{"message", "1"}});
  expect_events("data: 1", {});
}

TEST(Sse, ColonsInTheValueStay) {
  expect_events("data: {\"a\": \"b: c\"}\nevent: x:y\n\n", {{"x:y", "{\"a\": \"b: c\"}"}});
}

TEST(Sse, AnEventHasACap) {
  const std::string line = "data: " + std::string(1 << 20, 'x') + "\n";
  net::SseParser many;
  EXPECT_THROW(
      {
        for (int i = 0; i < 9; ++i) many.feed(line, [](const net::Event&) {});
      },
      base::ProtocolError);
  net::SseParser endless;
  const std::string piece(1 << 20, 'x');
  EXPECT_THROW(
      {
        for (int i = 0; i < 9; ++i) endless.feed(piece, [](const net::Event&) {});
      },
      base::ProtocolError);
}

std::vector<std::string> lines_of(const std::vector<std::string_view>& pieces) {
  std::vector<std::string> out;
  const auto take = [&](std::string_view line) { out.emplace_back(line); };
  net::LineParser parser;
  for (const auto piece : pieces) parser.feed(piece, take);
  parser.finish(take);
  return out;
}

TEST(Lines, AreTheSameHoweverTheyAreCut) {
  const std::string_view text = "{\"a\":1}\r\n{\"b\":2}\n\n{\"c\":\"\xE2\x82\xAC\"}";
  const std::vector<std::string> expected{"{\"a\":1}", "{\"b\":2}", "{\"c\":\"\xE2\x82\xAC\"}"};
  for (std::size_t i = 0; i <= text.size(); ++i)
    for (std::size_t j = i; j <= text.size(); ++j)
      EXPECT_EQ(lines_of({text.substr(0, i), text.substr(i, j - i), text.substr(j)}), expected);
}

TEST(Lines, TheLastNeedsNoEnd) {
  EXPECT_EQ(lines_of({"a\nb"}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(lines_of({"a\nb\n"}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(lines_of({""}), std::vector<std::string>{});
}

TEST(Lines, AreCapped) {
  net::LineParser parser;
  const std::string piece(1 << 20, 'x');
  EXPECT_THROW(
      {
        for (int i = 0; i < 9; ++i) parser.feed(piece, [](std::string_view) {});
      },
      base::ProtocolError);
}

}  // namespace
}  // namespace openclaw::test
