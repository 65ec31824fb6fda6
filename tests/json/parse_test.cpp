// SPDX-License-Identifier: MIT
#include "json/parse.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace openclaw::test {
namespace {

using json::Value;

/// What it reads to, printed, or "refused".
std::string round(const std::string& text, const json::ParseOptions& options = {}) {
  try {
    return json::dump(json::parse(text, options));
  } catch (const json::ParseError&) {
    return "refused";
  }
}

TEST(JsonParse, TakesWhatRfc8259Allows) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-1",
                           "1.5",
                           "\"\"",
                           "[]",
                           "{}",
                           " [ ] ",
                           "\t{\r\n}\n",
                           "[1,2]",
                           "[[],{}]",
                           "{\"\":0}",
                           "{\"a\":{\"b\":[null]}}",
                           "1e5",
                           "1E+5",
                           "1e-5",
                           "-0.0",
                           "0e0",
                           "[1 , 2]",
                           "\"\\u0000\"",
                           "\"\\/\"",
                           "\"\\ud83d\\ude00\"",
                           "\"\x7F\"",
                           "\"\xF0\x9F\x98\x80\"",
                           "\"\xEF\xBF\xBF\"",
                           "123456789012345678901234567890",
                           "1.7976931348623157e308"})
    EXPECT_NE(round(text), "refused") << text;
}

TEST(JsonParse, RefusesWhatRfc8259Forbids) {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "True",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "01",
                           "-01",
                           "-",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x1",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1",
                           "1]",
                           "{",
                           "}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":1,}",
                           "{\"a\" 1}",
                           "{1:1}",
                           "\"",
                           "\"\\\"",
                           "'a'",
                           "\"\t\"",
                           "\"\n\"",
                           "\"\\x41\"",
                           "\"\\u12\"",
                           "\"\\u12G4\"",
                           "\"\\a\"",
                           "1 2",
                           "{} {}",
                           "[] x",
                           "/**/1",
                           "1//",
                           "# a\n1",
                           "\"\xFF\"",
                           "\"\xC0\x80\"",
                           "\"\xED\xA0\x80\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\\ud800\"",
                           "[\"a\",\n4\n,1,",
                           "\xC2\xA0"
                           "1",
                           "\v1",
                           "\xFF\xFE"})
    EXPECT_EQ(round(text), "refused") << text;
}

TEST(JsonParse, RefusesNulBytesEverywhere) {
  for (const auto& text : {std::string("1\0", 2), std::string("{\"a\0b\":1}", 9),
                           std::string("\0", 1), std::string("[1,\0]", 5), std::string("{}\0{", 4)})
    EXPECT_EQ(round(text), "refused");
  EXPECT_EQ(json::parse("\"a\\u0000b\"").as_string(), std::string("a\0b", 3));
}

TEST(JsonParse, LimitsTheDepth) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  const auto objects = [](std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += "{\"a\":";
    return out + "1" + std::string(n, '}');
  };
  EXPECT_NE(round(nested(64)), "refused");
  EXPECT_EQ(round(nested(65)), "refused");
  EXPECT_NE(round(objects(64)), "refused");
  EXPECT_EQ(round(objects(65)), "refused");
  EXPECT_NE(round(nested(3), {.max_depth = 3}), "refused");
  EXPECT_EQ(round(nested(4), {.max_depth = 3}), "refused");
  EXPECT_EQ(round(std::string(5'000'000, '[')), "refused");
  EXPECT_EQ(round(objects(200'000)), "refused");
}

TEST(JsonParse, LimitsTheSize) {
  EXPECT_NE(round("[1]", {.max_bytes = 3}), "refused");
  EXPECT_EQ(round("[1] ", {.max_bytes = 3}), "refused");
}

TEST(JsonParse, KeepsTheLastOfRepeatedKeysOrRefusesThem) {
  EXPECT_EQ(round(R"({"a":1,"b":2,"a":3})"), R"({"a":3,"b":2})");
  EXPECT_EQ(round(R"({"a":1,"b":2,"a":3})", {.unique_keys = true}), "refused");
  EXPECT_EQ(round(R"({"a":1,"\u0061":3})", {.unique_keys = true}), "refused");
  EXPECT_EQ(round(R"([{"x":{"a":1,"a":1}}])", {.unique_keys = true}), "refused");
  EXPECT_EQ(round(R"({"":1,"":1})", {.unique_keys = true}), "refused");
  EXPECT_EQ(round(R"({"a":{"a":1},"b":{"a":1},"A":1})", {.unique_keys = true}),
            R"({"a":{"a":1},"b":{"a":1},"A":1})");
}

TEST(JsonParse, AllowsCommentsOnlyWhereAsked) {
  const std::string text = "// a\n{ /* \"x\": 2, */ \"a\": 1 // b\n} /* end */";
  EXPECT_EQ(round(text), "refused");
  EXPECT_EQ(round(text, {.comments = true}), R"({"a":1})");
  EXPECT_EQ(round("\"//\"", {.comments = true}), R"("//")");
  EXPECT_EQ(round("\"/* a */\"", {.comments = true}), R"("/* a */")");
  EXPECT_EQ(round("1 /* open", {.comments = true}), "refused");
  EXPECT_EQ(round("1 / 2", {.comments = true}), "refused");
  EXPECT_EQ(round("1 # no", {.comments = true}), "refused");
  EXPECT_EQ(round("/* a */", {.comments = true}), "refused");
}

TEST(JsonParse, KeepsTheOrderOfMembers) {
  EXPECT_EQ(round(R"({"z":1,"a":{"y":1,"b":2},"m":3})"), R"({"z":1,"a":{"y":1,"b":2},"m":3})");
}

TEST(JsonParse, KeepsTheSpellingOfNumbers) {
  for (const char* text :
       {"0", "-1", "1.0", "1.10", "1E5", "1e+5", "1.0e-007", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890",
        "0.1000000000000000055511151231257827", "-0.0", "5e-324", "100000000000000000000000.000"})
    EXPECT_EQ(round(text), text);
}

TEST(JsonParse, KeepsTheSpellingOfMinusZero) { EXPECT_EQ(round("-0"), "-0"); }

TEST(JsonParse, TellsIntegersFromOtherNumbers) {
  EXPECT_TRUE(json::parse("9223372036854775807").is_int());
  EXPECT_FALSE(json::parse("9223372036854775808").is_int());
  EXPECT_FALSE(json::parse("1.0").is_int());
  EXPECT_EQ(json::parse("-9223372036854775808").as_int(), INT64_MIN);
  EXPECT_DOUBLE_EQ(json::parse("18446744073709551615").as_double(), 18446744073709551615.0);
}

TEST(JsonParse, NamesTheLineOfAFault) {
  const auto line = [](const std::string& text, bool with_lines) {
    std::map<std::string, std::size_t> lines;
    try {
      json::parse(text,
                  {.comments = true, .unique_keys = true, .lines = with_lines ? &lines : nullptr});
    } catch (const json::ParseError& e) {
      return e.line;
    }
    return std::size_t{0};
  };
  EXPECT_EQ(line("{\n\n \"a\": x\n}", true), 3U);
  EXPECT_EQ(line("{\n\"a\": 1,\n\"b\": 2,\n\n\"a\": 3}", true), 5U);
  EXPECT_EQ(line("x", true), 1U);
}

TEST(JsonParse, NamesTheLineOfAFaultWithoutAMapToo) {
  try {
    json::parse("{\n\n \"a\": x\n}");
    FAIL();
  } catch (const json::ParseError& e) {
    EXPECT_EQ(e.line, 3U);
  }
}

TEST(JsonParse, NeverThrowsAnythingElse) {
  const std::string base = R"({"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",true,null,{"b":{}}],"c":"\n"})";
  for (std::size_t i = 0; i < base.size(); ++i)
    for (unsigned byte = 0; byte < 256; byte += 3) {
      std::string text = base;
      text[i] = static_cast<char>(static_cast<unsigned char>(byte));
      EXPECT_NO_THROW((void)round(text));
      EXPECT_NO_THROW((void)round(text.substr(0, i), {.comments = true}));
    }
}

TEST(JsonDump, ReadsBackToTheSameValue) {
  for (const char* text : {"null", "[true,false]", "1.50", "\"\\u0000\\u001f\\\"\\\\/\"",
                           "\"\xE2\x80\xA8\xE2\x80\xA9\x7F\"", "{\"\":{\"\\n\":[]}}", "\"😀é\"",
                           "[123456789012345678901234567890]"}) {
    const Value value = json::parse(text);
    for (const auto& out : {json::dump(value), json::dump(value, true), json::dump_pretty(value),
                            json::canonical(value)}) {
      EXPECT_EQ(json::parse(out), value) << out;
      EXPECT_EQ(out.find("\xE2\x80\xA8"), std::string::npos);
    }
    for (const char c : json::dump(value, true)) EXPECT_TRUE(c >= 0x20 && c < 0x7F);
  }
}

TEST(JsonDump, ReplacesInvalidUtf8) {
  EXPECT_EQ(json::dump(Value("a\xFF")), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(json::dump(Value("\xE2\x80\xAE"), true), R"("\u202e")");
  EXPECT_EQ(json::dump(Value("😀"), true), R"("\ud83d\ude00")");
  EXPECT_EQ(json::dump(Value(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(json::dump(Value(0.1)), "0.1");
}

TEST(JsonDump, IsCanonicalWhateverTheOrder) {
  const char* a = R"({"b":[{"y":1,"x":2}],"a":{"d":0,"c":null}})";
  const char* b = R"({ "a": {"c":null, "d":0}, "b":[{"x":2,"y":1}] })";
  EXPECT_EQ(json::canonical(json::parse(a)), json::canonical(json::parse(b)));
  EXPECT_EQ(json::canonical(json::parse(a)), R"({"a":{"c":null,"d":0},"b":[{"x":2,"y":1}]})");
  EXPECT_NE(json::canonical(json::parse("[1,2]")), json::canonical(json::parse("[2,1]")));
}

TEST(JsonValue, AnswersWithoutThrowing) {
  const Value value = json::parse(R"({"a":[1,"x",2.5],"b":true})");
  EXPECT_EQ(value["a"].at(1).as_string(), "x");
  EXPECT_TRUE(value["none"]["deeper"].at(7).is_null());
  EXPECT_EQ(value["a"].at(0).as_string(), "");
  EXPECT_EQ(value["b"].as_int(5), 5);
  EXPECT_TRUE(value["b"].as_bool());
  EXPECT_EQ(value["a"].at(2).as_int(), 2);
  EXPECT_EQ(value.size(), 2U);
  EXPECT_EQ(value, json::parse(R"({"b":true,"a":[1,"x",2.5]})"));
  EXPECT_FALSE(value == json::parse(R"({"b":true,"a":["x",1,2.5]})"));
  Value made;
  made.set("k", 1).set("k", 2).push(3);
  EXPECT_EQ(json::dump(made), "[3]");
}

}  // namespace
}  // namespace openclaw::test
