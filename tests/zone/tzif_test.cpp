// SPDX-License-Identifier: MIT
#include "zone/tzif.h"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "zone/posix_rule.h"
#include "zone/zone.h"

namespace openclaw::test {
namespace {

namespace fs = std::filesystem;
constexpr const char* folder = "/usr/share/zoneinfo";

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::end(at); ++at) {
    const auto name = fs::relative(at->path(), folder).string();
    if (name == "right" || name == "posix") at.disable_recursion_pending();
    if (at->is_regular_file() && base::read_file(at->path(), 1 << 20).substr(0, 4) == "TZif")
      out.push_back(name);
  }
  return out;
}

/// What the C library says.
long glibc_offset(std::int64_t t) {
  const std::time_t time = t;
  std::tm tm{};
  return localtime_r(&time, &tm) ? tm.tm_gmtoff : 0;
}

class Tzif : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* was = std::getenv("TZ")) before_ = was;
  }
  void TearDown() override {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  std::string before_;
};

TEST_F(Tzif, AgreesWithTheCLibraryInEveryZoneUntil2200) {
  std::mt19937_64 random(20261123);
  std::uniform_int_distribution<std::int64_t> any(-2208988800, 7258118399);  // 1900 to 2199
  const auto all = names();
  ASSERT_GT(all.size(), 300U);
  for (const auto& name : all) {
    ::setenv("TZ", (":" + name).c_str(), 1);
    ::tzset();
    const auto zone = zone::parse_tzif(base::read_file(fs::path(folder) / name, 1 << 20));
    ASSERT_TRUE(zone) << name;
    std::vector<std::int64_t> instants;
    for (const auto& transition : zone->list) {
      if (transition.at < -2208988800) continue;
      instants.insert(instants.end(), {transition.at - 1, transition.at, transition.at + 1});
    }
    for (int i = 0; i < 50; ++i) instants.push_back(any(random));
    const zone::Zone under_test(name);
    for (const std::int64_t t : instants)
      ASSERT_EQ(under_test.offset(base::Time(std::chrono::seconds(t))).count(), glibc_offset(t))
          << name << " at " << t;
  }
}

TEST_F(Tzif, ReadsASlimFileByItsFooter) {
  // Amsterdam's rule without one transition spelt out, as zic -b slim would end a file.
  const std::string header = std::string("TZif2") + std::string(15, '\0');
  const auto counts = [](int times, int types, int chars) {
    std::string out;
    for (int n : {0, 0, 0, times, types, chars}) out += std::string(3, '\0') + static_cast<char>(n);
    return out;
  };
  std::string body(6 + 4, '\0');
  body[2] = 0x0e, body[3] = 0x10;  // 3600 s
  const std::string file =
      header + counts(0, 0, 0) + header + counts(0, 1, 4) + body + "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
  const auto zone = zone::parse_tzif(file);
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->first, 3600);
  ASSERT_EQ(zone->list.size(), 460U);  // 1970 to 2199
  EXPECT_EQ(zone->list[0].offset, 7200);
}

TEST_F(Tzif, RefusesWhatIsNoZone) {
  const auto good = base::read_file(fs::path(folder) / "Europe/Amsterdam", 1 << 20);
  for (std::size_t n = 0; n < good.size(); ++n)
    EXPECT_FALSE(zone::parse_tzif(std::string_view(good).substr(0, n))) << n;
  std::mt19937 random(20261123);
  for (int i = 0; i < 20000; ++i) {  // any answer, but no crash
    std::string bad = good;
    for (int k = 0; k < 4; ++k)
      bad[random() % (k < 2 ? 100 : bad.size())] = static_cast<char>(random());
    zone::parse_tzif(bad);
  }
  const auto leaping = fs::path(folder) / "right/Europe/Amsterdam";  // leap seconds
  if (fs::exists(leaping)) {
    EXPECT_FALSE(zone::parse_tzif(base::read_file(leaping, 1 << 20)));
  }
}

TEST_F(Tzif, UnderstandsRules) {
  for (const char* bad :
       {"", "A", "CET", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365",
        "CET-1CEST,M3.5.0,M10.5.0x", "CET-99", "<CET-1", "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1:60",
        "CET--1"})
    EXPECT_FALSE(zone::parse_posix_rule(bad)) << bad;
  const auto plain = zone::parse_posix_rule("<+0545>-5:45");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->offset, 5 * 3600 + 45 * 60);
  EXPECT_FALSE(plain->summer);
  // Greenland: the change at -1 o'clock is 23:00 of the day before.
  const auto nuuk = zone::parse_posix_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(nuuk && nuuk->summer);
  EXPECT_EQ(nuuk->summer->begin.in(2026), 1774738800);  // 2026-03-28 23:00
  const auto julian = zone::parse_posix_rule("AAA3BBB2,J60/0,J300/0");
  const auto ordinal = zone::parse_posix_rule("AAA3BBB2,59/0,300/0");
  ASSERT_TRUE(julian && ordinal);
  EXPECT_EQ(julian->summer->begin.in(2026), ordinal->summer->begin.in(2026));
  EXPECT_EQ(julian->summer->begin.in(2028) - ordinal->summer->begin.in(2028), 86400);
}

}  // namespace
}  // namespace openclaw::test
