// SPDX-License-Identifier: MIT
#include "sources/incidents.h"

#include <gtest/gtest.h>

namespace openclaw::test {
namespace {

using namespace std::chrono_literals;
using sources::Incident;
using sources::IncidentInput;
using sources::Labels;
using sources::Series;

base::Time at(std::int64_t seconds) { return base::Time(base::Millis(seconds * 1000)); }

/// Samples each `step` seconds of [from, to].
std::vector<std::pair<base::Time, double>> samples(std::int64_t from, std::int64_t to, int step,
                                                   double value = 1) {
  std::vector<std::pair<base::Time, double>> out;
  for (auto t = from; t <= to; t += step) out.emplace_back(at(t), value);
  return out;
}

void append(std::vector<std::pair<base::Time, double>>& to,
            const std::vector<std::pair<base::Time, double>>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

const Labels disk{{"alertname", "Disk"}, {"instance", "a"}};

Labels named(Labels labels, const char* name) {
  labels["__name__"] = name;
  if (std::string(name) == "ALERTS") labels["alertstate"] = "firing";
  return labels;
}

IncidentInput night() {
  IncidentInput in;
  in.from = at(0);
  in.now = at(43200);
  in.interval["Disk"] = 15s;
  return in;
}

TEST(Incidents, OneHasItsActivationAsBeginAndOneEvaluationMoreAsEnd) {
  auto in = night();
  in.firing = {{named(disk, "ALERTS"), samples(1060, 1300, 15)}};
  in.activation = {{named(disk, "ALERTS_FOR_STATE"), samples(1000, 1300, 15, 1000)}};
  const auto found = find_incidents(in);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].begin, at(1000));
  EXPECT_EQ(found[0].end, at(1315));
  EXPECT_TRUE(found[0].begin_known);
  EXPECT_EQ(found[0].labels, disk);
}

TEST(Incidents, FlapsCloserThanThreeEvaluationsAreTakenApartByTheirActivation) {
  auto in = night();
  std::vector<std::pair<base::Time, double>> firing, state;
  for (const std::int64_t begin : {1000, 1030, 1060}) {
    append(firing, samples(begin, begin, 15));
    append(state, samples(begin, begin, 15, static_cast<double>(begin)));
  }
  in.firing = {{named(disk, "ALERTS"), firing}};
  in.activation = {{named(disk, "ALERTS_FOR_STATE"), state}};
  EXPECT_EQ(find_incidents(in).size(), 3U);
  in.activation.clear();
  EXPECT_EQ(find_incidents(in).size(), 1U) << "without it they cannot be told apart";
}

TEST(Incidents, WithoutActivationALongPauseIsACut) {
  auto in = night();
  auto firing = samples(1000, 1100, 15);
  append(firing, samples(1100 + 46, 1200, 15));
  in.firing = {{named(disk, "ALERTS"), firing}};
  const auto found = find_incidents(in);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].end, at(1105));
}

TEST(Incidents, AGapOfPrometheusItselfIsNoCut) {
  auto in = night();
  auto firing = samples(1000, 2000, 15);
  append(firing, samples(6000, 7000, 15));
  auto state = samples(1000, 2000, 15, 1000);
  append(state, samples(6000, 7000, 15, 5990));  // no "for": the activation is lost in a restart
  in.firing = {{named(disk, "ALERTS"), firing}};
  in.activation = {{named(disk, "ALERTS_FOR_STATE"), state}};
  EXPECT_EQ(find_incidents(in).size(), 2U);
  in.gaps = {{at(2000), at(6000)}};
  const auto found = find_incidents(in);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].begin, at(1000));
}

TEST(Incidents, WhatPrometheusListsNowHasNoEnd) {
  auto in = night();
  in.firing = {{named(disk, "ALERTS"), samples(43000, 43195, 15)}};
  EXPECT_TRUE(find_incidents(in)[0].end) << "ended a moment ago";
  in.active = {disk};
  EXPECT_FALSE(find_incidents(in)[0].end);
}

TEST(Incidents, WhatFiredBeforeTheWindowSaysSo) {
  auto in = night();
  in.firing = {{named(disk, "ALERTS"), samples(3, 300, 15)}};
  auto found = find_incidents(in);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].begin_known);
  in.activation = {{named(disk, "ALERTS_FOR_STATE"), samples(3, 300, 15, -9000)}};
  found = find_incidents(in);
  EXPECT_TRUE(found[0].begin_known);
  EXPECT_EQ(found[0].begin, at(-9000)) << "the activation is known though it lies outside";
}

TEST(Incidents, GapsAreFoundAlsoAtBothEnds) {
  auto up = samples(600, 6000, 15);
  append(up, samples(12000, 43000, 15));
  const auto gaps = sources::find_gaps(up, at(0), at(43200));
  ASSERT_EQ(gaps.size(), 3U);
  EXPECT_EQ(gaps[0].to, at(600));
  EXPECT_EQ(gaps[1].from, at(6000));
  EXPECT_EQ(gaps[1].to, at(12000));
  EXPECT_EQ(gaps[2].to, at(43200));
  EXPECT_TRUE(sources::find_gaps(samples(0, 43200, 15), at(0), at(43200)).empty());
  EXPECT_EQ(sources::find_gaps({}, at(0), at(43200)).size(), 1U);
}

}  // namespace
}  // namespace openclaw::test
