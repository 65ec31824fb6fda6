// SPDX-License-Identifier: MIT
#include "config/node.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace openclaw::test {
namespace {

using config::Document;
using config::Node;
using Lines = std::vector<std::string>;

/// "3 /a/b: words" for each problem.
Lines problems(const Document& document) {
  Lines out;
  for (const auto& p : document.problems())
    out.push_back(std::to_string(p.line) + " " + p.pointer + ": " + p.text);
  return out;
}

/// A small schema, read with every accessor.
void read_sample(Document& document) {
  Node root = document.root();
  root.text("name", "");
  root.required_text("must", "");
  root.word("mode", {"quiet", "loud"}, "");
  root.flag("on", "");
  root.integer("turns", "", 1, 10);
  root.duration("wait", "");
  root.money("usd", "");
  root.texts("tags", "");
  root.any("free", "");
  root.object("inner", "", [](Node& n) { n.text("deep", ""); });
  root.map("people", "", [](const std::string&, Node& n) { n.text("room", ""); });
  root.list("rules", "", [](Node& n) { n.required_text("who", ""); });
  root.not_in_this_version("voice");
}

Lines problems_of(const std::string& text) {
  Document document("f", text);
  read_sample(document);
  return problems(document);
}

TEST(Config, ReadsAGoodFileWithComments) {
  EXPECT_EQ(problems_of(R"({ // all of it
  "name": "x", "must": "y", /* and */ "mode": "loud", "on": true, "turns": 10,
  "wait": "90s", "usd": "0.25", "tags": ["a", "b"], "free": [1, {"any": null}],
  "inner": {"deep": "z"}, "people": {"me": {"room": "!r"}}, "rules": [{"who": "me"}]
})"),
            Lines{});
}

TEST(Config, CollectsEveryErrorWithLineAndPointer) {
  const Lines found = problems_of(R"({
  "name": 1,
  "mode": "laud",
  "on": "yes",
  "turns": 11,
  "wait": "soon",
  "usd": 0.25,
  "tags": ["a", 1],
  "inner": {
    "deeep": "z"
  },
  "people": {
    "me": {"rom": "!r"},
    "a/b": 5
  },
  "rules": [
    {"who": "me"},
    {}
  ],
  "voice": {},
  "nam": 1
})");
  const Lines expected{"1 : 'must' is missing",
                       "2 /name: must be a text, not number",
                       "3 /mode: must be one of quiet, loud (did you mean 'loud'?)",
                       "4 /on: must be true or false, not string",
                       "5 /turns: must be a whole number from 1 to 10",
                       "6 /wait: must be a duration like \"90s\", \"15m\", \"4h\", \"3d\"",
                       "7 /usd: must be an amount of US dollars as a text, like \"0.25\"",
                       "8 /tags: must hold texts only",
                       "10 /inner/deeep: unknown key 'deeep' (did you mean 'deep'?)",
                       "13 /people/me/rom: unknown key 'rom' (did you mean 'room'?)",
                       "14 /people/a~1b: must be an object, not number",
                       "18 /rules/1: 'who' is missing",
                       "20 /voice: 'voice' is not in this version",
                       "21 /nam: unknown key 'nam' (did you mean 'name'?)"};
  EXPECT_EQ(found, expected);
}

TEST(Config, NamesASyntaxErrorAndADuplicateByLine) {
  Document syntax("f", "{\n \"a\": 1,\n oops\n}");
  ASSERT_EQ(syntax.problems().size(), 1U);
  EXPECT_EQ(syntax.problems()[0].line, 3U);
  Document twice("f", "{\n \"a\": 1,\n\n \"a\": 2\n}");
  ASSERT_EQ(twice.problems().size(), 1U);
  EXPECT_EQ(twice.problems()[0].line, 4U);
  EXPECT_NE(twice.problems()[0].text.find("'a'"), std::string::npos);
  Document deep("f", "{\"x\": {\n\"b\": 1, \"b\": 1}}");
  ASSERT_EQ(deep.problems().size(), 1U);
  EXPECT_EQ(deep.problems()[0].line, 2U);
}

TEST(Config, TakesNoOtherTypeSilently) {
  const std::vector<const char*> wrong{"null", "1", "1.5", "true", "[]", "{}", "\"x\""};
  struct Accessor {
    const char* name;
    std::size_t fits;  // how many of the above are right
    void (*read)(Node&);
  };
  const Accessor accessors[] = {
      {"text", 1, [](Node& n) { n.text("k", ""); }},
      {"required_text", 1, [](Node& n) { n.required_text("k", ""); }},
      {"word", 1,
       [](Node& n) {
         n.word("k", {"x", "y"}, "");
       }},
      {"flag", 1, [](Node& n) { n.flag("k", ""); }},
      {"integer", 1, [](Node& n) { n.integer("k", "", 0, 9); }},
      {"duration", 0, [](Node& n) { n.duration("k", ""); }},
      {"money", 0, [](Node& n) { n.money("k", ""); }},
      {"texts", 1, [](Node& n) { n.texts("k", ""); }},
      {"object", 1, [](Node& n) { n.object("k", "", [](Node&) {}); }},
      {"map", 1, [](Node& n) { n.map("k", "", [](const std::string&, Node&) {}); }},
      {"list", 1, [](Node& n) { n.list("k", "", [](Node&) {}); }},
  };
  for (const auto& accessor : accessors) {
    std::size_t fits = 0;
    for (const char* value : wrong) {
      Document document("f", std::string("{\"k\": ") + value + "}");
      {
        Node root = document.root();
        accessor.read(root);
      }
      const auto found = document.problems();
      fits += found.empty() ? 1U : 0U;
      for (const auto& p : found) EXPECT_EQ(p.pointer, "/k") << accessor.name << " " << value;
    }
    EXPECT_EQ(fits, accessor.fits) << accessor.name;
  }
}

TEST(Config, ARootThatIsNoObjectIsAnError) {
  for (const char* text : {"[]", "1", "null", "\"x\""}) {
    Document document("f", text);
    { Node root = document.root(); }
    EXPECT_FALSE(document.problems().empty()) << text;
  }
}

TEST(Config, ListsRefuseRepeatedTexts) {
  Document document("f", R"({"tags": ["a", "b", "a", ""]})");
  {
    Node root = document.root();
    EXPECT_EQ(root.texts("tags", ""), (std::vector<std::string>{"a", "b"}));
  }
  EXPECT_EQ(document.problems().size(), 2U);
}

TEST(Config, EachProblemStandsOnce) {
  Document document("f", "{\"a\": 1, \"b\": 1}");
  {
    Node root = document.root();
    for (int i = 0; i < 3; ++i) {
      root.text("a", "");
      root.text("b", "");
    }
  }
  EXPECT_EQ(document.problems().size(), 2U);
}

TEST(Config, DescribesWhatItIsAskedFor) {
  auto document = Document::describing();
  read_sample(document);
  EXPECT_TRUE(document.problems().empty());
  Lines pointers;
  for (const auto& d : document.described()) pointers.push_back(d.pointer + " " + d.type);
  const Lines expected{"/name text",          "/must text",     "/mode text",       "/on flag",
                       "/turns integer",      "/wait duration", "/usd money",       "/tags texts",
                       "/free any",           "/inner object",  "/inner/deep text", "/people map",
                       "/people/*/room text", "/rules list",    "/rules/-/who text"};
  EXPECT_EQ(pointers, expected);
}

}  // namespace
}  // namespace openclaw::test
