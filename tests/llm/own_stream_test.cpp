// SPDX-License-Identifier: MIT
#include <map>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "llm/canned_http.h"
#include "llm/conversation.h"
#include "llm/cuts.h"
#include "llm/expected.h"
#include "llm/fault.h"
#include "support/temp_dir.h"

/// Streams written by hand: every format, every ending, every line end; they need no recordings.
namespace openclaw::test {
namespace {

using json::Value;

struct Case {
  const char* file;
  const char* text = "";
  const char* calls = "";  ///< "name {arguments}" each, joined by " | "
  const char* finish = "";
  const char* refusal = "";
  const char* fault = "";  ///< its type; empty where the answer is whole
  bool retryable = false;  ///< of the fault, before content
  Tokens tokens{};
};

constexpr Tokens usual{10, 4, 0, 0, 20, 5};
constexpr Tokens anthropic(std::int64_t out) { return {18, 3, 5, 1, out, 0}; }
const char* const both = "weather {\"city\":\"Rome\",\"n\":1.5} | weather {}";
const char* const look = "I look: 雪🙂.";
const char* const no = "I cannot help with that.";

const std::vector<Case> cases{
    {"anthropic_tools.sse", look, both, "tool_calls", "", "", false, anthropic(42)},
    {"anthropic_length.sse", "So ", "", "length", "", "", false, anthropic(42)},
    {"anthropic_refusal.sse", "", "", "refused", no, "", false, anthropic(2)},
    {"anthropic_paused.sse", "", "", "paused", "", "", false, anthropic(9)},
    {"anthropic_error.sse", "Half an", "", "stop", "", "overloaded_error", true, anthropic(1)},
    {"chat_tools.sse", look, both, "tool_calls", "", "", false, usual},
    {"chat_framing.sse", "abc", "", "stop", "", "", false, usual},
    {"chat_length.sse", "So ", "", "length", "", "", false, usual},
    {"chat_refusal.sse", "", "", "refused", no, "", false, usual},
    {"chat_reasoning.sse", "Four.", "", "stop", "", "", false, usual},
    {"chat_error_named.sse", "Half an", "", "stop", "", "http_400", false, {}},
    {"chat_error_inside.sse", "Half an", "", "stop", "", "http_502", true, {}},
    {"responses_tools.sse", look, both, "tool_calls", "", "", false, usual},
    {"responses_length.sse", "So ", "", "length", "", "", false, usual},
    {"responses_refusal.sse", "", "", "refused", no, "", false, usual},
    {"responses_failed.sse", "", "", "stop", "", "any", true, {}},
    {"responses_error.sse", "Half an", "", "stop", "", "any", true, {}},
    {"gemini_tools.sse", look, both, "tool_calls", "", "", false, usual},
    {"gemini_text.sse", "One two", "", "stop", "", "", false, usual},
    {"gemini_blocked.sse", "", "", "refused", "PROHIBITED_CONTENT", "", false, {10, 0, 0, 0, 0, 0}},
    {"gemini_safety.sse", "One ", "", "refused", "Blocked by a filter.", "", false, usual},
    {"gemini_length.sse", "So on", "", "length", "", "", false, usual},
    {"gemini_error.sse", "Half an", "", "stop", "", "http_503", true, {10, 4, 0, 0, 8, 3}},
    {"ollama_tools.ndjson", look, both, "tool_calls", "", "", false, {10, 0, 0, 0, 20, 0}},
    {"ollama_length.ndjson", "So ", "", "length", "", "", false, {10, 0, 0, 0, 20, 0}},
    {"ollama_error.ndjson", "Half an", "", "stop", "", "vendor_error", false, {}}};

const llm::Wire& wire_of(std::string_view file) {
  static const std::map<std::string, const llm::Wire*, std::less<>> wires{
      {"anthropic", &llm::anthropic_wire},
      {"chat", &llm::openai_chat_wire},
      {"responses", &llm::openai_responses_wire},
      {"gemini", &llm::gemini_wire},
      {"ollama", &llm::ollama_wire}};
  return *wires.find(file.substr(0, file.find_first_of("_")))->second;
}

std::string stream(const std::string& file) { return read(OPENCLAW_TEST_DATA "/streams/" + file); }

std::string with_line_ends(const std::string& raw, const std::string& end) {
  std::string out;
  for (const char c : raw) out += c == '\n' ? end : std::string(1, c);
  return out;
}

std::string calls_text(const llm::Message& message) {
  std::string out;
  for (const auto& call : llm::calls_of(message))
    out += (out.empty() ? "" : " | ") + call.name + ' ' + json::dump(json::parse(call.arguments));
  return out;
}

Value canonical_calls(const std::string& text) {
  auto out = Value::array();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(" | ", at), text.size());
    const auto one = text.substr(at, end - at);
    out.push(Value(one.substr(0, one.find(' '))));
    out.push(json::parse(one.substr(one.find(' ') + 1)));
    at = end + 3;
  }
  return out;
}

/// What the case wants to be different, one a line; empty when all is as written.
std::string unlike(const Case& c, const llm::Attempt& attempt, const std::string& told) {
  const auto& reply = attempt.reply;
  const auto& fault = attempt.fault;
  std::string out;
  const auto want = [&out](bool holds, const std::string& what) {
    if (!holds) out += what + '\n';
  };
  const std::string type = fault ? fault->type : "";
  const auto calls = calls_text(reply.message);
  want(llm::text_of(reply.message) == c.text, "text " + llm::text_of(reply.message));
  want(told == c.text, "told " + told);
  want(canonical_calls(calls) == canonical_calls(c.calls), "calls " + calls);
  want(llm::name_of(reply.finish) == c.finish, "finish " + std::string(llm::name_of(reply.finish)));
  want(reply.refusal == c.refusal, "refusal " + reply.refusal);
  want(tokens_of(reply.usage) == c.tokens, "usage " + show(tokens_of(reply.usage)));
  want(fault.has_value() == (*c.fault != '\0'), "fault " + type);
  if (!fault) return out;
  want(type == c.fault || std::string(c.fault) == "any", "fault type " + type);
  want(fault->retryable == c.retryable, fault->retryable ? "retryable" : "not retryable");
  want(!fault->message.empty(), "no message");
  const bool again = c.retryable && *c.text == '\0';
  want(llm::retry_delay(attempt, 1, 0).has_value() == again, again ? "no retry" : "a retry");
  return out;
}

/// The first way of cutting into pieces in which the case does not hold.
std::string first_fault(const Case& c, const std::string& raw) {
  for (const std::size_t piece : {1U, 2U, 3U, 64U, 100'000U}) {
    CannedHttp http;
    http.response.body = raw;
    http.piece = piece;
    std::string told;
    const auto attempt = attempt_with(http, wire_of(c.file), hello(true),
                                      [&](std::string_view text) { told += text; });
    const auto wrong = unlike(c, attempt, told);
    if (!wrong.empty()) return "in pieces of " + std::to_string(piece) + ": " + wrong;
  }
  return {};
}

TEST(OwnStreams, EndAsWritten) {
  for (const auto& c : cases) {
    const auto raw = stream(c.file);
    ASSERT_FALSE(raw.empty()) << c.file;
    EXPECT_EQ(first_fault(c, raw), "") << c.file;
    EXPECT_EQ(first_fault(c, with_line_ends(raw, "\r\n")), "") << c.file << " with CRLF";
    if (&wire_of(c.file) == &llm::ollama_wire) continue;
    EXPECT_EQ(first_fault(c, with_line_ends(raw, "\r")), "") << c.file << " with CR";
  }
}

TEST(OwnStreams, CutAnywhereGiveNoWrongAnswer) {
  std::size_t cuts = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.file);
    cuts += check_cuts(wire_of(c.file), stream(c.file), 1);
    cuts += check_cuts(wire_of(c.file), with_line_ends(stream(c.file), "\r\n"), 1);
  }
  EXPECT_GT(cuts, 30'000U);
}

/// Every pair of cuts: the pieces that a connection gives must not matter.
TEST(OwnStreams, PiecesOfTwoAndThreeAreTheSame) {
  for (const auto& c : cases) {
    const auto raw = stream(c.file);
    const auto whole = json::dump(run_stream(wire_of(c.file), raw, raw.size()).reply.message.raw);
    for (std::size_t at = 0; at < raw.size(); at += 3) {
      const auto decoder = wire_of(c.file).decoder();
      decoder->feed(std::string_view(raw).substr(0, at), {});
      decoder->feed({}, {});
      decoder->feed(std::string_view(raw).substr(at), {});
      decoder->finish();
      ASSERT_EQ(json::dump(wire_of(c.file).read(decoder->body()).message.raw), whole)
          << c.file << " at " << at;
    }
  }
}

TEST(OwnStreams, SignedPiecesSurvive) {
  const auto raw = [](const char* file) {
    return json::dump(run_stream(wire_of(file), stream(file), 100'000).reply.message.raw);
  };
  EXPECT_NE(raw("anthropic_tools.sse").find("\"signature\":\"c2lnbmVk\""), std::string::npos);
  EXPECT_NE(raw("anthropic_tools.sse").find("\"thinking\":\"Two cities.\""), std::string::npos);
  EXPECT_NE(raw("gemini_tools.sse").find("\"thoughtSignature\":\"c2lnbmVk\""), std::string::npos);
  EXPECT_NE(raw("gemini_text.sse").find("\"thoughtSignature\":\"c2lnbmVk\""), std::string::npos);
  EXPECT_NE(raw("responses_tools.sse").find("\"c2VhbGVk\""), std::string::npos);
  EXPECT_NE(raw("chat_reasoning.sse").find("\"reasoning_content\":\"Hm, so.\""), std::string::npos);
  EXPECT_NE(raw("ollama_tools.ndjson").find("\"thinking\":\"Two cities.\""), std::string::npos);
}

/// Gemini ends a call that it could not write with a reason of its own and no content: that is no
/// answer to be taken for an empty one.
TEST(OwnStreams, MalformedCallIsNoEmptyAnswer) {
  CannedHttp http;
  http.response.body = stream("gemini_malformed.sse");
  const auto attempt = attempt_with(http, llm::gemini_wire, hello(true));
  EXPECT_TRUE(attempt.fault || attempt.reply.finish != llm::Finish::stop)
      << "reads as a finished, empty answer";
  EXPECT_EQ(attempt.reply.finish_raw, "MALFORMED_FUNCTION_CALL");
}

/// A piece that cannot be read leaves a hole, and an answer with a hole is no answer. (An event
/// with empty data is no piece: chat_framing.sse has one.)
TEST(OwnStreams, ABrokenEventLeavesNoSilentHole) {
  for (const char* file : {"anthropic_tools.sse", "chat_tools.sse", "responses_tools.sse",
                           "gemini_tools.sse", "ollama_tools.ndjson"}) {
    CannedHttp http;
    http.response.body = stream(file);
    const auto at = http.response.body.find("\"ok: ");
    ASSERT_NE(at, std::string::npos) << file;
    http.response.body[at] = '(';
    const auto attempt = attempt_with(http, wire_of(file), hello(true));
    EXPECT_TRUE(attempt.fault) << file << " reads as whole: '"
                               << llm::text_of(attempt.reply.message) << "'";
  }
}

/// The lines of one event are joined by a line feed: a number cut by it is no longer number.
TEST(OwnStreams, LinesOfAnEventAreNotGluedTogether) {
  CannedHttp http;
  http.response.body =
      "data: "
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\n"
      "data: \"usage\":{\"prompt_tokens\":1\n"
      "data: 2,\"completion_tokens\":1}}\n\n"
      "data: [DONE]\n\n";
  const auto attempt = attempt_with(http, llm::openai_chat_wire, hello(true));
  EXPECT_TRUE(attempt.fault) << "12 tokens from 1 and 2";
}

TEST(BrokenBodies, AreFaultsAndMayBeRetried) {
  for (const auto& name : llm::wire_names()) {
    for (const char* body :
         {"", "{\"choi", "<html>captive portal</html>", "null", "[]", "{}", "7"}) {
      CannedHttp http;
      http.response.body = body;
      const auto attempt = attempt_with(http, *llm::find_wire(name), hello(false));
      ASSERT_TRUE(attempt.fault) << name << ": " << body;
      EXPECT_EQ(attempt.fault->type, "bad_body");
      EXPECT_TRUE(llm::retry_delay(attempt, 1, 0)) << name << ": '" << body << "'";
    }
  }
}

TEST(BrokenBodies, ErrorsInsideAnOkAnswerAreFaults) {
  CannedHttp http;
  http.response.body = R"({"error":{"code":429,"message":"slow down"}})";
  auto attempt = attempt_with(http, llm::openai_chat_wire, hello(false));
  ASSERT_TRUE(attempt.fault);
  EXPECT_EQ(attempt.fault->type, "http_429");
  EXPECT_TRUE(attempt.fault->rate_limited);
  EXPECT_TRUE(llm::retry_delay(attempt, 1, 0));
  http.response.body = R"({"error":"no such model"})";
  attempt = attempt_with(http, llm::ollama_wire, hello(false));
  ASSERT_TRUE(attempt.fault);
  EXPECT_EQ(attempt.fault->message, "no such model");
}

TEST(BrokenBodies, EmptyStreamIsTruncated) {
  for (const auto& name : llm::wire_names()) {
    for (const char* body : {"", ": keep-alive\n\n", "data: {\n\n", "data: 7\n\n"}) {
      CannedHttp http;
      http.response.body = body;
      const auto attempt = attempt_with(http, *llm::find_wire(name), hello(true));
      ASSERT_TRUE(attempt.fault) << name << ": " << body;
      const bool events = body[0] != '\0' && name == "ollama";  // its lines are bare JSON
      const bool readable = body[0] != 'd' && !events;
      EXPECT_TRUE(!readable || attempt.fault->type == "stream_truncated") << name << ": " << body;
      EXPECT_TRUE(!readable || llm::retry_delay(attempt, 1, 0)) << name << ": " << body;
    }
  }
}

TEST(BrokenBodies, GiantEventIsAFaultAndNotAllTheMemory) {
  CannedHttp http;
  http.response.body = "data: " + std::string(9u << 20, 'x');
  http.piece = 65536;
  const auto attempt = attempt_with(http, llm::openai_chat_wire, hello(true));
  ASSERT_TRUE(attempt.fault);
  EXPECT_EQ(attempt.fault->type, "bad_body");
  EXPECT_FALSE(attempt.fault->retryable);
}

}  // namespace
}  // namespace openclaw::test
