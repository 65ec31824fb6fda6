// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"
#include "base/time.h"

namespace openclaw::test {
namespace {

using base::Usd;

TEST(Money, ReadsAndWritesPlainAmounts) {
  const std::vector<std::pair<const char*, std::int64_t>> table{
      {"0", 0},
      {"12", 12'000'000'000},
      {"0.25", 250'000'000},
      {"15.00", 15'000'000'000},
      {"0.000000001", 1},
      {"0.0000000001", 1},
      {"0.0000000010", 1},
      {"0.0042", 4'200'000},
      {"1.0000000009", 1'000'000'001},
      {"00012", 12'000'000'000},
      {"1000000000", 1'000'000'000'000'000'000}};
  for (const auto& [text, nano] : table) {
    const auto read = base::parse_usd(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->nano, nano) << text;
  }
  for (const char* text : {"", ".", "1.", "-1", "+1", "1e3", "1,5", " 1", "1 ", "$1", "0x1",
                           "1.2.3", "99999999999999", "NaN", "1_000", "١"})
    EXPECT_FALSE(base::parse_usd(text)) << text;
}

TEST(Money, WritesThreeToNineDecimals) {
  EXPECT_EQ(base::to_string(Usd{0}), "0.000");
  EXPECT_EQ(base::to_string(Usd{4'200'000}), "0.0042");
  EXPECT_EQ(base::to_string(Usd{1}), "0.000000001");
  EXPECT_EQ(base::to_string(Usd{12'350'000'000}), "12.350");
  EXPECT_EQ(base::to_string(Usd{-1'500'000'000}), "-1.500");
  for (std::int64_t nano = 1; nano < 4'000'000'000'000'000'000; nano = nano * 7 + 3)
    EXPECT_EQ(base::parse_usd(base::to_string(Usd{nano}))->nano, nano);
}

TEST(Money, ReadsForPeople) {
  EXPECT_EQ(base::human_usd(Usd{0}), "0.000");
  EXPECT_EQ(base::human_usd(Usd{1'204'000'000}), "1.204");
  EXPECT_EQ(base::human_usd(Usd{12'345'000'000}), "12.35");
  EXPECT_EQ(base::human_usd(Usd{-388'000'000}), "-0.388");
  EXPECT_NE(base::human_usd(Usd{1}), "0.000") << "an amount is never shown as none";
}

TEST(Duration, ReadsTheUnitsThatTheManualNames) {
  using base::Millis;
  EXPECT_EQ(base::parse_duration("90s"), Millis(90000));
  EXPECT_EQ(base::parse_duration("15m"), Millis(900000));
  EXPECT_EQ(base::parse_duration("4h"), Millis(14400000));
  EXPECT_EQ(base::parse_duration("3d"), Millis(259200000));
  EXPECT_EQ(base::parse_duration("2w"), Millis(1209600000));
  EXPECT_EQ(base::parse_duration("5y"), Millis(5LL * 365 * 86400000));
  EXPECT_EQ(base::parse_duration("0s"), Millis(0));
  for (const char* text : {"", "5", "s", "-5s", "5 s", "5S", "1.5h", "5sec", "5s ", "1h30m",
                           "99999999999999999999s", "+5s"})
    EXPECT_FALSE(base::parse_duration(text)) << text;
}

TEST(Duration, ReadsForPeople) {
  EXPECT_EQ(base::human_duration(base::Millis(950)), "950 ms");
  EXPECT_EQ(base::human_duration(base::Millis(3200)), "3.2 s");
  EXPECT_EQ(base::human_duration(base::Millis(240000)), "4 min");
  EXPECT_EQ(base::human_duration(base::Millis(9000000)), "2.5 h");
  EXPECT_EQ(base::human_duration(base::Millis(9LL * 86400000)), "9 days");
}

TEST(Rfc3339, ReadsWhatTheStandardShows) {
  const std::vector<std::pair<const char*, const char*>> table{
      {"1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z"},
      {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000Z"},
      {"1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z"},
      {"1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000Z"},
      {"2026-11-23t08:00:00z", "2026-11-23T08:00:00.000Z"},
      {"2024-02-29T00:00:00.123456789Z", "2024-02-29T00:00:00.123Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
      {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"}};
  for (const auto& [text, same] : table) {
    const auto read = base::parse_rfc3339(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(base::rfc3339(*read), same);
  }
}

TEST(Rfc3339, RefusesWhatIsNone) {
  for (const char* text :
       {"", "2026-11-23", "2026-11-23T08:00:00", "2026-11-23T08:00Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T08:60:00Z",
        "2026-11-23T08:00:61Z", "2026-11-23T08:00:00ZZ", "2026-11-23T08:00:00+1:00",
        "2026-11-23T08:00:00+0100", "26-11-23T08:00:00Z", " 2026-11-23T08:00:00Z",
        "2026-11-23T08:00:00,5Z", "2026-11-+3T08:00:00Z", "2026-00-10T08:00:00Z"})
    EXPECT_FALSE(base::parse_rfc3339(text)) << text;
}

TEST(Rfc3339, RefusesImpossibleOffsets) {
  EXPECT_FALSE(base::parse_rfc3339("2026-11-23T08:00:00+24:00"));
  EXPECT_FALSE(base::parse_rfc3339("2026-11-23T08:00:00-99:99"));
  EXPECT_FALSE(base::parse_rfc3339("2026-11-23T08:00:00+01:60"));
}

TEST(Rfc3339, RefusesAFractionWithoutDigits) {
  EXPECT_FALSE(base::parse_rfc3339("2026-11-23T08:00:00.Z"));
}

TEST(Rfc3339, ComesBackFromEveryMillisecond) {
  for (std::int64_t ms = -62'000'000'000'000; ms < 250'000'000'000'000; ms += 777'777'777'777)
    EXPECT_EQ(base::to_ms(*base::parse_rfc3339(base::rfc3339(base::from_ms(ms)))), ms);
}

TEST(Ulid, ComparesInTheOrderOfMaking) {
  std::string last;
  for (int i = 0; i < 20000; ++i) {
    const auto now = base::from_ms(1'795'000'000'000 + i / 1000 - (i % 500 == 0 ? 50 : 0));
    const std::string id = base::new_ulid(now);  // the clock goes back now and then
    ASSERT_EQ(id.size(), 26U);
    ASSERT_TRUE(base::is_ulid(id));
    ASSERT_LT(last, id);
    last = id;
  }
}

TEST(Ulid, HoldsItsTime) {
  const auto now = base::from_ms(1'900'000'000'000);
  EXPECT_EQ(base::ulid_time(base::new_ulid(now)), now);
  EXPECT_EQ(base::to_ms(base::ulid_time("01ARZ3NDEKTSV4RRFFQ69G5FAV")), 1469922850259);
  for (const char* bad : {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
                          "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAU",
                          "01arz3ndektsv4rrffq69g5fav", "01ARZ3NDEKTSV4RRFFQ69G5FA "}) {
    EXPECT_FALSE(base::is_ulid(bad)) << bad;
    EXPECT_THROW((void)base::ulid_time(bad), base::ProtocolError) << bad;
  }
}

TEST(Error, SaysTheWholeChain) {
  try {
    try {
      throw base::UnavailableError("connection refused", "is it running?");
    } catch (...) {
      std::throw_with_nested(base::Error("cannot send the briefing"));
    }
  } catch (const std::exception& e) {
    EXPECT_EQ(base::describe(e), "cannot send the briefing: connection refused");
    EXPECT_EQ(base::hint_of(e), "is it running?");
  }
}

}  // namespace
}  // namespace openclaw::test
