// SPDX-License-Identifier: MIT
#include <map>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "llm/canned_http.h"
#include "llm/corpus.h"
#include "llm/fault.h"
#include "llm/print.h"

/// What the vendors' errors mean, and when another attempt is made.
namespace openclaw::test {
namespace {

using base::Millis;
using json::Value;
using llm::Attempt;
using llm::Fault;

const base::Time noon = *base::parse_rfc3339("2026-11-23T12:00:00Z");

net::Response response(int status, std::string body, std::vector<net::Header> headers = {}) {
  net::Response out;
  out.status = status;
  out.headers = std::move(headers);
  out.body = std::move(body);
  return out;
}

Fault fault(int status, std::string body = "", std::vector<net::Header> headers = {}) {
  return llm::fault_of(response(status, std::move(body), std::move(headers)), noon);
}

std::string openai_error(const std::string& code) {
  return R"({"error":{"message":"No.","type":"x","param":null,"code":")" + code + "\"}}";
}

TEST_F(Corpus, RecordedErrorsAreNotRetried) {
  std::map<std::string, int> seen;
  for (const auto& e : exchanges()) {
    if (e.status == 200) continue;
    const auto f = llm::fault_of(response(e.status, json::dump(e.body), e.headers), noon);
    EXPECT_EQ(f.message, e.body["error"]["message"].as_string().substr(0, 500)) << e.name;
    EXPECT_FALSE(f.message.empty()) << e.name;
    EXPECT_EQ(f.type, "http_" + std::to_string(e.status)) << e.name;
    EXPECT_FALSE(f.retryable) << e.name;
    EXPECT_FALSE(f.rate_limited) << e.name;
    EXPECT_FALSE(f.retry_after) << e.name;
    ++seen[e.host];
    CannedHttp http;
    http.response = response(e.status, json::dump(e.body), e.headers);
    const auto attempt = attempt_with(http, *e.wire, hello(seen.size() % 2 == 0));
    ASSERT_TRUE(attempt.fault) << e.name;
    EXPECT_EQ(attempt.fault->message, f.message);
    EXPECT_EQ(attempt.http_status, e.status);
    EXPECT_TRUE(attempt.sent);
    EXPECT_EQ(attempt.request_id, e.body["request_id"].as_string()) << e.name;
    EXPECT_FALSE(llm::retry_delay(attempt, 1, 0)) << e.name;
  }
  int all = 0;
  for (const auto& [host, count] : seen) all += count;
  tell("recorded errors: " + std::to_string(all));
  EXPECT_EQ(all, 11);
}

TEST(Faults, WordsOfEveryVendorsShape) {
  const std::map<std::string, std::string> shapes{
      {R"({"error":{"message":"A","type":"t","param":null,"code":"c"}})", "A"},
      {R"({"type":"error","error":{"type":"t","message":"B"},"request_id":"req_1"})", "B"},
      {R"({"error":{"code":400,"message":"C","status":"INVALID_ARGUMENT"}})", "C"},
      {R"([{"error":{"code":400,"message":"D","status":"INVALID_ARGUMENT"}}])", "D"},
      {R"({"error":{"code":502,"message":"E","metadata":{"provider_name":"p","raw":"r"}}})", "E"},
      {R"({"error":"F"})", "F"},
      {R"({"object":"error","message":"G","type":"t","code":1})", "G"},
      {R"({"detail":"H"})", "H"},
      {"<html>bad gateway</html>", "<html>bad gateway</html>"},
      {R"({"error":{"message":"I","code":"tool_use_failed","failed_generation":"{"}})", "I"}};
  for (const auto& [body, words] : shapes) EXPECT_EQ(fault(400, body).message, words) << body;
}

TEST(Faults, LongWordsAreCut) {
  const auto f = fault(400, R"({"error":{"message":")" + std::string(5000, 'x') + "\"}}");
  EXPECT_EQ(f.message.size(), 500U);
  EXPECT_LE(fault(400, std::string(5000, '<')).message.size(), 500U);
}

TEST(Faults, StatusesThatMayPass) {
  for (const int status : {408, 409, 429, 500, 502, 503, 504, 529})
    EXPECT_TRUE(fault(status).retryable) << status;
  for (const int status : {301, 400, 401, 402, 403, 404, 405, 413, 422})
    EXPECT_FALSE(fault(status).retryable) << status;
  EXPECT_TRUE(fault(429).rate_limited);
  EXPECT_FALSE(fault(529).rate_limited);
}

TEST(Faults, VendorSaysWhetherToRetry) {
  EXPECT_TRUE(fault(400, "", {{"x-should-retry", "true"}}).retryable);
  EXPECT_FALSE(fault(503, "", {{"x-should-retry", "false"}}).retryable);
  EXPECT_FALSE(fault(429, "", {{"x-should-retry", "false"}}).retryable);
  EXPECT_TRUE(fault(503, "", {{"x-should-retry", "perhaps"}}).retryable);
}

TEST(Faults, SpentMoneyIsNotRetried) {
  EXPECT_FALSE(fault(429, openai_error("insufficient_quota")).retryable);
  EXPECT_FALSE(fault(429, openai_error("insufficient_quota")).rate_limited);
  EXPECT_TRUE(fault(429, openai_error("rate_limit_exceeded")).retryable);
  const auto anthropic = [](const std::string& code) {
    return R"({"type":"error","error":{"type":"rate_limit_error","message":"No.",)"
           R"("details":{"error_code":")" +
           code + R"("}},"request_id":"req_1"})";
  };
  EXPECT_FALSE(fault(429, anthropic("contract_spend_limit_reached")).retryable);
  EXPECT_FALSE(fault(429, anthropic("enforced_spend_limit_reached")).retryable);
  EXPECT_TRUE(fault(429, anthropic("ramp_limit_exceeded")).retryable);
  EXPECT_FALSE(fault(402, R"({"error":{"code":402,"message":"Insufficient credits"}})").retryable);
}

struct Wait {
  std::vector<net::Header> headers;
  std::optional<Millis> wait;
};

TEST(Faults, VendorsWaitIsRead) {
  const std::vector<Wait> table{{{{"retry-after", "7"}}, Millis(7000)},
                                {{{"retry-after", "0"}}, Millis(0)},
                                {{{"retry-after", "0.25"}}, Millis(250)},
                                {{{"retry-after", "1.5"}}, Millis(1500)},
                                {{{"retry-after-ms", "1500"}}, Millis(1500)},
                                {{{"retry-after-ms", "100000"}}, Millis(100000)},
                                {{{"retry-after-ms", "40"}, {"retry-after", "9"}}, Millis(40)},
                                {{{"retry-after-ms", "soon"}, {"retry-after", "9"}}, Millis(9000)},
                                {{{"retry-after", "Mon, 23 Nov 2026 12:00:30 GMT"}}, Millis(30000)},
                                {{{"retry-after", "Mon, 23 Nov 2026 11:00:00 GMT"}}, Millis(0)},
                                {{{"retry-after", "soon"}}, std::nullopt},
                                {{{"retry-after", "-3"}}, std::nullopt},
                                {{{"retry-after", "nan"}}, std::nullopt},
                                {{{"retry-after", ""}}, std::nullopt},
                                {{}, std::nullopt}};
  for (const auto& row : table) {
    const auto f = fault(429, "", row.headers);
    EXPECT_EQ(f.retry_after, row.wait) << (row.headers.empty() ? "" : row.headers[0].second);
    EXPECT_FALSE(fault(400, "", row.headers).retry_after) << "no wait for what is not retried";
  }
}

Attempt failed(std::vector<net::Header> headers, int status = 429) {
  Attempt attempt;
  attempt.fault = fault(status, "", std::move(headers));
  return attempt;
}

TEST(Retries, ObeyTheVendorsWaitUpToTwoMinutes) {
  EXPECT_EQ(llm::retry_delay(failed({{"retry-after", "7"}}), 1, 0), Millis(7000));
  EXPECT_EQ(llm::retry_delay(failed({{"retry-after", "120"}}), 1, 0.9), Millis(120000));
  for (const char* long_wait : {"121", "3600", "86400", "172800", "1e9",
                                "Tue, 24 Nov 2026 12:00:00 GMT", "Fri, 27 Nov 2026 12:00:00 GMT"})
    EXPECT_FALSE(llm::retry_delay(failed({{"retry-after", long_wait}}), 1, 0)) << long_wait;
  for (const char* long_wait : {"120001", "90000000", "1e12"})
    EXPECT_FALSE(llm::retry_delay(failed({{"retry-after-ms", long_wait}}), 1, 0)) << long_wait;
}

TEST(Retries, ComeAfterHalfASecondDoubledLessJitter) {
  EXPECT_EQ(llm::retry_delay(failed({}), 1, 0), Millis(500));
  EXPECT_EQ(llm::retry_delay(failed({}), 2, 0), Millis(1000));
  for (const double random : {0.0, 0.3, 0.999}) {
    const auto wait = llm::retry_delay(failed({}, 503), 2, random);
    ASSERT_TRUE(wait);
    EXPECT_LE(*wait, Millis(1000));
    EXPECT_GE(*wait, Millis(750));
  }
}

TEST(Retries, EndAfterThreeAttempts) {
  EXPECT_TRUE(llm::retry_delay(failed({}), 2, 0));
  EXPECT_FALSE(llm::retry_delay(failed({}), 3, 0));
  EXPECT_FALSE(llm::retry_delay(failed({{"retry-after", "1"}}), 3, 0));
}

TEST(Retries, NeverComeAfterContentOrWithoutFault) {
  auto attempt = failed({{"x-should-retry", "true"}}, 500);
  EXPECT_TRUE(llm::retry_delay(attempt, 1, 0));
  attempt.content_seen = true;
  EXPECT_FALSE(llm::retry_delay(attempt, 1, 0));
  EXPECT_FALSE(llm::retry_delay(Attempt{}, 1, 0));
  EXPECT_FALSE(llm::retry_delay(failed({}, 400), 1, 0));
}

TEST(Retries, FollowTheKindOfConnectionFailure) {
  using Kind = net::Failure::Kind;
  const auto retried = [](Kind kind) {
    Attempt attempt;
    attempt.fault = llm::fault_of(net::Failure(kind, "why", true));
    EXPECT_EQ(attempt.fault->message, "why");
    EXPECT_FALSE(attempt.fault->type.empty());
    return llm::retry_delay(attempt, 1, 0).has_value();
  };
  for (const auto kind : {Kind::connect, Kind::timeout, Kind::broken}) EXPECT_TRUE(retried(kind));
  for (const auto kind : {Kind::tls, Kind::address, Kind::too_large, Kind::cancelled})
    EXPECT_FALSE(retried(kind));
}

TEST(RequestIds, AreFoundUnderEachVendorsName) {
  const std::vector<std::pair<std::vector<net::Header>, std::string>> table{
      {{{"x-request-id", "req_o"}, {"openai-processing-ms", "12"}}, "req_o"},
      {{{"cf-ray", "8f-AMS"}, {"request-id", "req_a"}}, "req_a"},
      {{{"x-generation-id", "gen-1"}}, "gen-1"},
      {{{"mistral-correlation-id", "m-1"}}, "m-1"},
      {{{"inference-id", "c-1"}}, "c-1"},
      {{{"content-type", "text/plain"}}, ""},
      {{}, ""}};
  for (const auto& [headers, id] : table)
    EXPECT_EQ(llm::request_id_of(response(200, "", headers)), id);
}

TEST(RequestIds, CannotForgeALine) {
  const auto id = llm::request_id_of(response(200, "", {{"x-request-id", "a\x1b[2J\nb"}}));
  EXPECT_EQ(id.find('\n'), std::string::npos);
  EXPECT_EQ(id.find('\x1b'), std::string::npos);
  EXPECT_LE(
      llm::request_id_of(response(200, "", {{"x-request-id", std::string(9000, 'a')}})).size(),
      200U);
}

TEST(RequestIds, ComeFromTheBodyWhereTheHeaderIsMissing) {
  CannedHttp http;
  http.response = response(
      529,
      R"({"type":"error","error":{"type":"overloaded_error","message":"x"},"request_id":"req_b"})");
  EXPECT_EQ(attempt_with(http, llm::anthropic_wire, hello(true)).request_id, "req_b");
  http.response.headers = {{"request-id", "req_h"}};
  EXPECT_EQ(attempt_with(http, llm::anthropic_wire, hello(true)).request_id, "req_h");
}

TEST(RateLimits, AreKeptAsTheyCame) {
  const auto limits =
      llm::rate_limits_of(response(200, "",
                                   {{"x-ratelimit-remaining-tokens", "1000"},
                                    {"x-ratelimit-reset-tokens", "6m0s"},
                                    {"anthropic-ratelimit-requests-reset", "2026-11-23T12:00:00Z"},
                                    {"content-type", "application/json"}}));
  EXPECT_EQ(limits.size(), 3U);
  EXPECT_EQ(limits["x-ratelimit-reset-tokens"], Value("6m0s"));
  EXPECT_EQ(limits["anthropic-ratelimit-requests-reset"], Value("2026-11-23T12:00:00Z"));
}

}  // namespace
}  // namespace openclaw::test
