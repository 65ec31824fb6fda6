// SPDX-License-Identifier: MIT
#include "llm/prices.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

/// Prices worked out by hand, from a small table and from the shipped one.
namespace openclaw::test {
namespace {

constexpr const char* small_table = R"({
"date": "2026-11-23",
"host api.v.example": "v",
"v": [
{"id":"flat","match":{"equals":"flat"},
 "prices":[{"input":"2","output":"8","cache_read":"0.2","cache_write":"2.5","cache_write_1h":"4"}]},
{"id":"tiered","match":{"starts_with":"tiered"},
 "prices":[{"input":{"base":"2","tiers":[{"above":1000,"rate":"4"}]},
            "output":{"base":"8","tiers":[{"above":1000,"rate":"12"}]}}]},
{"id":"dated","match":{"dated":"dated-"},
 "prices":[{"input":"1","output":"1"},{"input":"3","output":"3","from":"2026-06-16"}]},
{"id":"daily",
 "match":{"or":[{"equals":"daily"},
                {"and":[{"contains":"ai"},{"ends_with":"ly2"},{"not_contains":"-tts"}]}]},
 "prices":[{"input":"1","output":"1"},
           {"input":"2","output":"2","daily_from":"22:30","daily_to":"04:00"}]},
{"id":"plain","match":{"equals":"plain"},
 "prices":[{"input":"0.075","output":"0.3","requests_k":"5","web_searches_k":"10"}]},
{"id":"audio","match":{"equals":"audio"},
 "prices":[{"input":"1","output":"2","input_audio":"10","output_audio":"20","cache_read":"0.1",
            "cache_audio":"1"}]},
{"id":"pages","match":{"equals":"pages"},"prices":[{}]}
]
}
)";

class Prices : public testing::Test {
 protected:
  void SetUp() override { write(folder_.file("p.json"), small_table); }

  std::optional<llm::Price> find(const std::string& model,
                                 const std::string& at = "2026-11-23T12:00:00Z") {
    return table_.find("v", "", model, *base::parse_rfc3339(at));
  }
  std::int64_t nano(const std::string& model, const llm::Usage& usage,
                    const std::string& at = "2026-11-23T12:00:00Z") {
    const auto price = find(model, at);
    EXPECT_TRUE(price) << model;
    return price ? llm::cost(*price, usage).nano : -1;
  }
  static llm::Usage usage(std::int64_t in, std::int64_t out, std::int64_t read = 0,
                          std::int64_t written = 0, std::int64_t hour = 0) {
    llm::Usage u;
    u.input_tokens = in;
    u.output_tokens = out;
    u.cache_read_tokens = read;
    u.cache_creation_tokens = written;
    u.cache_creation_1h_tokens = hour;
    return u;
  }

  TempDir folder_;
  llm::PriceTable table_{folder_.file("p.json")};
};

TEST_F(Prices, EachPartHasItsRate) {
  EXPECT_EQ(nano("flat", usage(1'000'000, 0)), 2'000'000'000);
  EXPECT_EQ(nano("flat", usage(0, 1'000'000)), 8'000'000'000);
  EXPECT_EQ(nano("flat", usage(1000, 0, 1000)), 200'000);
  EXPECT_EQ(nano("flat", usage(1000, 0, 0, 1000)), 2'500'000);
  EXPECT_EQ(nano("flat", usage(1000, 0, 0, 1000, 1000)), 4'000'000);
  // 400 fresh, 300 read, 200 kept five minutes, 100 kept an hour, 50 out.
  EXPECT_EQ(nano("flat", usage(1000, 50, 300, 300, 100)),
            400 * 2000 + 300 * 200 + 200 * 2500 + 100 * 4000 + 50 * 8000);
}

TEST_F(Prices, MissingRatesAreTheInputs) {
  EXPECT_EQ(nano("tiered", usage(1000, 0, 600, 400)), 1000 * 2000);
}

TEST_F(Prices, TierOfTheTotalHoldsForAllTokens) {
  EXPECT_EQ(nano("tiered", usage(1000, 10)), 1000 * 2000 + 10 * 8000);
  EXPECT_EQ(nano("tiered", usage(1001, 10)), 1001 * 4000 + 10 * 12000);
  EXPECT_EQ(nano("tiered", usage(1001, 10, 1000)), 1001 * 4000 + 10 * 12000);
}

TEST_F(Prices, DayDecides) {
  EXPECT_EQ(nano("dated-20250101", usage(1000, 0), "2026-06-15T23:59:59Z"), 1'000'000);
  EXPECT_EQ(nano("dated-20250101", usage(1000, 0), "2026-06-16T00:00:00Z"), 3'000'000);
  EXPECT_FALSE(find("dated-"));
  EXPECT_FALSE(find("dated-x"));
}

TEST_F(Prices, HourDecidesAcrossMidnight) {
  for (const auto& [time, rate] : std::vector<std::pair<std::string, int>>{{"22:29:59", 1},
                                                                           {"22:30:00", 2},
                                                                           {"23:59:59", 2},
                                                                           {"00:00:00", 2},
                                                                           {"03:59:59", 2},
                                                                           {"04:00:00", 1},
                                                                           {"12:00:00", 1}})
    EXPECT_EQ(nano("daily", usage(1000, 0), "2026-11-23T" + time + "Z"), rate * 1'000'000) << time;
}

TEST_F(Prices, ModelsAreMatchedAsTheTableSays) {
  EXPECT_EQ(find("daily2")->reference, "table 2026-11-23 v/daily");
  EXPECT_TRUE(find("TIERED-Large"));
  for (const char* unknown : {"flat2", "", "daily2-tts", "pages", "Flat\n"})
    EXPECT_FALSE(find(unknown)) << unknown;
  const auto now = *base::parse_rfc3339("2026-11-23T12:00:00Z");
  EXPECT_TRUE(table_.find("", "https://api.v.example/v1", "flat", now));
  EXPECT_FALSE(table_.find("", "https://api.v.example.evil.example/v1", "flat", now));
  EXPECT_FALSE(table_.find("", "http://127.0.0.1:11434", "flat", now));
  EXPECT_FALSE(table_.find("w", "", "flat", now));
  EXPECT_FALSE(table_.find("host api.v.example", "", "flat", now));
}

TEST_F(Prices, RequestsAndSearchesCount) {
  auto searched = usage(10, 10);
  searched.web_searches = 3;
  EXPECT_EQ(nano("plain", searched), 10 * 75 + 10 * 300 + 5'000'000 + 3 * 10'000'000);
}

TEST_F(Prices, SoundHasItsOwnRates) {
  auto heard = usage(1000, 100, 300);
  heard.input_audio_tokens = 500;
  heard.cache_audio_tokens = 200;
  heard.output_audio_tokens = 40;
  // 300 sound and 400 words fresh, 200 sound and 100 words read, 40 sound and 60 words out.
  EXPECT_EQ(nano("audio", heard),
            300 * 10000 + 400 * 1000 + 200 * 1000 + 100 * 100 + 40 * 20000 + 60 * 2000);
}

TEST_F(Prices, FractionsRoundByLessThanOneNano) {
  for (std::int64_t tokens = 1; tokens < 2000; tokens += 7) {
    const auto have = static_cast<double>(nano("plain", usage(tokens, 0)) - 5'000'000);
    EXPECT_NEAR(have, static_cast<double>(tokens) * 75.0, 1.0);
  }
}

TEST_F(Prices, HugeCountsDoNotOverflow) {
  const auto most = nano("flat", usage(1'000'000'000'000, 0));
  EXPECT_EQ(most, 2'000'000'000'000'000);
}

TEST_F(Prices, WorstIsNeverLessThanWhatItCost) {
  for (const char* model : {"flat", "tiered", "plain"}) {
    const auto worst = llm::worst_cost(*find(model), 2000, 500).nano;
    for (const auto& u : {usage(2000, 500), usage(2000, 500, 2000), usage(2000, 500, 0, 2000),
                          usage(2000, 500, 0, 2000, 2000), usage(900, 500), usage(0, 0)})
      EXPECT_GE(worst, nano(model, u)) << model;
  }
}

TEST_F(Prices, WithoutATableNothingIsKnown) {
  llm::PriceTable none(folder_.file("absent.json"));
  EXPECT_EQ(none.date(), "");
  EXPECT_FALSE(none.find("v", "", "flat", *base::parse_rfc3339("2026-11-23T12:00:00Z")));
  EXPECT_EQ(llm::cost(llm::free_price(), usage(1000, 1000)).nano, 0);
}

TEST(ShippedPrices, AgreeWithAFigureWorkedOutElsewhere) {
  llm::PriceTable table(OPENCLAW_SOURCE "/share/openclaw/prices.json");
  EXPECT_EQ(table.date().size(), 10U);
  const auto price = table.find("", "https://api.anthropic.com", "claude-opus-4-7",
                                *base::parse_rfc3339("2026-11-23T00:00:00Z"));
  ASSERT_TRUE(price);
  llm::Usage u;
  u.input_tokens = 10'000;
  u.cache_read_tokens = 6000;
  u.cache_creation_tokens = 1000;
  u.output_tokens = 500;
  EXPECT_EQ(to_string(llm::cost(*price, u)), "0.03675");
}

}  // namespace
}  // namespace openclaw::test
