// SPDX-License-Identifier: MIT
#include <string>

#include <gtest/gtest.h>

#include "audit/budget.h"
#include "audit/query.h"
#include "audit/state.h"
#include "support/temp_dir.h"

/// Changes that leave the bytes of every row alone, and yet change what the audit says.
namespace openclaw::test {
namespace {

class AuditHidden : public testing::Test {
 protected:
  void SetUp() override {
    State state(folder());
    state.be_quick();
    add_runs(state, 1, 12);
  }
  std::string folder() const { return dir_.path().string(); }

  /// Changes a table without its STRICT, and puts that back.
  void change_loosely(const std::string& table, const std::string& sql) const {
    const auto rewrite = [&](const char* from, const char* to) {
      tamper(folder(),
             std::string("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql=replace("
                         "sql,'") +
                 from + "','" + to + "') WHERE type='table' AND name='" + table + "'");
    };
    rewrite(") STRICT", ") /*-*/");
    tamper(folder(), sql);
    rewrite(") /*-*/", ") STRICT");
  }

  TempDir dir_;
};

// One flipped bit in a record's header does this: the bytes and so the digest stay, but the row no
// longer equals 'deny' and no longer belongs to its agent.
TEST_F(AuditHidden, FindsATextThatBecameABlob) {
  change_loosely("tools", "UPDATE tools SET decision=CAST(decision AS BLOB) WHERE decision='deny'");
  {
    State state(folder());
    ASSERT_EQ(state.number("SELECT count(*) FROM tools WHERE decision='deny'"), 0);
  }
  EXPECT_FALSE(verify_in(folder()).good);
}

TEST_F(AuditHidden, FindsAnAgentOfAnotherType) {
  change_loosely("call_ends", "UPDATE call_ends SET agent=CAST(agent AS BLOB) WHERE seq<20");
  EXPECT_FALSE(verify_in(folder()).good);
}

TEST_F(AuditHidden, FindsANumberThatBecameText) {
  change_loosely("call_ends", "UPDATE call_ends SET total_ms=CAST(total_ms AS BLOB) WHERE seq<20");
  EXPECT_FALSE(verify_in(folder()).good);
  change_loosely("call_ends", "UPDATE call_ends SET total_ms=900.5 WHERE seq<20");
  EXPECT_FALSE(verify_in(folder()).good);
}

TEST_F(AuditHidden, FindsASealedTextThatNoLookupFinds) {
  change_loosely("bodies", "UPDATE bodies SET ref=CAST(ref AS BLOB)");
  EXPECT_FALSE(verify_in(folder()).good);
}

// Budgets and `query` read an index that holds all they need; the rows themselves are good.
TEST_F(AuditHidden, FindsAnIndexThatSaysOtherThanItsTable) {
  audit::Limit limit;
  limit.agent = "ops";
  limit.most = Usd{1'000'000'000};
  Usd before;
  std::string index;
  {
    State state(folder());
    before = audit::spent(state.db, limit);
    SQLite::Statement query(state.db.raw(),
                            "SELECT quote(type)||','||quote(name)||','||quote(tbl_name)||','||"
                            "rootpage||','||quote(sql) FROM sqlite_schema"
                            " WHERE name='call_ends_spend'");
    if (!query.executeStep()) GTEST_SKIP() << "no such index any more";
    index = query.getColumn(0).getString();
  }
  tamper(folder(), "UPDATE call_ends SET cost_nusd=0 WHERE cost_nusd IS NOT NULL");
  tamper(folder(),
         "PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE name='call_ends_spend'");
  tamper(folder(), "UPDATE call_ends SET cost_nusd=1000000 WHERE cost_nusd=0");
  tamper(folder(), "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES(" + index + ")");
  State state(folder());
  const Usd now = audit::spent(state.db, limit);
  const auto result = audit::verify(state.db, {});
  EXPECT_TRUE(now == before || !result.good)
      << "good, and yet " << base::to_string(before) << " USD became " << base::to_string(now);
}

// A chain that is good but whose begun calls were forgotten would never show a call as abandoned.
TEST_F(AuditHidden, FindsABegunCallThatWasForgotten) {
  {
    State state(folder());
    state.recorder.start_run(a_run("begun"));
    state.recorder.start_call(a_call("begun-call"), {});
  }
  EXPECT_TRUE(verify_in(folder()).good);
  tamper(folder(), "DELETE FROM open_calls");
  EXPECT_FALSE(verify_in(folder()).good);
}

}  // namespace
}  // namespace openclaw::test
