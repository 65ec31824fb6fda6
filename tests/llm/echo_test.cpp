// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "json/parse.h"
#include "llm/canned_http.h"
#include "llm/conversation.h"
#include "llm/parts.h"
#include "llm/print.h"
#include "support/temp_dir.h"

/// What is sent back of earlier answers: verbatim to the same model of the same vendor, made anew
/// for any other; and where cache marks stand.
namespace openclaw::test {
namespace {

using json::Value;

Value echo_case() { return json::parse(read(OPENCLAW_TEST_DATA "/requests/echo.json")); }

std::vector<const llm::Wire*> wires() {
  std::vector<const llm::Wire*> out;
  for (const auto& name : llm::wire_names()) out.push_back(llm::find_wire(name));
  return out;
}

Value preview_as(const llm::Wire& to, const llm::Request& request) {
  return previewed(endpoint_of(to), request);
}

/// All values of that key anywhere below, in order.
void collect(const Value& value, std::string_view key, std::vector<Value>& out) {
  for (const auto& item : value.items()) collect(item, key, out);
  for (const auto& [name, member] : value.members()) {
    if (name == key) out.push_back(member);
    collect(member, key, out);
  }
}

std::vector<Value> all(const Value& value, std::string_view key) {
  std::vector<Value> out;
  collect(value, key, out);
  return out;
}

TEST(Echo, AnswersOfAnyVendorAreRebuiltForAnyOther) {
  const auto conversation = echo_case()["conversation"];
  for (const auto* from : wires()) {
    for (const auto* to : wires()) {
      if (from == to) continue;
      SCOPED_TRACE(std::string(from->name) + " to " + std::string(to->name));
      const auto sent = json::dump(preview_as(*to, request_from(conversation, *from)));
      for (const char* gone : {"c2lnbmVk", "c2VhbGVk", "Two cities.", "rs_1", "fc_1"})
        EXPECT_EQ(sent.find(gone), std::string::npos) << gone << " of another vendor in " << sent;
      for (const char* kept : {"Rome and Oslo?", "weather", "a city is missing"})
        EXPECT_NE(sent.find(kept), std::string::npos) << kept << " is missing in " << sent;
    }
  }
}

TEST(Echo, AnotherModelOrProviderIsAnotherOrigin) {
  const auto conversation = echo_case()["conversation"];
  auto request = request_from(conversation, llm::anthropic_wire);
  request.model = "m-2";
  EXPECT_TRUE(all(preview_as(llm::anthropic_wire, request), "signature").empty());
  request.model = "m-1";
  EXPECT_EQ(all(preview_as(llm::anthropic_wire, request), "signature").size(), 1U);
  auto endpoint = endpoint_of(llm::anthropic_wire);
  endpoint.name = "u";
  EXPECT_TRUE(all(previewed(endpoint, request), "signature").empty());
}

TEST(Echo, ForeignCallsAreSignedWithTheDocumentedWord) {
  const auto conversation = echo_case()["conversation"];
  const auto body = preview_as(llm::gemini_wire, request_from(conversation, llm::anthropic_wire));
  EXPECT_EQ(all(body, "thoughtSignature"),
            std::vector<Value>{Value("skip_thought_signature_validator")});
  const auto& parts = body["contents"].at(1)["parts"];
  EXPECT_TRUE(parts.at(1).contains("thoughtSignature")) << "the first call carries it";
}

/// Two rounds of calls by a vendor that gives no ids, then a vendor that wants them.
class Minted : public testing::Test {
 protected:
  static llm::Request two_rounds(const llm::Wire& from) {
    auto conversation = echo_case()["conversation"];
    auto messages = conversation["messages"];
    messages.push(conversation["messages"].at(1));
    messages.push(conversation["messages"].at(2));
    conversation.set("messages", messages);
    return request_from(conversation, from);
  }
};

TEST_F(Minted, IdsAreUniqueInTheConversation) {
  for (const auto* from : {&llm::gemini_wire, &llm::ollama_wire}) {
    const auto to_anthropic = preview_as(llm::anthropic_wire, two_rounds(*from));
    std::vector<std::string> made, answered;
    for (const auto& id : all(to_anthropic["messages"], "id")) made.push_back(id.as_string());
    for (const auto& id : all(to_anthropic["messages"], "tool_use_id"))
      answered.push_back(id.as_string());
    EXPECT_EQ(made.size(), 4U);
    EXPECT_EQ(made, answered) << from->name;
    const std::set<std::string> unique(made.begin(), made.end());
    EXPECT_EQ(unique.size(), made.size()) << from->name << ": an id stands twice; a 400 there";
  }
}

TEST_F(Minted, IdsOfOursAreNeverSentToWhoGaveNone) {
  const auto sent = json::dump(preview_as(llm::gemini_wire, two_rounds(llm::gemini_wire)));
  EXPECT_FALSE(llm::is_minted("call_abc"));
  EXPECT_FALSE(llm::is_minted("toolu_1"));
  EXPECT_EQ(sent.find("\"id\""), std::string::npos) << sent;
}

// Anthropic takes ids of ^[a-zA-Z0-9_-]+$ only; other vendors make "functions.weather:0".
TEST(Echo, ForeignIdsFitAnthropicsPattern) {
  auto request = hello(false);
  llm::Message call, result;
  call.role = llm::Role::assistant;
  call.parts = {llm::ToolCall{"functions.weather:0", "weather", "{}"}};
  result.parts = {llm::ToolResult{"functions.weather:0", "weather", "sun", false}};
  request.messages.push_back(call);
  request.messages.push_back(result);
  const auto body = preview_as(llm::anthropic_wire, request);
  const auto made = all(body["messages"], "id");
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made, all(body["messages"], "tool_use_id"));
  const auto& id = made[0].as_string();
  EXPECT_TRUE(std::all_of(id.begin(), id.end(), [](char c) {
    return base::is_alnum(c) || c == '_' || c == '-';
  })) << id;
}

TEST(Echo, ResultsStandBeforeTextInAnthropicsMessage) {
  auto request = hello(false);
  llm::Message call, result;
  call.role = llm::Role::assistant;
  call.parts = {llm::ToolCall{"a", "t", "{}"}, llm::ToolCall{"b", "t", "{}"}};
  result.parts = {llm::Text{"by the way"}, llm::ToolResult{"a", "t", "1", false},
                  llm::ToolResult{"b", "t", "2", false}};
  request.messages.push_back(call);
  request.messages.push_back(result);
  const auto body = preview_as(llm::anthropic_wire, request);
  EXPECT_EQ(body["messages"].size(), 3U);
  const auto& content = body["messages"].at(2)["content"];
  EXPECT_EQ(content.at(0)["type"], Value("tool_result"));
  EXPECT_EQ(content.at(1)["type"], Value("tool_result"));
  EXPECT_EQ(content.at(2)["type"], Value("text"));
}

class Cache : public testing::Test {
 protected:
  static llm::Request request(bool cache) {
    auto out = request_from(echo_case()["conversation"], llm::anthropic_wire);
    out.cache = cache;
    return out;
  }
};

TEST_F(Cache, MarksStandOnlyWhereTheyAreAskedFor) {
  for (const auto* wire : wires()) {
    EXPECT_TRUE(all(preview_as(*wire, request(false)), "cache_control").empty()) << wire->name;
    const auto marks = all(preview_as(*wire, request(true)), "cache_control").size();
    EXPECT_EQ(marks, wire == &llm::anthropic_wire ? 2U : 0U) << wire->name;
  }
}

TEST_F(Cache, MarksTheLastBlockAndTheStablePrefix) {
  const auto body = preview_as(llm::anthropic_wire, request(true));
  const Value mark = json::parse(R"({"type":"ephemeral"})");
  EXPECT_EQ(body["system"].at(0)["cache_control"], mark);
  EXPECT_EQ(body["system"].at(0)["text"], Value("s"));
  const auto& last = body["messages"].items().back()["content"].items().back();
  EXPECT_EQ(last["cache_control"], mark);
  auto without_system = request(true);
  without_system.system.clear();
  const auto tools = preview_as(llm::anthropic_wire, without_system)["tools"];
  EXPECT_EQ(tools.items().back()["cache_control"], mark);
}

/// A paused turn is sent again as it is, so its last block must stay as the vendor signed it.
TEST_F(Cache, NeverMarksAnEchoedAnswer) {
  auto paused = request(true);
  paused.messages.pop_back();
  const auto content = paused.messages.back().raw;
  const auto body = preview_as(llm::anthropic_wire, paused);
  EXPECT_EQ(body["messages"].items().back()["content"], content);
}

TEST(Strict, IsSaidOnlyOfSchemasThatAre) {
  const auto strict = [](const char* schema) { return llm::is_strict(json::parse(schema)); };
  EXPECT_TRUE(
      strict(R"({"type":"object","properties":{},"required":[],"additionalProperties":false})"));
  EXPECT_TRUE(strict(R"({"type":"object","properties":{"a":{"type":["string","null"]}},)"
                     R"("required":["a"],"additionalProperties":false})"));
  EXPECT_FALSE(strict(R"({"type":"object","properties":{}})"));
  EXPECT_FALSE(strict(R"({"type":"object","properties":{"a":{}},"additionalProperties":false})"));
  EXPECT_FALSE(strict(R"({"type":"object","additionalProperties":false,"required":["a"],)"
                      R"("properties":{"a":{"type":"object","properties":{}}}})"));
  EXPECT_FALSE(strict(R"({"type":"object","additionalProperties":false,"required":["a"],)"
                      R"("properties":{"a":{"type":"array","items":{"type":"object"}}}})"));
  EXPECT_FALSE(strict(R"({"type":"object","additionalProperties":false,"required":["a"],)"
                      R"("properties":{"a":{"anyOf":[{"type":"object","properties":{}}]}}})"))
      << "an open object inside anyOf";
  EXPECT_FALSE(strict(R"({"type":"object","additionalProperties":false,"required":["a"],)"
                      R"("properties":{"a":{"type":["object","null"]}}})"))
      << "an object that may be null is open too";
}

}  // namespace
}  // namespace openclaw::test
