// SPDX-License-Identifier: MIT
#include "json/schema.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "json/parse.h"

namespace openclaw::test {
namespace {

struct Case {
  const char* schema;
  const char* value;
  bool fits;
};

// Draft 7 by the letter, chosen where implementations go astray.
const Case cases[] = {
    {R"({})", R"(1)", true},
    {R"({"type":"integer"})", R"(1)", true},
    {R"({"type":"integer"})", R"(1.5)", false},
    {R"({"type":"integer"})", R"("1")", false},
    {R"({"type":"integer"})", R"(true)", false},
    {R"({"type":"number"})", R"(1)", true},
    {R"({"type":"number"})", R"(1.5)", true},
    {R"({"type":"number"})", R"("1.5")", false},
    {R"({"type":"string"})", R"("")", true},
    {R"({"type":"string"})", R"(null)", false},
    {R"({"type":"boolean"})", R"(false)", true},
    {R"({"type":"boolean"})", R"(0)", false},
    {R"({"type":"boolean"})", R"("true")", false},
    {R"({"type":"null"})", R"(null)", true},
    {R"({"type":"null"})", R"("")", false},
    {R"({"type":"array"})", R"([])", true},
    {R"({"type":"array"})", R"({})", false},
    {R"({"type":"object"})", R"([])", false},
    {R"({"type":["string","null"]})", R"(null)", true},
    {R"({"type":["string","null"]})", R"(1)", false},
    {R"({"properties":{"a":{"type":"string"}}})", R"({"a":1})", false},
    {R"({"properties":{"a":{"type":"string"}}})", R"({"b":1})", true},
    {R"({"properties":{"a":{"type":"string"}}})", R"([1])", true},
    {R"({"required":["a","b"]})", R"({"a":1})", false},
    {R"({"required":["a","b"]})", R"({"a":1,"b":null})", true},
    {R"({"additionalProperties":false,"properties":{"a":{}}})", R"({"a":1})", true},
    {R"({"additionalProperties":false,"properties":{"a":{}}})", R"({"a":1,"A":1})", false},
    {R"({"additionalProperties":false})", R"({"x":1})", false},
    {R"({"additionalProperties":{"type":"integer"}})", R"({"x":1,"y":"z"})", false},
    {R"({"items":{"type":"integer"}})", R"([1,2,3])", true},
    {R"({"items":{"type":"integer"}})", R"([1,"2"])", false},
    {R"({"items":false})", R"([])", true},
    {R"({"items":false})", R"([1])", false},
    {R"({"enum":["a",1,null,[1],{"b":2}]})", R"({"b":2})", true},
    {R"({"enum":["a",1,null,[1],{"b":2}]})", R"([1])", true},
    {R"({"enum":["a",1,null]})", R"("1")", false},
    {R"({"enum":["a"]})", R"("A")", false},
    {R"({"enum":[true]})", R"(1)", false},
    {R"({"enum":[0]})", R"(false)", false},
    {R"({"const":"x"})", R"("x")", true},
    {R"({"const":"x"})", R"("y")", false},
    {R"({"const":{"a":[1,2]}})", R"({"a":[2,1]})", false},
    {R"({"const":null})", R"(null)", true},
    {R"({"const":null})", R"(0)", false},
    {R"({"minimum":3})", R"(3)", true},
    {R"({"minimum":3})", R"(2)", false},
    {R"({"minimum":3})", R"("2")", true},
    {R"({"maximum":3})", R"(3.0001)", false},
    {R"({"exclusiveMinimum":3})", R"(3)", false},
    {R"({"exclusiveMaximum":3})", R"(2.9)", true},
    {R"({"exclusiveMaximum":3})", R"(3)", false},
    {R"({"minLength":2})", R"("é")", false},
    {R"({"minLength":2})", R"("éé")", true},
    {R"({"maxLength":2})", R"("😀😀")", true},
    {R"({"maxLength":2})", R"("😀😀😀")", false},
    {R"({"maxLength":0})", R"("")", true},
    {R"({"minItems":1})", R"([])", false},
    {R"({"maxItems":1})", R"([1,2])", false},
    {R"({"minProperties":1})", R"({})", false},
    {R"({"maxProperties":1})", R"({"a":1,"b":2})", false},
    {R"({"uniqueItems":true})", R"([1,2,1])", false},
    {R"({"uniqueItems":true})", R"([1,"1",true,null])", true},
    {R"({"uniqueItems":true})", R"([{"a":1,"b":2},{"b":2,"a":1}])", false},
    {R"({"uniqueItems":false})", R"([1,1])", true},
    {R"({"multipleOf":5})", R"(15)", true},
    {R"({"multipleOf":5})", R"(16)", false},
    {R"({"multipleOf":0.5})", R"(1.5)", true},
    {R"({"anyOf":[{"type":"string"},{"minimum":5}]})", R"(6)", true},
    {R"({"anyOf":[{"type":"string"},{"minimum":5}]})", R"(4)", false},
    {R"({"oneOf":[{"type":"integer"},{"minimum":5}]})", R"(6)", false},
    {R"({"oneOf":[{"type":"integer"},{"minimum":5}]})", R"(4)", true},
    {R"({"allOf":[{"minimum":1},{"maximum":5}]})", R"(6)", false},
    {R"({"not":{"type":"string"}})", R"("x")", false},
    {R"({"not":{"type":"string"}})", R"(1)", true},
    {R"({"properties":{"a":{"properties":{"b":{"items":{"maximum":1}}}}}})", R"({"a":{"b":[0,2]}})",
     false},
    {R"({"properties":{"$ref":{"type":"string"}}})", R"({"$ref":1})", false},
    {R"({"description":"x","title":"y","default":1,"examples":["$ref"]})", R"("x")", true},
};

TEST(JsonSchema, DecidesAsDraft7Says) {
  for (const auto& c : cases) {
    const json::Schema schema(json::parse(c.schema));
    const auto faults = schema.faults(json::parse(c.value));
    EXPECT_EQ(faults.empty(), c.fits) << c.schema << " with " << c.value;
  }
}

TEST(JsonSchema, TakesBooleanSchemasInside) {
  const json::Schema schema(json::parse(R"({"properties":{"yes":true,"no":false}})"));
  EXPECT_TRUE(schema.faults(json::parse(R"({"yes":[1]})")).empty());
  EXPECT_FALSE(schema.faults(json::parse(R"({"no":1})")).empty());
}

TEST(JsonSchema, NamesThePlaceOfAFault) {
  const json::Schema schema(json::parse(R"({"properties":{"count":{"type":"integer"}}})"));
  const auto faults = schema.faults(json::parse(R"({"count":"three"})"));
  ASSERT_FALSE(faults.empty());
  EXPECT_NE(faults.front().find("count"), std::string::npos) << faults.front();
}

TEST(JsonSchema, RefusesWhatItWouldNotCheck) {
  for (const char* text : {R"({"$ref":"#/definitions/x"})",
                           R"({"$ref":"https://example.org/x.json"})",
                           R"({"pattern":"a*"})",
                           R"({"patternProperties":{"a":{}}})",
                           R"({"propertyNames":{}})",
                           R"({"definitions":{"x":{}}})",
                           R"({"$defs":{}})",
                           R"({"if":{},"then":{}})",
                           R"({"contains":{}})",
                           R"({"dependencies":{}})",
                           R"({"additionalItems":false})",
                           R"({"unevaluatedProperties":false})",
                           R"({"dependentRequired":{}})",
                           R"({"prefixItems":[]})",
                           R"({"$recursiveRef":"#"})",
                           R"({"minContains":1})",
                           R"({"Type":"string"})",
                           R"({"requierd":["a"]})",
                           R"({"nullable":true})",
                           R"({"properties":{"a":{"pattern":"x"}}})",
                           R"({"properties":{"a":{"$ref":"#"}}})",
                           R"({"items":{"pattern":"x"}})",
                           R"({"items":[{"type":"string"}]})",
                           R"({"anyOf":[{},{"pattern":"x"}]})",
                           R"({"oneOf":[{"$ref":"#"}]})",
                           R"({"allOf":[{"foo":1}]})",
                           R"({"not":{"pattern":"x"}})",
                           R"({"additionalProperties":{"pattern":"x"}})",
                           R"([])",
                           R"("x")",
                           R"(null)",
                           R"(1)"}) {
    EXPECT_THROW(json::Schema(json::parse(text)), base::ConfigError) << text;
  }
}

TEST(JsonSchema, RefusesKeywordsThatSayNothing) {
  for (const char* text :
       {R"({"type":"strnig"})", R"({"type":5})", R"({"type":["string",5]})",

        R"({"maximum":null})", R"({"maxLength":-1})",

        R"({"maxItems":1.5})", R"({"required":"a"})", R"({"required":[1]})", R"({"properties":[]})",
        R"({"properties":{"a":1}})", R"({"items":5})", R"({"enum":"a"})",

        R"({"oneOf":"x"})", R"({"allOf":5})", R"({"not":5})", R"({"additionalProperties":"no"})",
        R"({"uniqueItems":"yes"})",

        R"({"exclusiveMinimum":true})"}) {
    EXPECT_THROW(json::Schema(json::parse(text)), base::ConfigError) << text;
  }
}

// Whole numbers are divided by it.
TEST(JsonSchema, AMultipleOfNothingIsRefused) {
  for (const char* text : {R"({"multipleOf":0})", R"({"multipleOf":-1})", R"({"multipleOf":0.0})"})
    EXPECT_THROW(json::Schema(json::parse(text)), base::ConfigError) << text;
}

TEST(JsonSchema, ARootThatForbidsAllForbidsAll) {
  bool forbids = true;
  try {
    forbids = !json::Schema(json::Value(false)).faults(json::parse("1")).empty();
  } catch (const base::ConfigError&) {
  }
  EXPECT_TRUE(forbids);
}

TEST(JsonSchema, SurvivesDeepAndWideValues) {
  const json::Schema schema(
      json::parse(R"({"type":"object","properties":{"a":{"type":"array"}}})"));
  std::string deep(60, '[');
  deep += std::string(60, ']');
  EXPECT_TRUE(schema.faults(json::parse("{\"a\":" + deep + "}")).empty());
  std::string wide = "{\"a\":[0";
  for (int i = 0; i < 20000; ++i) wide += ",0";
  EXPECT_TRUE(schema.faults(json::parse(wide + "]}")).empty());
  const json::Schema strict(json::parse(R"({"items":{"type":"string"}})"));
  EXPECT_LE(strict.faults(json::parse(wide.substr(5) + "]")).size(), 8U);
}

}  // namespace
}  // namespace openclaw::test
