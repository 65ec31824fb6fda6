// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audit/query.h"
#include "audit/state.h"
#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

constexpr Time never = Time(Millis(0));

Time minute(int n) { return noon + std::chrono::minutes(n); }

class AuditPrune : public testing::Test {
 protected:
  void SetUp() override {
    State state(folder());
    state.be_quick();
    add_runs(state, 1, 20);
  }
  std::string folder() const { return dir_.path().string(); }

  static audit::Verification check(State& state) {
    return audit::verify(state.db, witnesses_of(state.folder));
  }

  TempDir dir_;
};

TEST_F(AuditPrune, ErasesOldTextsAndKeepsEveryRow) {
  State state(folder());
  const auto rows = check(state).rows;
  const auto texts = state.number("SELECT count(*) FROM bodies");
  const auto old_ref = state.value("SELECT reply_ref FROM call_ends WHERE call='call-2'");
  const auto new_ref = state.value("SELECT reply_ref FROM call_ends WHERE call='call-15'");
  ASSERT_TRUE(state.bodies.get(old_ref));
  const auto pruned = audit::prune(state.db, minute(10), never, minute(60));
  EXPECT_EQ(pruned.rows, 0);
  EXPECT_GT(pruned.bodies, 20);
  EXPECT_EQ(state.number("SELECT count(*) FROM bodies"), texts - pruned.bodies);
  EXPECT_FALSE(state.bodies.get(old_ref));
  EXPECT_TRUE(state.bodies.get(new_ref));
  const auto result = check(state);
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(result.rows, rows + 1) << "a note says what was erased";
  EXPECT_EQ(state.value("SELECT reply_ref FROM call_ends WHERE call='call-2'"), old_ref);
}

TEST_F(AuditPrune, KeepsATextThatWasUsedAgainLater) {
  State state(folder());
  audit::prune(state.db, minute(20), never, minute(60));
  const auto manifest = state.value("SELECT request_ref FROM calls WHERE call='call-20'");
  EXPECT_TRUE(state.bodies.get(manifest));
  // The system's text is the same in all calls; the last one keeps it.
  bool found = false;
  for (const auto& ref : state.rows("SELECT ref FROM bodies"))
    found |= state.bodies.get(ref) == "the system's text";
  EXPECT_TRUE(found);
}

TEST_F(AuditPrune, DropsOldRowsAndStillVerifies) {
  State state(folder());
  const auto before = check(state).rows;
  const auto pruned = audit::prune(state.db, never, minute(12), minute(60));
  EXPECT_GT(pruned.rows, 50);
  auto result = check(state);
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(result.rows, before - pruned.rows + 1);
  EXPECT_EQ(result.witness, "audit.head");
  EXPECT_EQ(
      state.number("SELECT count(*) FROM runs WHERE at<" + std::to_string(base::to_ms(minute(12)))),
      0);
  EXPECT_EQ(state.number("SELECT count(*) FROM runs"), 9);
  add_runs(state, 30, 3);
  result = check(state);
  EXPECT_TRUE(result.good) << told(result);
}

TEST_F(AuditPrune, MayBeDoneAgainAndForAll) {
  State state(folder());
  for (const int n : {5, 5, 11, 19, 10'000}) {
    audit::prune(state.db, minute(n), minute(n), minute(10'001));
    const auto result = check(state);
    EXPECT_TRUE(result.good) << n << ": " << told(result);
  }
  EXPECT_EQ(state.number("SELECT count(*) FROM runs"), 0);
  add_runs(state, 60, 1);
  const auto result = check(state);
  EXPECT_TRUE(result.good) << told(result);
}

TEST_F(AuditPrune, DoesNothingWhenNothingIsOld) {
  State state(folder());
  const auto before = dump(state.db);
  const auto pruned = audit::prune(state.db, minute(-5), minute(-5), minute(60));
  EXPECT_EQ(pruned.rows + pruned.bodies, 0);
  EXPECT_EQ(dump(state.db), before);
}

// Clocks jump and several processes write: an old row after a young one goes only with it.
TEST_F(AuditPrune, LeavesNoGapWhereTimesAreOutOfOrder) {
  State state(folder());
  state.recorder.note("young", json::Value::object({}), minute(500));
  add_runs(state, 40, 3);
  audit::prune(state.db, never, minute(400), minute(600));
  const auto result = check(state);
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(state.number("SELECT count(*) FROM runs"), 3);
}

TEST_F(AuditPrune, TheBaseIsGuarded) {
  {
    State state(folder());
    audit::prune(state.db, minute(10), minute(10), minute(60));
    add_runs(state, 70, 2);
    ASSERT_TRUE(check(state).good);
  }
  std::vector<std::string> attacks{"UPDATE chain SET base_seq=base_seq+1",
                                   "UPDATE chain SET base_seq=base_seq-1",
                                   "UPDATE chain SET base_seq=0",
                                   "UPDATE chain SET base_mac=randomblob(32)",
                                   "UPDATE chain SET base_kind=''",
                                   "UPDATE chain SET base_kind='accept'",
                                   "UPDATE chain SET base_kind='erase'",
                                   "UPDATE notes SET data=replace(data,'rows','cows')"
                                   " WHERE kind='prune'",
                                   "DELETE FROM notes WHERE kind='prune'",
                                   "INSERT INTO notes SELECT 1, at, kind, data, mac FROM notes"
                                   " LIMIT 1"};
  // The rows after the base go too, and the base moves on without a note.
  for (const auto* table : audit::chained_tables()) {
    const std::string name(table->name);
    attacks.push_back("UPDATE chain SET base_seq=base_seq+1, base_mac=(SELECT mac FROM " + name +
                      " WHERE seq=base_seq+1) WHERE EXISTS(SELECT 1 FROM " + name +
                      " WHERE seq=base_seq+1); DELETE FROM " + name +
                      " WHERE seq=(SELECT base_seq FROM chain)");
  }
  int changed = 0;
  for (const auto& attack : attacks) {
    const TempDir copy;
    copy_state(folder(), copy.path().string());
    tamper(copy.path().string(), attack);
    store::Database db(database_in(copy.path().string()), Access::read_only, audit::migrations());
    store::Database same(database_in(folder()), Access::read_only, audit::migrations());
    if (dump(db) == dump(same)) continue;  // no row of that table stands after the base
    ++changed;
    EXPECT_FALSE(audit::verify(db, {}).good) << attack;
  }
  EXPECT_EQ(changed, 11);
}

TEST_F(AuditPrune, WorksAfterAnAcceptedFault) {
  tamper(folder(), "UPDATE call_ends SET cost_nusd=1 WHERE call='call-3'");
  State state(folder());
  audit::accept(state.db, "known", minute(60));
  audit::prune(state.db, minute(10), minute(10), minute(61));
  EXPECT_TRUE(audit::verify(state.db, {}).good) << told(audit::verify(state.db, {}));
  add_runs(state, 100, 2);
  audit::prune(state.db, minute(100), minute(100), minute(200));
  const auto result = audit::verify(state.db, {});
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(state.number("SELECT count(*) FROM runs"), 2);
}

// A run that began before the cut and ended after it must still be counted.
TEST_F(AuditPrune, WhatIsKeptIsStillCounted) {
  State state(folder());
  state.recorder.start_run(a_run("long", minute(100)));
  state.recorder.start_call(a_call("long-call", minute(100)), {});
  state.recorder.end_call(an_outcome("long-call"), minute(140));
  state.recorder.end_run(a_result(), minute(141));
  state.recorder.start_run(a_run("next", minute(150)));
  state.recorder.start_call(a_call("next-call", minute(150)), {});
  state.recorder.end_call(an_outcome("next-call"), minute(151));
  state.recorder.end_run(a_result(), minute(152));
  audit::prune(state.db, never, minute(120), minute(200));
  ASSERT_EQ(state.number("SELECT count(*) FROM call_ends"), 2);
  audit::Query query;
  const auto counted = audit::count(state.db, query, zone::Zone("UTC"));
  EXPECT_EQ(counted.total.calls, 2);
}

// "Only as long as declared": not in free pages and not in the log either.
TEST_F(AuditPrune, NoSealedByteOfAnErasedTextStaysInTheFiles) {
  std::vector<std::string> sealed;
  {
    State state(folder());
    SQLite::Statement query(state.db.raw(), "SELECT sealed FROM bodies");
    while (query.executeStep()) sealed.push_back(query.getColumn(0).getString());
    ASSERT_GT(sealed.size(), 50U);
    audit::prune(state.db, minute(1000), never, minute(1001));
    ASSERT_EQ(state.number("SELECT count(*) FROM bodies"), 0);
  }
  const std::string everything = read(database_in(folder())) + read(database_in(folder()) + "-wal");
  int left = 0;
  for (const auto& text : sealed) left += everything.find(text) != std::string::npos;
  EXPECT_EQ(left, 0) << "of " << sealed.size();
}

}  // namespace
}  // namespace openclaw::test
