// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "llm/canned_http.h"
#include "llm/conversation.h"
#include "llm/corpus.h"
#include "llm/print.h"
#include "support/temp_dir.h"

/// What goes out: whole bodies written by hand from the vendors' own descriptions, and what holds
/// for all of them.
namespace openclaw::test {
namespace {

using json::Value;

/// Empty when both are equal; otherwise both, with members sorted.
std::string unlike(const Value& expected, const Value& body) {
  if (expected == body) return {};
  return "expected " + json::canonical(expected) + "\n     got " + json::canonical(body);
}

class Wires : public testing::TestWithParam<std::string> {
 protected:
  const llm::Wire& wire() const { return *llm::find_wire(GetParam()); }
  Value body(const llm::Request& request) const { return previewed(endpoint_of(wire()), request); }
  std::string text(const llm::Request& request) const { return json::dump(body(request)); }
};

INSTANTIATE_TEST_SUITE_P(All, Wires, testing::ValuesIn(llm::wire_names()), [](const auto& made) {
  std::string name = made.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST_P(Wires, WrittenConversations) {
  int compared = 0;
  for (const auto& file : std::filesystem::directory_iterator(OPENCLAW_TEST_DATA "/requests")) {
    const auto golden = json::parse(read(file.path()));
    ASSERT_TRUE(golden.contains(GetParam())) << file.path();
    const auto request = request_from(golden["conversation"], wire());
    EXPECT_EQ(unlike(golden[GetParam()], body(request)), "") << file.path().filename();
    ++compared;
  }
  EXPECT_EQ(compared, 8);
}

TEST_P(Wires, HelloIsSmallAndSaysNothingUnasked) {
  for (const bool stream : {false, true}) {
    const auto sent = text(hello(stream));
    EXPECT_LT(sent.size(), 600U) << sent;
    for (const char* unasked : {"temperature", "top_p", "top_k", "tools", "tool_choice", "cache",
                                "include\"", "schema", "effort", "think", "metadata", "user\":"})
      EXPECT_EQ(sent.find(unasked), std::string::npos) << unasked << " in " << sent;
  }
}

/// Prompt caching reads a prefix byte by byte: more messages must not change what stands before.
TEST_P(Wires, PrefixStaysByteForByte) {
  auto request = hello(true);
  request.system = "You are terse.";
  request.tools.push_back({"t", "d", json::parse(R"({"type":"object","properties":{}})")});
  const auto before = text(request);
  EXPECT_EQ(before, text(request));
  request.messages.push_back(llm::user_text("more"));
  const auto after = text(request);
  const auto at = before.find("hello");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(before.substr(0, at + 5), after.substr(0, at + 5));
}

TEST_P(Wires, ConfiguredMembersAreMergedAndRemoved) {
  auto endpoint = endpoint_of(wire());
  endpoint.body = json::parse(R"({"extra":{"a":[1,2.50]},"model":"other","messages":null,)"
                              R"("contents":null,"input":null,"never_there":null})");
  const auto sent = previewed(endpoint, hello(true));
  EXPECT_EQ(sent["extra"], json::parse(R"({"a":[1,2.5]})"));
  EXPECT_EQ(sent["model"], Value("other"));
  for (const char* gone : {"messages", "contents", "input", "never_there"})
    EXPECT_FALSE(sent.contains(gone)) << gone;
  EXPECT_NE(json::dump(sent).find("2.50"), std::string::npos) << "numbers keep their spelling";
}

TEST_P(Wires, ImpossibleArgumentsBecomeAnEmptyObject) {
  for (const char* arguments : {"", "{\"a\":", "[1]", "null", "\"x\"", "{} trailing"}) {
    auto request = hello(false);
    llm::Message call;
    call.role = llm::Role::assistant;
    call.parts = {llm::ToolCall{"call_a", "t", arguments}};
    llm::Message result;
    result.parts = {llm::ToolResult{"call_a", "t", "bad arguments", true}};
    request.messages.push_back(call);
    request.messages.push_back(result);
    // Whatever the model wrote, the body is JSON, and holds the call and its result once each.
    const auto sent = text(request);
    EXPECT_NE(sent.find("bad arguments"), std::string::npos) << sent;
    EXPECT_NE(sent.find("\"name\":\"t\""), std::string::npos) << sent;
  }
}

TEST_P(Wires, InvalidUtf8IsReplacedAndNeverThrown) {
  auto request = hello(false);
  request.messages = {llm::user_text("a\xff\xc3 b")};
  EXPECT_NE(text(request).find("a\xEF\xBF\xBD"), std::string::npos);
}

TEST(Urls, AreJoinedToTheConfiguredBase) {
  CannedHttp http;
  const auto url = [&](const llm::Wire& wire, const std::string& base, bool stream) {
    auto endpoint = endpoint_of(wire);
    endpoint.base_url = base;
    auto request = hello(stream);
    request.model = "a/b:c";
    return llm::make_provider(endpoint, base::Secret(), http)->preview(request).url;
  };
  EXPECT_EQ(url(llm::anthropic_wire, "", true), "https://api.anthropic.com/v1/messages");
  EXPECT_EQ(url(llm::anthropic_wire, "https://a.example/v1/", true),
            "https://a.example/v1/messages");
  EXPECT_EQ(url(llm::openai_chat_wire, "", true), "https://api.openai.com/v1/chat/completions");
  EXPECT_EQ(url(llm::openai_chat_wire, "https://openrouter.ai/api/v1", true),
            "https://openrouter.ai/api/v1/chat/completions");
  EXPECT_EQ(url(llm::openai_chat_wire, "http://127.0.0.1:8080/v1//", false),
            "http://127.0.0.1:8080/v1/chat/completions");
  EXPECT_EQ(url(llm::openai_responses_wire, "", true), "https://api.openai.com/v1/responses");
  const std::string google = "https://generativelanguage.googleapis.com/v1beta";
  EXPECT_EQ(url(llm::gemini_wire, "", false), google + "/models/a%2Fb%3Ac:generateContent");
  EXPECT_EQ(url(llm::gemini_wire, "", true),
            google + "/models/a%2Fb%3Ac:streamGenerateContent?alt=sse");
  EXPECT_EQ(url(llm::ollama_wire, "", true), "http://127.0.0.1:11434/api/chat");
}

TEST(OpenAiChat, CompatibleVendorsGetTheMembersTheyKnow) {
  auto endpoint = endpoint_of(llm::openai_chat_wire);
  endpoint.base_url = "https://openrouter.ai/api/v1";
  const auto sent = previewed(endpoint, hello(true));
  EXPECT_EQ(sent["max_tokens"], Value(4096));
  EXPECT_FALSE(sent.contains("max_completion_tokens"));
  EXPECT_EQ(sent["stream_options"], json::parse(R"({"include_usage":true})"));
}

class Auth : public testing::Test {
 protected:
  std::map<std::string, std::string> headers(llm::Endpoint endpoint) {
    CannedHttp http;
    const auto provider =
        llm::make_provider(std::move(endpoint), base::Secret("k-123456789"), http);
    llm::CallContext context;
    context.client_request_id = "01KB7";
    provider->complete(hello(false), context);
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : http.request.headers) out[name] = value;
    for (const auto& [name, value] : provider->preview(hello(false)).headers)
      EXPECT_EQ(value.find("k-123456789"), std::string::npos) << "the key is in the preview";
    EXPECT_EQ(http.request.url.find("k-123456789"), std::string::npos);
    EXPECT_EQ(http.request.body.find("k-123456789"), std::string::npos);
    return out;
  }
};

TEST_F(Auth, EachFormatHasItsUsualHeader) {
  EXPECT_EQ(headers(endpoint_of(llm::anthropic_wire)).at("x-api-key"), "k-123456789");
  EXPECT_EQ(headers(endpoint_of(llm::anthropic_wire)).at("anthropic-version"), "2023-06-01");
  EXPECT_EQ(headers(endpoint_of(llm::openai_chat_wire)).at("Authorization"), "Bearer k-123456789");
  EXPECT_EQ(headers(endpoint_of(llm::openai_chat_wire)).at("X-Client-Request-Id"), "01KB7");
  EXPECT_EQ(headers(endpoint_of(llm::openai_responses_wire)).at("Authorization"),
            "Bearer k-123456789");
  EXPECT_EQ(headers(endpoint_of(llm::gemini_wire)).at("x-goog-api-key"), "k-123456789");
  for (const auto& [name, value] : headers(endpoint_of(llm::ollama_wire)))
    EXPECT_EQ(value.find("k-123456789"), std::string::npos) << name;
}

TEST_F(Auth, SchemeAndVersionAreConfigured) {
  auto endpoint = endpoint_of(llm::anthropic_wire);
  endpoint.auth = "bearer";
  endpoint.version = "2026-10-21";
  endpoint.headers = {{"anthropic-beta", "x"}};
  const auto sent = headers(endpoint);
  EXPECT_EQ(sent.at("Authorization"), "Bearer k-123456789");
  EXPECT_EQ(sent.at("anthropic-version"), "2026-10-21");
  EXPECT_EQ(sent.at("anthropic-beta"), "x");
  EXPECT_FALSE(sent.contains("x-api-key"));
}

}  // namespace
}  // namespace openclaw::test
