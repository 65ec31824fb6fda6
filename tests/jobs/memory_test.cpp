// SPDX-License-Identifier: MIT
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "jobs/state.h"

namespace openclaw::test {
namespace {

using Items = std::vector<sources::Item>;

/// One job over many days.
class Days {
 public:
  /// A delivered run of that day with these items.
  jobs::Diff run(const std::string& date, const Items& items,
                 const std::set<std::string>& unseen = {}) {
    auto diff = look(date, items, unseen);
    const jobs::Slot slot{date, std::nullopt, std::nullopt};
    store_.ledger.claim("j", slot, audit::own_process(), true, at(date + "T07:00:00Z"));
    store_.db.transaction([&] {
      store_.ledger.done("j", date, {}, at(date + "T07:00:01Z"));
      jobs::remember(store_.db, "j", date, diff, *zone::parse_date(date));
    });
    return diff;
  }
  /// What a run of that day would say.
  jobs::Diff look(const std::string& date, const Items& items,
                  const std::set<std::string>& unseen = {}) {
    return jobs::compare(store_.db, "j", items, unseen, *zone::parse_date(date),
                         at(date + "T07:00:00Z"));
  }
  Store& store() { return store_; }

 private:
  Store store_;
};

const sources::Item disk = item("disk:/var", "/var is 94 % full");
const sources::Item unit = item("unit:borgmatic.service", "borgmatic.service failed");

TEST(Memory, TheFirstRunMarksNothing) {
  Days days;
  EXPECT_TRUE(days.run("2026-11-23", {disk}).first_run);
  EXPECT_FALSE(days.look("2026-11-24", {disk}).first_run);
}

TEST(Memory, CountsTheDays) {
  Days days;
  EXPECT_EQ(days.run("2026-11-23", {disk}).items.at(0).day, 1);
  EXPECT_EQ(days.run("2026-11-23", {disk}).items.at(0).day, 1) << "twice on a day is one day";
  EXPECT_EQ(days.run("2026-11-24", {disk}).items.at(0).day, 2);
  EXPECT_EQ(days.run("2026-11-27", {disk, unit}).items.at(0).day, 5);
  EXPECT_EQ(days.run("2026-11-27", {disk, unit}).items.at(1).day, 1);
  EXPECT_EQ(days.run("2026-12-02", {disk, unit}).items.at(1).day, 6);
}

TEST(Memory, TheTitleMayChangeFromDayToDay) {
  Days days;
  days.run("2026-11-23", {disk});
  auto fuller = disk;
  fuller.title = "/var is 97 % full";
  const auto diff = days.run("2026-11-24", {fuller});
  EXPECT_EQ(diff.items.at(0).day, 2);
  EXPECT_TRUE(diff.gone.empty());
  EXPECT_EQ(days.look("2026-11-25", {}).gone, std::vector<std::string>{"/var is 97 % full"});
}

TEST(Memory, WhatWentAwayIsGoneOnceAndNewWhenItReturns) {
  Days days;
  const auto id = days.run("2026-11-23", {disk, unit}).items.at(1).short_id;
  EXPECT_EQ(days.run("2026-11-24", {disk}).gone, std::vector<std::string>{unit.title});
  EXPECT_TRUE(days.run("2026-11-25", {disk}).gone.empty());
  const auto back = days.run("2026-11-26", {disk, unit});
  EXPECT_EQ(back.items.at(1).day, 1);
  EXPECT_EQ(back.items.at(1).short_id, id) << "its id is the old one";
  EXPECT_EQ(days.run("2026-11-27", {disk, unit}).items.at(1).day, 2);
  EXPECT_EQ(days.look("2026-11-27", {disk, unit}).items.at(0).day, 5);
}

TEST(Memory, WhatWasNotLookedAtIsNeverGone) {
  Days days;
  days.run("2026-11-23", {disk, unit});
  EXPECT_TRUE(days.run("2026-11-24", {disk}, {"unit"}).gone.empty());
  const auto seen = days.run("2026-11-25", {disk, unit});
  EXPECT_EQ(seen.items.at(1).day, 3) << "a blind day does not end it";
  EXPECT_EQ(days.look("2026-11-26", {disk}).gone, std::vector<std::string>{unit.title});
}

TEST(Memory, OfTwoWithOneTitleOneMayGo) {
  Days days;
  auto first = item("unit:a.service", "a unit failed");
  auto second = item("unit:b.service", "a unit failed");
  days.run("2026-11-23", {first, second});
  EXPECT_EQ(days.run("2026-11-24", {first}).gone.size(), 1U);
  EXPECT_EQ(days.run("2026-11-25", {first}).items.at(0).day, 3) << "the other stays what it was";
  EXPECT_TRUE(days.look("2026-11-26", {first}).gone.empty());
}

TEST(Memory, EventsAndEntriesAreNotRemembered) {
  Days days;
  days.run("2026-11-23", {item("event:a:1", "Stand-up"), item("entry:1", "News")});
  EXPECT_TRUE(days.look("2026-11-24", {}).gone.empty());
}

TEST(Memory, APromiseAgesAndGoes) {
  Days days;
  const auto promise = item("commitment:x", "Tax, due today");
  days.run("2026-11-23", {promise});
  EXPECT_EQ(days.run("2026-11-24", {item("commitment:x", "Tax, 1 day overdue")}).items.at(0).day,
            2);
  EXPECT_EQ(days.look("2026-11-25", {}).gone, std::vector<std::string>{"Tax, 1 day overdue"});
}

TEST(Memory, ExamplesAreNotRemembered) {
  Days days;
  auto example = disk;
  example.example = true;
  days.run("2026-11-23", {example});
  EXPECT_TRUE(days.look("2026-11-24", {}).gone.empty());
}

TEST(Memory, AnAcknowledgedItemIsQuietUntilItsDay) {
  Days days;
  days.run("2026-11-23", {disk});
  days.store().db.raw().exec("UPDATE told SET quiet_until=" +
                             std::to_string(base::to_ms(at("2026-11-26T00:00:00Z"))));
  EXPECT_TRUE(days.run("2026-11-24", {disk}).items.at(0).quieted);
  EXPECT_TRUE(days.look("2026-11-25", {disk}).items.at(0).quieted)
      << "telling it again keeps it quiet";
  EXPECT_FALSE(days.look("2026-11-26", {disk}).items.at(0).quieted);
}

TEST(Memory, ShortIdsAreThreeLettersUniqueAndStable) {
  Days days;
  Items items;
  for (int i = 0; i < 3000; ++i)
    items.push_back(item("disk:/mnt/" + std::to_string(i), "full " + std::to_string(i)));
  const auto first = days.run("2026-11-23", items);
  std::set<std::string> ids;
  for (const auto& told : first.items) {
    ASSERT_EQ(told.short_id.size(), 3U);
    ASSERT_EQ(told.short_id.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), std::string::npos);
    ASSERT_TRUE(ids.insert(told.short_id).second) << told.short_id;
  }
  Items reversed(items.rbegin(), items.rend());
  const auto second = days.run("2026-11-24", reversed);
  for (std::size_t i = 0; i < items.size(); ++i)
    ASSERT_EQ(second.items.at(items.size() - 1 - i).short_id, first.items.at(i).short_id);
}

TEST(Memory, TheSameKeyTwiceIsOneId) {
  Days days;
  const auto diff = days.run("2026-11-23", {disk, disk});
  EXPECT_EQ(diff.items.at(0).short_id, diff.items.at(1).short_id);
}

TEST(Memory, OneJobsMemoryIsNotAnothers) {
  Days days;
  days.run("2026-11-23", {disk});
  const auto other = jobs::compare(days.store().db, "k", {unit}, {},
                                   *zone::parse_date("2026-11-24"), at("2026-11-24T07:00:00Z"));
  EXPECT_TRUE(other.first_run);
  EXPECT_TRUE(other.gone.empty());
}

}  // namespace
}  // namespace openclaw::test
