// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "agent/house.h"
#include "base/error.h"

namespace openclaw::test {
namespace {

using Lines = std::vector<std::string>;

const std::string attempts = "SELECT provider, attempt FROM calls ORDER BY seq";
const std::string endings = "SELECT outcome FROM call_ends ORDER BY seq";

TEST(Retry, EachAttemptHasItsOwnRow) {
  House house;
  house.model.then(fails("http_500", true)).then(fails("timeout", true)).then(says("at last"));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "ok");
  EXPECT_EQ(out.text, "at last");
  EXPECT_EQ(out.calls, 3);
  EXPECT_EQ(house.rows(attempts), (Lines{"fake|1", "fake|2", "fake|3"}));
  EXPECT_EQ(house.rows(endings), (Lines{"error", "error", "ok"}));
  const std::set<std::string> ids(house.model.ids.begin(), house.model.ids.end());
  EXPECT_EQ(ids.size(), 3u);
}

TEST(Retry, ThreeAttemptsAreTheMost) {
  House house;
  house.model.then(fails("http_500", true));
  EXPECT_EQ(house.run().outcome, "unavailable");
  EXPECT_EQ(house.model.seen.size(), 3u);
}

TEST(Retry, NeverAfterContent) {
  House house;
  FakeProvider spare("spare");
  house.candidates.push_back(candidate(spare));
  auto broken = says("half an");
  broken.fault = llm::Fault{"connection_broken", "reset", true, false, base::Millis(0)};
  house.model.then(broken);
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "unavailable");
  EXPECT_EQ(house.model.seen.size(), 1u);
  EXPECT_TRUE(spare.seen.empty());
}

TEST(Retry, NeverWhatWillFailAgain) {
  House house;
  house.model.then(fails("http_401", false));
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "unavailable");
  EXPECT_EQ(house.model.seen.size(), 1u);
  EXPECT_FALSE(out.try_later);
}

TEST(Retry, ARateLimitSaysTryLater) {
  House house;
  auto limited = fails("http_429", false);
  limited.fault->rate_limited = true;
  house.model.then(limited);
  EXPECT_TRUE(house.run().try_later);
}

TEST(TryList, IsFollowedInOrder) {
  House house;
  FakeProvider second("second"), third("third");
  house.candidates.push_back(candidate(second));
  house.candidates.push_back(candidate(third));
  house.model.then(fails("http_404", false));
  second.then(says("from the second"));
  const auto out = house.run();
  EXPECT_EQ(out.text, "from the second");
  EXPECT_EQ(out.provider, "second");
  EXPECT_EQ(house.rows(attempts), (Lines{"fake|1", "second|2"}));
  EXPECT_TRUE(third.seen.empty());
}

TEST(TryList, PrivateTextGoesOnlyWhereItIsDeclared) {
  House house;
  FakeProvider trusted("trusted");
  house.candidates = {candidate(house.model, false), candidate(trusted, true)};
  house.input.taint = {false, true};
  trusted.then(says("kept"));
  EXPECT_EQ(house.run().provider, "trusted");
  EXPECT_TRUE(house.model.seen.empty());
}

TEST(TryList, PrivateTextWithoutAProviderGoesNowhere) {
  House house;
  house.candidates = {candidate(house.model, false)};
  house.input.taint = {false, true};
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "unavailable");
  EXPECT_NE(out.error.find("private_text"), std::string::npos) << out.error;
  EXPECT_TRUE(house.model.seen.empty());
}

TEST(TryList, TextThatBecomesPrivateMovesOn) {
  House house;
  FakeProvider trusted("trusted");
  house.candidates = {candidate(house.model, false), candidate(trusted, true)};
  write(house.dir.file("f"), "the diary");
  house.grant("file_read", {{"path", House::under(house.dir.path().string())}});
  house.model.then(calls({{"1", "file_read", R"({"path":")" + house.dir.file("f") + "\"}"}}));
  trusted.then(says("read"));
  EXPECT_EQ(house.run().text, "read");
  EXPECT_EQ(house.model.seen.size(), 1u) << "only the question, before the diary was read";
  EXPECT_EQ(trusted.seen.size(), 1u);
}

struct BreakerRows : testing::Test {
  House house;
  base::Time now = base::wall_now();
};

TEST_F(BreakerRows, OpenAfterFiveFailuresInEveryProcess) {
  agent::Breaker breaker(house.db);
  for (int i = 0; i < 4; ++i) breaker.failed("h", now);
  EXPECT_FALSE(breaker.closed_for("h", now));
  breaker.failed("h", now);
  store::Database other(house.database(), store::Database::Access::read_write, all_migrations());
  agent::Breaker elsewhere(other);
  ASSERT_TRUE(elsewhere.closed_for("h", now));
  EXPECT_EQ(*elsewhere.closed_for("h", now), base::Millis(30000));
  EXPECT_FALSE(elsewhere.closed_for("another", now));
  EXPECT_FALSE(elsewhere.closed_for("h", now + base::Millis(30000)));
}

TEST_F(BreakerRows, DoubleUpToTenMinutesAndOneSuccessForgets) {
  agent::Breaker breaker(house.db);
  for (int i = 0; i < 5; ++i) breaker.failed("h", now);
  for (const int seconds : {60, 120, 240, 480, 600, 600, 600}) {
    breaker.failed("h", now);
    EXPECT_EQ(breaker.closed_for("h", now), base::Millis(seconds * 1000));
  }
  breaker.worked("h");
  EXPECT_FALSE(breaker.closed_for("h", now));
  for (int i = 0; i < 4; ++i) breaker.failed("h", now);
  EXPECT_FALSE(breaker.closed_for("h", now)) << "the count began anew";
}

TEST_F(BreakerRows, AClockSetBackDoesNotCloseForLong) {
  agent::Breaker breaker(house.db);
  for (int i = 0; i < 5; ++i) breaker.failed("h", now + std::chrono::hours(24 * 365));
  const auto rest = breaker.closed_for("h", now);
  EXPECT_LE(rest.value_or(base::Millis(0)), base::Millis(600000));
}

TEST_F(BreakerRows, ARestingHostIsSkippedAndNotAsked) {
  FakeProvider spare("spare");
  house.candidates.push_back(candidate(spare));
  spare.then(says("instead"));
  agent::Breaker breaker(house.db);
  for (int i = 0; i < 5; ++i) breaker.failed("http://fake.test", now);
  EXPECT_EQ(house.run().text, "instead");
  EXPECT_TRUE(house.model.seen.empty());
}

TEST_F(BreakerRows, RunsThatFailOpenIt) {
  house.model.then(fails("connect", true));
  house.run();
  house.run();
  const auto asked = house.model.seen.size();
  EXPECT_EQ(house.run().outcome, "unavailable");
  EXPECT_EQ(house.model.seen.size(), asked);
}

struct Money : testing::Test {
  Money() {
    house.candidates[0].price = price_of(10'000);  // 100,000 tokens of output a dollar
    house.candidates[0].output_tokens = 4096;
  }
  void limit_to(std::int64_t tokens) {
    audit::Limit limit;
    limit.words = "per day";
    limit.most = base::Usd{tokens * 10'000};
    house.limits.calls.money = {limit};
  }
  House house;
};

TEST_F(Money, MostOutputIsLoweredToWhatIsLeft) {
  limit_to(300);
  house.model.then(using_tokens(says("yes"), 10, 10));
  EXPECT_EQ(house.run().outcome, "ok");
  ASSERT_EQ(house.model.seen.size(), 1u);
  EXPECT_EQ(house.model.seen[0].max_output_tokens, 300);
}

TEST_F(Money, BelowTheSmallestUsefulRequestNothingIsSent) {
  limit_to(255);
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "budget");
  EXPECT_NE(out.error.find("per day"), std::string::npos) << out.error;
  EXPECT_TRUE(house.model.seen.empty());
}

TEST_F(Money, ExactlyTheSmallestRequestIsSent) {
  limit_to(256);
  house.model.then(using_tokens(says("yes"), 10, 10));
  EXPECT_EQ(house.run().outcome, "ok");
  EXPECT_EQ(house.model.seen[0].max_output_tokens, 256);
}

TEST_F(Money, WhatWasSpentBeforeCounts) {
  limit_to(1000);
  house.model.then(using_tokens(says("yes"), 10, 700));
  house.run();
  house.run();
  ASSERT_EQ(house.model.seen.size(), 2u);
  EXPECT_EQ(house.model.seen[0].max_output_tokens, 1000);
  EXPECT_EQ(house.model.seen[1].max_output_tokens, 300);
  EXPECT_EQ(house.run().outcome, "budget");
}

TEST_F(Money, ABrokenCallCountsAtItsMost) {
  house.candidates[0].output_tokens = 1000;
  auto broken = fails("connection_broken", false);
  house.model.then(broken);
  const auto out = house.run();
  EXPECT_EQ(out.cost, base::Usd{10'000'000});
  EXPECT_EQ(house.rows("SELECT cost_nusd, cost_source FROM call_ends"), Lines{"10000000|reserved"});
}

TEST_F(Money, WhatWasNeverSentCostsNothing) {
  auto unsent = fails("connect", false);
  unsent.sent = false;
  house.model.then(unsent);
  EXPECT_EQ(house.run().cost, base::Usd{0});
}

TEST_F(Money, PerRequestIsALimitOfItsOwn) {
  house.limits.calls.per_request = base::Usd{400 * 10'000};
  house.model.then(using_tokens(says("yes"), 10, 10));
  house.run();
  EXPECT_EQ(house.model.seen[0].max_output_tokens, 400);
}

TEST_F(Money, WithoutAPriceABudgetStops) {
  limit_to(100000);
  house.candidates[0].price.reset();
  EXPECT_EQ(house.run().outcome, "budget");
  EXPECT_TRUE(house.model.seen.empty());
}

TEST_F(Money, WithoutAPriceALimitPerRequestStops) {
  house.limits.calls.per_request = base::Usd{1};
  house.candidates[0].price.reset();
  EXPECT_EQ(house.run().outcome, "budget");
  EXPECT_TRUE(house.model.seen.empty());
}

TEST_F(Money, AttemptsBeforeABudgetStopAreInTheSum) {
  house.candidates[0].output_tokens = 1000;
  limit_to(1100);
  house.model.then(fails("connection_broken", true));  // counts at its most; 100 tokens are left
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "budget");
  EXPECT_EQ(house.model.seen.size(), 1u);
  EXPECT_EQ(out.calls, 1);
  EXPECT_EQ(out.cost, base::Usd{10'000'000});
}

// A stream begins with the usage of its beginning: one token out, whatever came after it.
TEST_F(Money, ACutAnswerCountsAtItsMostWhateverItsFirstUsageSaid) {
  house.candidates[0].output_tokens = 1000;
  auto cut = fails("stream_truncated", true);
  cut.http_status = 200;
  cut.content_seen = true;
  cut.reply.usage.present = true;
  cut.reply.usage.output_tokens = 1;
  house.model.then(cut);
  EXPECT_EQ(house.run().cost, base::Usd{10'000'000});
}

TEST_F(Money, ACancelledCallIsInTheSum) {
  house.candidates[0].output_tokens = 1000;
  house.model.then([&](const llm::Request&, const llm::CallContext&) {
    house.stop.request();
    return fails("cancelled", false);
  });
  const auto out = house.run();
  EXPECT_EQ(out.outcome, "cancelled");
  EXPECT_EQ(out.cost, base::Usd{10'000'000});
  EXPECT_EQ(out.calls, 1);
}

}  // namespace
}  // namespace openclaw::test
