// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "audit/state.h"
#include "audit/walk.h"
#include "support/temp_dir.h"

/// Every change of a row behind the program's back is found.
namespace openclaw::test {
namespace {

/// A good audit with its witness, and a copy of it for each attack.
class AuditTamper : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    original_ = new TempDir;
    State state(original_->path().string());
    state.be_quick();
    add_runs(state, 1, 24);
    last_ = state.number("SELECT seq FROM chain");
  }
  static void TearDownTestSuite() {
    delete original_;
    original_ = nullptr;
  }

  static std::string original() { return original_->path().string(); }

  /// The verification of a copy that sql changed; the witness file stays as it was.
  static audit::Verification after(const std::string& sql, bool with_witness = false) {
    const TempDir dir;
    copy_state(original(), dir.path().string());
    tamper(dir.path().string(), sql);
    return verify_in(dir.path().string(), with_witness ? witnesses_of(dir.path().string())
                                                       : std::vector<audit::Witnessed>{});
  }

  /// Expects a fault, whoever looks. False when the change could not be made at all.
  static bool expect_found(const std::string& sql) {
    try {
      EXPECT_FALSE(after(sql).good) << sql;
    } catch (const SQLite::Exception& e) {
      const bool is_impossible = (e.getErrorCode() & 0xFF) == SQLITE_CONSTRAINT;
      EXPECT_TRUE(is_impossible) << sql << ": " << e.what();
      return false;
    }
    return true;
  }

  static std::vector<std::int64_t> seqs_of(std::string_view table) {
    store::Database db(database_in(original()), Access::read_only, audit::migrations());
    SQLite::Statement query(db.raw(), "SELECT seq FROM " + std::string(table) + " ORDER BY seq");
    std::vector<std::int64_t> all;
    while (query.executeStep()) all.push_back(query.getColumn(0).getInt64());
    return all;
  }

  static inline TempDir* original_ = nullptr;
  static inline std::int64_t last_ = 0;
};

std::string n(std::int64_t number) { return std::to_string(number); }

/// All rows' numbers and macs.
std::string all_rows() {
  std::string sql;
  for (const auto* table : audit::chained_tables())
    sql +=
        (sql.empty() ? "" : " UNION ALL ") + ("SELECT seq, mac FROM " + std::string(table->name));
  return "(" + sql + ")";
}

/// Makes the head say that the chain ends at the last row that is there.
std::string mend_head() {
  return "UPDATE chain SET seq=(SELECT max(seq) FROM " + all_rows() + "), mac=(SELECT mac FROM " +
         all_rows() + " ORDER BY seq DESC LIMIT 1);";
}

std::string cut_after(std::int64_t seq) {
  std::string sql;
  for (const auto* table : audit::chained_tables())
    sql += "DELETE FROM " + std::string(table->name) + " WHERE seq>" + n(seq) + ";";
  return sql;
}

std::string swap_rows(const std::string& one, std::int64_t a, const std::string& other,
                      std::int64_t b) {
  const auto move = [](const std::string& table, std::int64_t from, std::int64_t to) {
    return "UPDATE " + table + " SET seq=" + n(to) + " WHERE seq=" + n(from) + ";";
  };
  return move(one, a, -1) + move(other, b, a) + move(one, -1, b);
}

TEST_F(AuditTamper, TheUntouchedCopyIsGood) {
  const auto result = after("SELECT 1", /*with_witness=*/true);
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(result.witness, "audit.head");
  EXPECT_EQ(result.rows, last_);
  EXPECT_EQ(result.head.seq, last_);
  EXPECT_GT(result.bodies, 100);
  for (const auto* table : audit::chained_tables()) EXPECT_GE(seqs_of(table->name).size(), 12U);
}

TEST_F(AuditTamper, FindsADroppedRowOfEveryTable) {
  for (const auto* table : audit::chained_tables()) {
    const std::string name(table->name);
    for (const auto seq : seqs_of(name))
      expect_found("DELETE FROM " + name + " WHERE seq=" + n(seq));
    expect_found("DELETE FROM " + name);
  }
  expect_found("DELETE FROM chain");
}

TEST_F(AuditTamper, FindsAChangeOfEveryColumn) {
  int changes = 0;
  store::Database db(database_in(original()), Access::read_only, audit::migrations());
  for (const auto* table : audit::chained_tables()) {
    std::vector<std::string> columns{"seq", "mac"};
    columns.insert(columns.end(), table->columns.begin(), table->columns.end());
    for (const auto& column : columns) {
      const auto update = [&](const std::string& value, const std::string& where) {
        const std::string name(table->name);
        return "UPDATE " + name + " SET " + column + "=" + value + " WHERE seq=(SELECT seq FROM " +
               name + " WHERE " + where + " ORDER BY seq DESC LIMIT 1)";
      };
      const std::string other = "CASE typeof(" + column + ") WHEN 'integer' THEN " + column +
                                "+1000 WHEN 'text' THEN " + column +
                                "||'x' ELSE randomblob(32) END";
      changes += expect_found(update(other, column + " IS NOT NULL"));
      if (column == "seq" || column == "mac") continue;
      SQLite::Statement empty(db.raw(), "SELECT count(*) FROM " + std::string(table->name) +
                                            " WHERE " + column + " IS NULL");
      empty.executeStep();
      if (empty.getColumn(0).getInt() > 0) {
        changes += expect_found(update("1", column + " IS NULL"));
        changes += expect_found(update("''", column + " IS NULL"));
      }
      changes += expect_found(update("NULL", column + " IS NOT NULL"));
    }
  }
  EXPECT_GT(changes, 250);
}

TEST_F(AuditTamper, FindsRowsThatChangedPlaces) {
  for (const auto* table : audit::chained_tables()) {
    const auto seqs = seqs_of(table->name);
    const std::string name(table->name);
    expect_found(swap_rows(name, seqs[2], name, seqs[3]));
    expect_found(swap_rows(name, seqs.front(), name, seqs.back()));
    // The macs stay where they were: the contents alone change places.
    const auto mac_at = [&](std::int64_t to, std::int64_t from) {
      return "UPDATE " + name + " SET mac=(SELECT mac FROM old WHERE seq=" + n(from) +
             ") WHERE seq=" + n(to) + ";";
    };
    expect_found("CREATE TEMP TABLE old AS SELECT seq, mac FROM " + name + ";" +
                 swap_rows(name, seqs[2], name, seqs[3]) + mac_at(seqs[2], seqs[2]) +
                 mac_at(seqs[3], seqs[3]));
    for (const auto* second : audit::chained_tables()) {
      if (second == table) continue;
      expect_found(swap_rows(name, seqs[1], std::string(second->name), seqs_of(second->name)[1]));
    }
  }
}

TEST_F(AuditTamper, FindsADuplicatedAndAMovedRow) {
  for (const auto* table : audit::chained_tables()) {
    const std::string name(table->name);
    const auto seqs = seqs_of(name);
    std::string columns, values;
    for (const auto& column : table->columns) {
      columns += "," + std::string(column);
      const bool is_key = column == table->columns.front() && name != "notes" && name != "texts";
      values += "," + std::string(column) + (is_key ? "||'-2'" : "");
    }
    const auto copy_to = [&](std::int64_t seq) {
      return "INSERT INTO " + name + "(seq" + columns + ",mac) SELECT " + n(seq) + values +
             ",mac FROM " + name + " WHERE seq=" + n(seqs[1]) + ";";
    };
    EXPECT_TRUE(expect_found(copy_to(last_ + 1)));
    EXPECT_TRUE(expect_found(copy_to(last_ + 1) + mend_head()));
    EXPECT_TRUE(expect_found(copy_to(0)));
    EXPECT_TRUE(expect_found(copy_to(-5)));
    const auto move = "UPDATE " + name + " SET seq=" + n(last_ + 1) + " WHERE seq=" + n(seqs[1]);
    EXPECT_TRUE(expect_found(move));
    EXPECT_TRUE(expect_found(move + ";" + mend_head()));
    // Two rows with one number, in two tables.
    const std::string other = name == "runs" ? "calls" : "runs";
    EXPECT_TRUE(expect_found(copy_to(seqs_of(other)[2])));
  }
}

TEST_F(AuditTamper, FindsEveryCutTail) {
  for (int k = 1; k <= 12; ++k) {
    EXPECT_FALSE(after(cut_after(last_ - k)).good) << k;
    const auto mended = cut_after(last_ - k) + mend_head();
    const auto blind = after(mended);
    EXPECT_EQ(blind.witness, "") << "without a witness none may be claimed";
    const auto seen = after(mended, /*with_witness=*/true);
    EXPECT_FALSE(seen.good) << k;
    EXPECT_NE(told(seen).find("audit.head"), std::string::npos) << told(seen);
    EXPECT_EQ(seen.witness, "");
  }
  EXPECT_FALSE(after(cut_after(0), true).good);
  EXPECT_FALSE(after(cut_after(0) + "UPDATE chain SET seq=0, mac=zeroblob(32)", true).good);
}

TEST_F(AuditTamper, FindsATailThatIsCutByItsExpectedHead) {
  const auto head = verify_in(original()).head;
  const TempDir dir;
  copy_state(original(), dir.path().string());
  const std::vector<audit::Witnessed> expected{{head, "--expect"}};
  EXPECT_EQ(verify_in(dir.path().string(), expected).witness, "--expect");
  tamper(dir.path().string(), cut_after(last_ - 1) + mend_head());
  EXPECT_NE(told(verify_in(dir.path().string(), expected)).find("--expect"), std::string::npos);
}

TEST_F(AuditTamper, FindsAnEditedHead) {
  for (const std::string set :
       {"seq=seq+1", "seq=seq-1", "seq=0", "mac=randomblob(32)", "mac=zeroblob(32)", "mac=x'00'",
        "base_seq=1", "base_seq=-1", "base_mac=randomblob(32)", "base_kind='prune'",
        "base_kind='accept'", "base_kind='x'"})
    expect_found("UPDATE chain SET " + set);
  expect_found("UPDATE chain SET base_kind='prune', base_seq=5, base_mac=(SELECT mac FROM " +
               all_rows() + " WHERE seq=5)");
  expect_found("UPDATE chain SET base_kind='sample', base_seq=5, base_mac=(SELECT mac FROM " +
               all_rows() + " WHERE seq=5)");
}

TEST_F(AuditTamper, FindsABeginningThatIsCut) {
  std::string sql = "UPDATE chain SET base_seq=5, base_kind='prune', base_mac=(SELECT mac FROM " +
                    all_rows() + " WHERE seq=5);";
  for (const auto* table : audit::chained_tables())
    sql += "DELETE FROM " + std::string(table->name) + " WHERE seq<=5;";
  expect_found(sql);
}

TEST_F(AuditTamper, FindsAHistoryThatIsRewrittenFromARowOn) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  copy_state(original(), folder);
  tamper(folder, "UPDATE call_ends SET cost_nusd=1 WHERE call='call-6'");
  {
    struct Row {
      std::string table;
      std::int64_t seq;
      crypto::Digest mac;
    };
    store::Database db(database_in(folder), Access::read_write, audit::migrations());
    std::vector<Row> rows;
    crypto::Digest mac{};
    {
      audit::Walk walk(db);
      while (walk.next()) {
        mac = walk.digest(mac);
        rows.push_back({std::string(walk.table().name), walk.seq(), mac});
      }
    }
    for (const auto& row : rows) {
      SQLite::Statement set(db.raw(), "UPDATE " + row.table + " SET mac=? WHERE seq=?");
      set.bind(1, row.mac.data(), static_cast<int>(row.mac.size()));
      set.bind(2, row.seq);
      set.exec();
    }
    db.raw().exec(mend_head());
  }
  EXPECT_EQ(verify_in(folder).witness, "");
  const auto seen = verify_in(folder, witnesses_of(folder));
  EXPECT_FALSE(seen.good);
  EXPECT_NE(told(seen).find("audit.head"), std::string::npos) << told(seen);
}

TEST_F(AuditTamper, FindsAnOlderCopyPutBackAndAnythingBuiltOnIt) {
  const TempDir older;
  const TempDir dir;
  {
    State state(dir.path().string());
    add_runs(state, 1, 3);
  }
  copy_state(dir.path().string(), older.path().string());
  {
    State state(dir.path().string());
    add_runs(state, 4, 3);
  }
  const auto head = verify_in(dir.path().string()).head;
  std::filesystem::remove(older.path() / "audit.head");
  std::filesystem::copy_file(dir.path() / "audit.head", older.path() / "audit.head");
  const std::string folder = older.path().string();
  EXPECT_FALSE(verify_in(folder, witnesses_of(folder)).good);
  EXPECT_FALSE(verify_in(folder, {{head, "journal"}}).good);
  EXPECT_EQ(verify_in(folder).witness, "");
  std::filesystem::remove(folder + "/audit.head");  // or nothing could be built on it
  {
    State state(folder);
    add_runs(state, 50, 1);
    EXPECT_FALSE(verify_in(folder, {{head, "journal"}}).good);
    add_runs(state, 51, 6);  // now further than the journal saw
  }
  EXPECT_FALSE(verify_in(folder, {{head, "journal"}}).good);
}

TEST_F(AuditTamper, FindsAChangedSealedText) {
  const std::string first = "(SELECT min(rowid) FROM bodies)";
  const std::string last = "(SELECT max(rowid) FROM bodies)";
  EXPECT_TRUE(expect_found("UPDATE bodies SET sealed=zeroblob(40) WHERE rowid=" + first));
  EXPECT_TRUE(
      expect_found("UPDATE bodies SET sealed=CAST(sealed||x'00' AS BLOB) WHERE rowid=" + last));
  EXPECT_TRUE(expect_found("UPDATE bodies SET sealed=(SELECT sealed FROM bodies WHERE rowid=" +
                           last + ") WHERE rowid=" + first));
  EXPECT_TRUE(expect_found("UPDATE bodies SET ref='x'||substr(ref,2) WHERE rowid=" + first));
}

TEST_F(AuditTamper, FindsASealedTextThatWasTakenAway) {
  EXPECT_FALSE(after("DELETE FROM bodies WHERE rowid=(SELECT min(rowid) FROM bodies)").good);
  EXPECT_FALSE(after("DELETE FROM bodies").good);
}

}  // namespace
}  // namespace openclaw::test
