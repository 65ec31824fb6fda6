// SPDX-License-Identifier: MIT
#include <atomic>
#include <iostream>
#include <string>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>

#include "jobs/state.h"
#include "support/child.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using jobs::Claim;
using jobs::Slot;
using Kind = Claim::Kind;

const base::Time now = at("2026-11-23T07:00:30Z");
const std::string job = "morning-briefing";

Slot slot(const std::string& label) { return {label, at("2026-11-23T07:00:00Z"), std::nullopt}; }

TEST(Slots, AScheduledSlotIsThatOfTheLatestInstant) {
  const zone::Zone zone("Europe/Amsterdam");
  const zone::Schedule schedule("Mon..Fri 08:00");
  const auto monday = jobs::scheduled_slot(schedule, zone, at("2026-11-23T07:00:00Z"));
  ASSERT_TRUE(monday);
  EXPECT_EQ(monday->label, "2026-11-23");
  EXPECT_EQ(monday->scheduled, at("2026-11-23T07:00:00Z"));
  EXPECT_EQ(monday->next, at("2026-11-24T07:00:00Z"));
  const auto early = jobs::scheduled_slot(schedule, zone, at("2026-11-23T06:59:59.999Z"));
  ASSERT_TRUE(early);
  EXPECT_EQ(early->label, "2026-11-20") << "the one of Friday";
  EXPECT_EQ(jobs::scheduled_slot(zone::Schedule("2030-01-01 08:00"), zone, now), std::nullopt);
}

TEST(Slots, LabelsFollowTheSchedule) {
  const zone::Zone zone("Europe/Amsterdam");
  const auto label = [&](const char* text) {
    const auto found = jobs::scheduled_slot(zone::Schedule(text), zone, now);
    return found ? found->label : "none";
  };
  EXPECT_EQ(label("Fri 19:00"), "2026-W47");
  EXPECT_EQ(label("monthly"), "2026-11");
  EXPECT_EQ(label("6,7:00"), "2026-11-23#2");
}

TEST(Slots, ByHandThereIsOneALocalDay) {
  const zone::Zone zone("Europe/Amsterdam");
  const auto slot = jobs::hand_slot(zone, at("2026-11-22T23:30:00Z"));
  EXPECT_EQ(slot.label, "hand-2026-11-23");
  EXPECT_EQ(slot.scheduled, std::nullopt);
  EXPECT_EQ(jobs::hand_slot(zone, at("2026-11-23T22:59:59Z")).label, "hand-2026-11-23");
  EXPECT_EQ(jobs::hand_slot(zone, at("2026-11-23T23:00:00Z")).label, "hand-2026-11-24");
}

TEST(Ledger, OnlyOneClaimsASlot) {
  Store s;
  const auto first = s.ledger.claim(job, slot("a"), audit::own_process(), false, now);
  EXPECT_EQ(first.kind, Kind::taken);
  EXPECT_EQ(s.ledger.claim(job, slot("a"), audit::own_process(), false, now).kind, Kind::busy);
  EXPECT_EQ(s.ledger.claim(job, slot("a"), audit::own_process(), true, now).kind, Kind::busy)
      << "force takes nothing from the living";
  EXPECT_EQ(s.ledger.claim(job, slot("b"), audit::own_process(), false, now).kind, Kind::taken);
  EXPECT_EQ(s.ledger.claim("other", slot("a"), audit::own_process(), false, now).kind, Kind::taken);
}

TEST(Ledger, ADeadOwnersSlotIsTakenOver) {
  Store s;
  s.ledger.claim(job, slot("a"), dead_process(), false, now);
  const auto again = s.ledger.claim(job, slot("a"), dead_process(), false, now);
  EXPECT_EQ(again.kind, Kind::taken);
  s.ledger.delivering(job, "a", "text-1", "plan", "run-1");
  const auto third = s.ledger.claim(job, slot("a"), audit::own_process(), false, now);
  EXPECT_EQ(third.kind, Kind::taken);
  EXPECT_EQ(third.row.text_ref, "text-1");
  EXPECT_EQ(s.ledger.find(job, "a")->attempts, 3);
}

TEST(Ledger, ADoneSlotIsNotDoneAgainUnlessForced) {
  Store s;
  s.ledger.claim(job, slot("a"), audit::own_process(), false, now);
  s.ledger.delivering(job, "a", "text", "plan", "run-1");
  jobs::Row result;
  result.delivered_to = "terminal";
  result.written_by = "plain";
  result.cost = base::Usd{4'200'000};
  result.took_ms = 300;
  s.db.transaction([&] { s.ledger.done(job, "a", result, now + base::Millis(400)); });
  const auto row = s.ledger.find(job, "a");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->state, "done");
  EXPECT_EQ(row->delivered_to, "terminal");
  EXPECT_EQ(row->delivered_at, now + base::Millis(400));
  EXPECT_EQ(row->cost, base::Usd{4'200'000});
  EXPECT_EQ(row->run, "run-1");
  const auto again = s.ledger.claim(job, slot("a"), audit::own_process(), false, now);
  EXPECT_EQ(again.kind, Kind::done);
  EXPECT_EQ(again.row.delivered_to, "terminal") << "it says where the first went";
  const auto forced = s.ledger.claim(job, slot("a"), audit::own_process(), true, now);
  EXPECT_EQ(forced.kind, Kind::taken);
}

TEST(Ledger, AFailedSlotMayBeTriedAgain) {
  Store s;
  s.ledger.claim(job, slot("a"), audit::own_process(), false, now);
  s.ledger.failed(job, "a", "vendor down");
  EXPECT_EQ(s.ledger.find(job, "a")->note, "vendor down");
  const auto again = s.ledger.claim(job, slot("a"), audit::own_process(), false, now);
  EXPECT_EQ(again.kind, Kind::taken);
}

TEST(Ledger, SkippedSlotsAreReportedOnce) {
  Store s;
  s.ledger.skip(job, slot("a"), "five hours late", now);
  s.ledger.skip(job, slot("a"), "again", now);
  EXPECT_EQ(s.ledger.claim(job, slot("a"), audit::own_process(), false, now).kind, Kind::skipped);
  ASSERT_EQ(s.ledger.unreported(job).size(), 1U);
  EXPECT_EQ(s.ledger.unreported(job)[0].note, "five hours late");
  EXPECT_TRUE(s.ledger.unreported("other").empty());
  s.ledger.claim(job, slot("b"), audit::own_process(), false, now);
  s.db.transaction([&] { s.ledger.done(job, "b", {}, now); });
  EXPECT_TRUE(s.ledger.unreported(job).empty());
  EXPECT_EQ(s.ledger.claim(job, slot("a"), audit::own_process(), true, now).kind, Kind::taken);
}

TEST(Ledger, ASkipLeavesAClaimedSlotAlone) {
  Store s;
  s.ledger.claim(job, slot("a"), audit::own_process(), false, now);
  s.ledger.skip(job, slot("a"), "late", now);
  EXPECT_EQ(s.ledger.find(job, "a")->state, "claimed");
}

TEST(Ledger, TheLatestComeFirst) {
  Store s;
  for (int i = 0; i < 12; ++i)
    s.ledger.claim(job, slot("s" + std::to_string(10 + i)), audit::own_process(), false,
                   now + base::Millis(i));
  const auto rows = s.ledger.latest(job, 10);
  ASSERT_EQ(rows.size(), 10U);
  EXPECT_EQ(rows.front().slot, "s21");
  EXPECT_EQ(rows.back().slot, "s12");
}

/// Two processes meet at each slot: exactly one gets it.
TEST(Ledger, OfTwoRacingProcessesOneClaims) {
  const TempDir dir;
  const auto file = dir.path() / "openclaw.db";
  const int rounds = times(200, 5000);
  { const store::Database made(file, store::Database::Access::read_write, jobs::migrations()); }
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  auto* arrived = new (page) std::atomic<int>[2] {};
  const auto race = [&](int me, int out) {
    store::Database db(file, store::Database::Access::read_write, jobs::migrations());
    jobs::Ledger ledger(db);
    for (int i = 0; i < rounds; ++i) {
      arrived[me].store(i + 1);
      while (arrived[1 - me].load() < i + 1) ::sched_yield();
      const auto claim =
          ledger.claim(job, slot(std::to_string(i)), audit::own_process(), false, now);
      tell(out, claim.kind == Kind::taken ? 't' : claim.kind == Kind::busy ? 'b' : '?');
    }
    return 0;
  };
  Child one([&](int out) { return race(0, out); });
  Child two([&](int out) { return race(1, out); });
  std::string a, b;
  const auto until = Clock::now() + std::chrono::minutes(2);
  while (a.size() < static_cast<std::size_t>(rounds) && one.read(a, until) && Clock::now() < until)
    continue;
  while (b.size() < static_cast<std::size_t>(rounds) && two.read(b, until) && Clock::now() < until)
    continue;
  ASSERT_EQ(a.size(), static_cast<std::size_t>(rounds));
  ASSERT_EQ(b.size(), static_cast<std::size_t>(rounds));
  std::size_t first = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE((a[i] == 't' && b[i] == 'b') || (a[i] == 'b' && b[i] == 't'))
        << i << ": " << a[i] << b[i];
    first += a[i] == 't' ? 1U : 0U;
  }
  std::cout << "the first process won " << first << " of " << rounds << std::endl;
  ::munmap(page, 4096);
}

}  // namespace
}  // namespace openclaw::test
