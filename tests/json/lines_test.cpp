// SPDX-License-Identifier: MIT
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "json/parse.h"

namespace openclaw::test {
namespace {

using Lines = std::map<std::string, std::size_t>;

Lines lines_of(const std::string& text) {
  Lines lines;
  json::parse(text, {.comments = true, .lines = &lines});
  return lines;
}

TEST(JsonLines, AreThoseOfKeysAndElements) {
  const Lines found = lines_of(R"({
  "a": 1,
  "b": [
    1, 2,
    3
  ],
  // a comment

  "c": { "d": "x",
         "e":
           [ { "f": null } ]
  },
  "g/h~i": true
})");
  const Lines expected{{"", 1},      {"/a", 2},      {"/b", 3},        {"/b/0", 4},
                       {"/b/1", 4},  {"/b/2", 5},    {"/c", 9},        {"/c/d", 9},
                       {"/c/e", 10}, {"/c/e/0", 11}, {"/c/e/0/f", 11}, {"/g~1h~0i", 13}};
  EXPECT_EQ(found, expected);
}

TEST(JsonLines, AreNotOffByOneAfterNumbers) {
  const Lines expected{{"", 1}, {"/0", 1}, {"/1", 2}, {"/2", 3}, {"/3", 4}};
  EXPECT_EQ(lines_of("[1\n,2\n,3.5\n,true\n]"), expected);
  EXPECT_EQ(lines_of("[1,\n2,\n-3e1,\nnull]"), expected);
  EXPECT_EQ(lines_of("[1, // one\r\n2, // two\r\n3, /* a\r\n*/ 4\r\n]"), expected);
}

TEST(JsonLines, OfEmptyContainersCount) {
  const Lines expected{{"", 1}, {"/0", 2}, {"/1", 3}, {"/2", 4}, {"/2/0", 4}};
  EXPECT_EQ(lines_of("[\n[],\n{},\n[[]]\n]"), expected);
}

/// Builds a text and the expected map side by side.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::string write() {
    lines[""] = 1;
    value("", 0);
    blank();
    return text_;
  }
  Lines lines;

 private:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  void put(const std::string& piece) {
    for (const char c : piece) line_ += c == '\n' ? 1U : 0U;
    text_ += piece;
  }

  void blank() {
    static const char* const kinds[] = {
        "", " ", "\n", "\n\n  ", "\t", " // x, ] }\n", " /* \n [ */ ", "\r\n"};
    put(kinds[pick(8)]);
  }

  void value(const std::string& at, std::size_t depth) {
    const std::size_t kind = pick(depth > 4 ? 5 : 7);
    static const char* const plain[] = {"1", "-2.50e3", "\"a // b\"", "true", "null"};
    if (kind < 5) return put(plain[kind]);
    const bool is_array = kind == 5;
    put(is_array ? "[" : "{");
    const std::size_t n = depth == 0 ? 4 : pick(4);
    for (std::size_t i = 0; i < n; ++i) {
      blank();
      const std::string name = is_array ? std::to_string(i) : "k" + std::to_string(i);
      lines[at + "/" + name] = line_;
      if (!is_array) {
        put("\"" + name + "\"");
        blank();
        put(":");
        blank();
      }
      value(at + "/" + name, depth + 1);
      blank();
      if (i + 1 < n) put(",");
    }
    blank();
    put(is_array ? "]" : "}");
  }

  std::mt19937_64 random_;
  std::string text_;
  std::size_t line_ = 1;
};

TEST(JsonLines, AreExactForRandomTexts) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Writer writer(seed);
    const std::string text = writer.write();
    ASSERT_EQ(lines_of(text), writer.lines) << text;
  }
}

}  // namespace
}  // namespace openclaw::test
