// SPDX-License-Identifier: MIT
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audit/state.h"
#include "support/temp_dir.h"

/// A person accepts a fault with a reason; from then on the audit is good, and still guarded.
namespace openclaw::test {
namespace {

class AuditAccept : public testing::Test {
 protected:
  void SetUp() override {
    State state(folder());
    state.be_quick();
    add_runs(state, 1, 8);
  }
  std::string folder() const { return dir_.path().string(); }

  void accept() const {
    State state(folder());
    audit::accept(state.db, "restored after a broken disk", noon);
    state.witness.tell(audit::read_head(state.db));
  }
  bool is_good() const { return verify_in(folder()).good; }

  TempDir dir_;
};

// Each of these is a fault, and each can be accepted.
const std::vector<std::string>& faults() {
  static const std::vector<std::string> all{
      "UPDATE call_ends SET cost_nusd=1 WHERE call='call-3'",
      "DELETE FROM tools WHERE tool_call='tool-4a'",
      "DELETE FROM runs",
      "DELETE FROM notes; DELETE FROM run_ends",
      "UPDATE runs SET seq=9000 WHERE run='run-2'",
      "UPDATE runs SET seq=-3 WHERE run='run-2'",
      "INSERT INTO notes SELECT 5000, at, kind, data, mac FROM notes LIMIT 1",
      "INSERT INTO notes SELECT 2, at, kind, data, mac FROM notes LIMIT 1",
      "UPDATE notes SET mac=zeroblob(3)",
      "UPDATE chain SET seq=seq+5",
      "UPDATE chain SET seq=3, mac=zeroblob(32)",
      "UPDATE chain SET base_seq=7",
      "UPDATE chain SET base_kind='prune'",
      "DELETE FROM chain",
      "UPDATE bodies SET sealed=zeroblob(40) WHERE rowid=(SELECT min(rowid) FROM bodies)"};
  return all;
}

TEST_F(AuditAccept, MakesEveryFaultGoodAndGoesOn) {
  for (const auto& fault : faults()) {
    const TempDir copy;
    const std::string there = copy.path().string();
    copy_state(folder(), there);
    std::filesystem::remove(there + "/audit.head");
    tamper(there, fault);
    ASSERT_FALSE(verify_in(there).good) << fault;
    try {
      State state(there);
      audit::accept(state.db, "known", noon);
      const auto result = audit::verify(state.db, {});
      EXPECT_TRUE(result.good) << fault << '\n' << told(result);
      ASSERT_EQ(result.accepted.size(), 1U);
      EXPECT_NE(result.accepted[0].find("known"), std::string::npos);
      add_runs(state, 100, 2);
    } catch (const std::exception& e) {
      ADD_FAILURE() << fault << ": " << e.what();
      continue;
    }
    const auto later = verify_in(there, witnesses_of(there));
    EXPECT_TRUE(later.good) << fault << '\n' << told(later);
    EXPECT_EQ(later.witness, "audit.head");
  }
}

TEST_F(AuditAccept, StillFindsChangesToTheRowsBeforeIt) {
  tamper(folder(), faults().front());
  accept();
  ASSERT_TRUE(is_good()) << told(verify_in(folder()));
  for (const auto* table : audit::chained_tables()) {
    const std::string name(table->name);
    std::vector<std::string> attacks{
        "DELETE FROM " + name + " WHERE seq=(SELECT min(seq) FROM " + name + ")",
        "UPDATE " + name + " SET seq=100000 WHERE seq=(SELECT min(seq) FROM " + name + ")",
        "UPDATE " + name + " SET seq=-7 WHERE seq=(SELECT min(seq) FROM " + name + ")"};
    for (const auto& column : table->columns) {
      const std::string c(column);
      attacks.push_back("UPDATE " + name + " SET " + c + "=CASE typeof(" + c +
                        ") WHEN 'integer' THEN " + c + "+1 ELSE " + c + "||'x' END WHERE seq=(" +
                        "SELECT min(seq) FROM " + name + " WHERE " + c + " IS NOT NULL)");
    }
    for (const auto& attack : attacks) {
      const TempDir copy;
      copy_state(folder(), copy.path().string());
      tamper(copy.path().string(), attack);
      EXPECT_FALSE(verify_in(copy.path().string()).good) << attack;
    }
  }
  const TempDir copy;
  copy_state(folder(), copy.path().string());
  tamper(copy.path().string(),
         "INSERT INTO notes SELECT -1, at, kind, data, mac FROM notes LIMIT 1");
  EXPECT_FALSE(verify_in(copy.path().string()).good);
}

TEST_F(AuditAccept, StillFindsAChangedMacBeforeIt) {
  accept();
  tamper(folder(), "UPDATE runs SET mac=randomblob(32) WHERE seq=(SELECT min(seq) FROM runs)");
  EXPECT_FALSE(is_good());
}

TEST_F(AuditAccept, StillFindsChangesAfterIt) {
  accept();
  {
    State state(folder());
    add_runs(state, 50, 3);
  }
  ASSERT_TRUE(is_good());
  tamper(folder(), "UPDATE runs SET agent='other' WHERE run='run-51'");
  EXPECT_FALSE(is_good());
}

TEST_F(AuditAccept, ItsNoteCannotBeTakenAwayOrRewritten) {
  tamper(folder(), faults().front());
  accept();
  for (const std::string attack :
       {"DELETE FROM notes WHERE kind='accept'",
        "UPDATE notes SET data=replace(data,'restored','nothing') WHERE kind='accept'",
        "UPDATE chain SET base_seq=0, base_mac=zeroblob(32), base_kind=''",
        "UPDATE chain SET base_kind='prune'", "UPDATE chain SET base_mac=zeroblob(32)",
        "UPDATE chain SET base_seq=base_seq-1"}) {
    const TempDir copy;
    copy_state(folder(), copy.path().string());
    tamper(copy.path().string(), attack);
    EXPECT_FALSE(verify_in(copy.path().string()).good) << attack;
  }
}

TEST_F(AuditAccept, MayBeDoneAgain) {
  for (int i = 0; i < 3; ++i) {
    tamper(folder(),
           "UPDATE call_ends SET cost_nusd=" + std::to_string(i) + " WHERE call='call-3'");
    ASSERT_FALSE(is_good());
    accept();
    const auto result = verify_in(folder());
    ASSERT_TRUE(result.good) << told(result);
    EXPECT_EQ(result.accepted.size(), static_cast<std::size_t>(i) + 1);
    State state(folder());
    add_runs(state, 100 * (i + 1), 1);
  }
}

// The reason why there is an accept: an older copy is restored, and the witness knows a later head.
TEST_F(AuditAccept, ChainsARestoredCopyAlsoAgainstItsWitness) {
  const TempDir backup;
  copy_state(folder(), backup.path().string());
  {
    State state(folder());
    add_runs(state, 20, 5);
  }
  const auto later = verify_in(folder()).head;
  std::filesystem::remove(backup.path() / "audit.head");
  std::filesystem::copy_file(dir_.path() / "audit.head", backup.path() / "audit.head");
  const std::string restored = backup.path().string();
  ASSERT_FALSE(verify_in(restored, witnesses_of(restored)).good);
  State state(restored);
  audit::accept(state.db, "restored from Sunday's backup", noon);
  state.witness.tell(audit::read_head(state.db));
  auto result = audit::verify(state.db, witnesses_of(restored));
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(result.witness, "audit.head");
  add_runs(state, 60, 1);
  result = audit::verify(state.db, witnesses_of(restored));
  EXPECT_TRUE(result.good) << told(result);
  // The journal keeps the lines of before for ever.
  result = audit::verify(state.db, {{later, "journal"}});
  EXPECT_TRUE(result.good) << told(result);
}

}  // namespace
}  // namespace openclaw::test
