// SPDX-License-Identifier: MIT
#include <map>

#include <gtest/gtest.h>

#include "llm/canned_http.h"
#include "llm/corpus.h"
#include "llm/cuts.h"
#include "llm/expected.h"

/// Every recorded stream: whole, in single bytes, and cut at every offset.
namespace openclaw::test {
namespace {

void for_streams(const std::function<void(const Exchange&)>& take) {
  for (const auto& e : exchanges()) {
    if (!e.streamed() || e.status != 200) continue;
    SCOPED_TRACE(e.name);
    take(e);
  }
}

TEST_F(Corpus, StreamsAccumulateAsTheyStand) {
  std::map<bool, int> ended;
  for_streams([&](const Exchange& e) {
    const auto expected = expected_of_stream(*e.wire, e.stream);
    for (const std::size_t piece : {e.stream.size(), std::size_t{1}, std::size_t{7}}) {
      const auto run = run_stream(*e.wire, e.stream, piece);
      EXPECT_EQ(differences(*e.wire, expected, run.reply), "") << "in pieces of " << piece;
      EXPECT_EQ(run.told, expected.text) << "in pieces of " << piece;
      EXPECT_EQ(run.error, expected.error);
      EXPECT_EQ(run.usable(), !expected.error);
    }
    ++ended[expected.error];
  });
  tell("streams: " + std::to_string(ended[false]) + " whole, " + std::to_string(ended[true]) +
       " with the vendor's error inside");
  EXPECT_EQ(ended[false] + ended[true], 71);
}

TEST_F(Corpus, StreamsCutAnywhereGiveNoWrongAnswer) {
  std::size_t cuts = 0, sampled = 0;
  for_streams([&](const Exchange& e) {
    const bool every = full_run() || e.stream.size() < 30'000;
    cuts += check_cuts(*e.wire, e.stream, every ? 1 : 7);
    sampled += every ? 0 : 1;
  });
  tell(std::to_string(cuts) + " cuts, " + std::to_string(sampled) +
       " streams at every seventh offset");
}

/// The same at the seam above: what a caller gets of a connection that ends too early.
TEST_F(Corpus, ProviderDropsCallsOfCutStreams) {
  std::size_t attempts = 0;
  for_streams([&](const Exchange& e) {
    const auto expected = expected_of_stream(*e.wire, e.stream);
    const std::size_t step = std::max<std::size_t>(1, e.stream.size() / (full_run() ? 400 : 40));
    for (std::size_t cut = step / 2; cut < e.stream.size(); cut += step) {
      CannedHttp http;
      http.response.body = e.stream.substr(0, cut);
      if (attempts % 2 == 1)
        http.failure.emplace(net::Failure::Kind::broken, "connection reset", true, 200);
      const auto attempt = attempt_with(http, *e.wire, hello(true));
      ++attempts;
      if (!attempt.fault) continue;  // whole enough; the test above compares such results
      EXPECT_TRUE(llm::calls_of(attempt.reply.message).empty()) << "cut at " << cut;
      EXPECT_TRUE(attempt.reply.message.raw.is_null()) << "cut at " << cut;
      EXPECT_NE(attempt.reply.finish, llm::Finish::tool_calls) << "cut at " << cut;
      const auto text = llm::text_of(attempt.reply.message);
      EXPECT_TRUE(expected.text.starts_with(text)) << "cut at " << cut;
      EXPECT_TRUE(text.empty() || attempt.content_seen) << "cut at " << cut;
    }
  });
  tell(std::to_string(attempts) + " attempts over cut connections");
}

TEST_F(Corpus, ProviderTakesWholeStreams) {
  for_streams([&](const Exchange& e) {
    const auto expected = expected_of_stream(*e.wire, e.stream);
    CannedHttp http;
    http.response.body = e.stream;
    http.response.headers = e.headers;
    const auto attempt = attempt_with(http, *e.wire, hello(true));
    EXPECT_EQ(attempt.fault.has_value(), expected.error);
    EXPECT_EQ(attempt.reply.message.origin, std::string(e.wire->name) + "|canned|m");
    if (expected.error) {
      EXPECT_FALSE(attempt.fault->message.empty());
      EXPECT_TRUE(llm::calls_of(attempt.reply.message).empty());
    } else {
      EXPECT_EQ(differences(*e.wire, expected, attempt.reply), "");
    }
  });
}

}  // namespace
}  // namespace openclaw::test
