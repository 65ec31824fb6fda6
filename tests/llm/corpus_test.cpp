// SPDX-License-Identifier: MIT
#include "llm/corpus.h"

#include <map>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "llm/canned_http.h"
#include "llm/expected.h"

/// Every recorded answer that came in one piece, read by us and read by the test.
namespace openclaw::test {
namespace {

using json::Value;

bool whole(const Exchange& e) { return e.status == 200 && !e.streamed(); }

std::string figures(const std::map<std::string, int>& counts) {
  std::string out;
  for (const auto& [name, count] : counts)
    out += (out.empty() ? "" : ", ") + name + ' ' + std::to_string(count);
  return out;
}

TEST_F(Corpus, HoldsAllFourRecordedFormats) {
  std::map<std::string, int> counts;
  for (const auto& e : exchanges())
    ++counts[std::string(e.wire->name) + (e.status != 200 ? " errors"
                                          : e.streamed()  ? " streams"
                                                          : " bodies")];
  tell("recorded: " + figures(counts));
  EXPECT_EQ(exchanges().size(), 809U);
  EXPECT_EQ(counts["anthropic bodies"], 154);
  EXPECT_EQ(counts["anthropic streams"], 10);
  EXPECT_EQ(counts["openai-chat bodies"], 235);
  EXPECT_EQ(counts["openai-chat streams"], 37);
  EXPECT_EQ(counts["openai-responses bodies"], 156);
  EXPECT_EQ(counts["openai-responses streams"], 11);
  EXPECT_EQ(counts["gemini bodies"], 182);
  EXPECT_EQ(counts["gemini streams"], 13);
}

TEST_F(Corpus, BodiesAreReadAsTheyStand) {
  std::map<std::string, int> read, calls;
  for (const auto& e : exchanges()) {
    if (!whole(e)) continue;
    const auto expected = expected_of(*e.wire, e.body);
    const auto wrong = differences(*e.wire, expected, e.wire->read(e.body));
    EXPECT_EQ(wrong, "") << e.name;
    ++read[std::string(e.wire->name)];
    calls[std::string(e.wire->name)] += static_cast<int>(expected.calls.size());
  }
  tell("bodies compared: " + figures(read) + "; calls: " + figures(calls));
}

TEST_F(Corpus, BodiesPassThroughTheProvider) {
  int compared = 0;
  for (const auto& e : exchanges()) {
    if (!whole(e)) continue;
    CannedHttp http;
    http.response.headers = e.headers;
    http.response.body = json::dump(e.body);
    std::string told;
    const auto attempt =
        attempt_with(http, *e.wire, hello(false), [&](std::string_view text) { told += text; });
    const auto& status = e.body["status"].as_string();
    if (status == "queued") {  // a background answer that is not there yet is no empty answer
      EXPECT_TRUE(attempt.fault) << e.name << " is " << status;
      continue;
    }
    ASSERT_FALSE(attempt.fault) << e.name << ": " << attempt.fault->message;
    const auto expected = expected_of(*e.wire, e.body);
    EXPECT_EQ(differences(*e.wire, expected, attempt.reply), "") << e.name;
    EXPECT_EQ(told, expected.text) << e.name;
    EXPECT_TRUE(attempt.content_seen);
    // Some recorded successes carry retry-after: it must not turn them into failures.
    EXPECT_EQ(llm::name_of(attempt.reply.finish), llm::name_of(e.wire->read(e.body).finish));
    ++compared;
  }
  tell("bodies through the provider: " + std::to_string(compared));
}

TEST_F(Corpus, UsageAddsUpAsTheVendorSays) {
  std::map<std::string, int> sums;
  for (const auto& e : exchanges()) {
    if (!whole(e)) continue;
    const auto expected = expected_of(*e.wire, e.body);
    const auto usage = e.wire->read(e.body).usage;
    const auto t = tokens_of(usage);
    EXPECT_LE(t.cache_read + t.cache_write, t.input) << e.name;
    EXPECT_LE(t.cache_write_1h, t.cache_write) << e.name;
    EXPECT_LE(t.reasoning, t.output) << e.name;
    EXPECT_EQ(usage.present, usage.raw.size() > 0) << e.name;
    if (!expected.total) continue;
    EXPECT_EQ(t.input + t.output, *expected.total) << e.name;
    ++sums[e.host];
  }
  tell("sums equal to the vendor's total: " + figures(sums));
}

TEST_F(Corpus, VendorCostIsTaken) {
  int seen = 0;
  for (const auto& e : exchanges()) {
    if (!whole(e)) continue;
    const Value& cost = e.body["usage"]["cost"];
    const auto usage = e.wire->read(e.body).usage;
    if (!cost.is_number()) {
      EXPECT_FALSE(usage.vendor_cost) << e.name;
      continue;
    }
    ASSERT_TRUE(usage.vendor_cost) << e.name;
    EXPECT_NEAR(static_cast<double>(usage.vendor_cost->nano), cost.as_double() * 1e9, 1) << e.name;
    ++seen;
  }
  tell("costs that the vendor gave: " + std::to_string(seen));
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace openclaw::test
