// SPDX-License-Identifier: MIT
#include "audit/chain.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audit/checkpoint.h"
#include "audit/state.h"
#include "audit/walk.h"
#include "base/error.h"
#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

using namespace std::string_view_literals;

using audit::Cell;

std::string digest_of(const std::vector<Cell>& cells, const audit::Table& table = audit::notes,
                      std::int64_t seq = 1, const crypto::Digest& before = {}) {
  audit::RowHasher hasher;
  hasher.begin(before, table, seq);
  for (const auto& value : cells) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
      hasher.add(*number);
    else if (const auto* text = std::get_if<std::string>(&value))
      hasher.add(std::string_view(*text));
    else
      hasher.add_null();
  }
  return std::string(crypto::view(hasher.finish()));
}

Cell t(std::string_view text) { return std::string(text); }
Cell i(std::int64_t number) { return number; }

// Rows that a digest without lengths and types would mix up.
TEST(AuditRowHasher, GivesDifferentRowsDifferentDigests) {
  const std::vector<std::vector<Cell>> rows{
      {},
      {Cell()},
      {Cell(), Cell()},
      {t("")},
      {t(""), t("")},
      {t("n")},
      {t("nn")},
      {i(0)},
      {i(1)},
      {i(-1)},
      {i(256)},
      {i(INT64_MIN)},
      {i(INT64_MAX)},
      {t("0")},
      {t("1")},
      {t("ab"), t("c")},
      {t("a"), t("bc")},
      {t("abc")},
      {t("a\0"sv), t("bc")},
      {t("a"), t("\0bc"sv)},
      {t("a"), Cell(), t("bc")},
      {Cell(), t("a")},
      {t("a"), Cell()},
      {t(std::string(8, '\0'))},
      {t("i\0\0\0\0\0\0\0\0"sv)},
      {t("t\1\0\0\0\0\0\0\0a"sv)},
  };
  std::map<std::string, std::size_t> seen;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const auto [other, is_new] = seen.emplace(digest_of(rows[at]), at);
    EXPECT_TRUE(is_new) << "rows " << at << " and " << other->second;
  }
}

TEST(AuditRowHasher, CoversTableNumberAndPredecessor) {
  std::set<std::string> seen;
  crypto::Digest before{};
  for (int b = 0; b < 3; ++b, before[31] = static_cast<std::uint8_t>(b))
    for (const auto* table : audit::chained_tables())
      for (const std::int64_t seq : {0, 1, 2, 256})
        EXPECT_TRUE(seen.insert(digest_of({t("a")}, *table, seq, before)).second);
}

TEST(AuditRowHasher, IsTheSameForTheSameRow) {
  EXPECT_EQ(digest_of({t("a"), i(5), Cell()}), digest_of({t("a"), i(5), Cell()}));
}

// The row as it is stored must have the digest that was computed from what was given.
TEST(AuditChain, KeepsStrangeTextsAsTheyAre) {
  const TempDir dir;
  const std::vector<std::string> texts{std::string("nul \0 inside", 12),
                                       "\xff\xfe\x80 no UTF-8",
                                       "\xef\xbb\xbf"
                                       "mark",
                                       "'quoted' \"twice\" \\",
                                       "line\nbreak\r\n\t",
                                       std::string(1 << 20, 'l'),
                                       std::string(1, '\0')};
  {
    State state(dir.path().string());
    int count = 0;
    for (const auto& text : texts) {
      const std::string id = std::to_string(count++);
      auto run = a_run("run-" + id);
      run.place = text;
      run.conversation = text;
      state.recorder.start_run(run);
      auto call = a_call("call-" + id);
      call.texts = {text};
      state.recorder.start_call(call, {});
      auto outcome = an_outcome("call-" + id);
      outcome.finish_raw = text;
      outcome.reply = text;
      state.recorder.end_call(outcome, noon);
      state.recorder.end_run(a_result(), noon);
      const auto ref = state.value("SELECT reply_ref FROM call_ends WHERE call='call-" + id + "'");
      EXPECT_EQ(state.bodies.get(ref), text);
    }
  }
  const auto result = verify_in(dir.path().string(), witnesses_of(dir.path().string()));
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(result.rows, static_cast<std::int64_t>(texts.size()) * 4 + result.bodies);
}

TEST(AuditChain, NumbersRowsFromOneWithoutGaps) {
  const TempDir dir;
  State state(dir.path().string());
  add_runs(state, 1, 4);
  std::int64_t expected = 1;
  audit::Walk walk(state.db);
  while (walk.next()) EXPECT_EQ(walk.seq(), expected++);
  EXPECT_EQ(audit::read_head(state.db).seq, expected - 1);
}

TEST(AuditChain, RefusesARowOfTheWrongWidthAndTakesItBack) {
  const TempDir dir;
  State state(dir.path().string());
  add_runs(state, 1, 1);
  const auto before = audit::read_head(state.db);
  EXPECT_THROW(state.db.transaction([&] {
    audit::Chain chain(state.db);
    chain.begin();
    chain.append(audit::notes, {i(1), t("kind"), t("{}")});
    chain.append(audit::notes, {i(1), t("kind")});
    chain.end();
  }),
               base::Error);
  EXPECT_EQ(audit::read_head(state.db).mac, before.mac);
  EXPECT_TRUE(audit::verify(state.db, {}).good);
}

TEST(AuditVerify, AnEmptyAuditIsGoodAndClaimsNothing) {
  const TempDir dir;
  State state(dir.path().string());
  const auto result = audit::verify(state.db, {});
  EXPECT_TRUE(result.good) << told(result);
  EXPECT_EQ(result.rows, 0);
  EXPECT_EQ(result.head.seq, 0);
  EXPECT_EQ(result.witness, "");
}

TEST(AuditVerify, NamesEveryWitnessThatConfirms) {
  const TempDir dir;
  State state(dir.path().string());
  add_runs(state, 1, 2);
  const auto early = audit::read_head(state.db);
  add_runs(state, 3, 2);
  const auto late = audit::read_head(state.db);
  const auto result =
      audit::verify(state.db, {{early, "journal"}, {late, "audit.head"}, {late, "--expect"}});
  EXPECT_TRUE(result.good) << told(result);
  for (const auto& name : {"journal", "audit.head", "--expect"})
    EXPECT_NE(result.witness.find(name), std::string::npos) << result.witness;
}

TEST(AuditVerify, ASecondWitnessThatDisagreesIsNotOutvoted) {
  const TempDir dir;
  State state(dir.path().string());
  add_runs(state, 1, 2);
  const auto head = audit::read_head(state.db);
  auto other = head;
  other.mac[0] ^= 1;
  EXPECT_FALSE(audit::verify(state.db, {{head, "audit.head"}, {other, "journal"}}).good);
  other = head;
  other.seq += 1;
  EXPECT_FALSE(audit::verify(state.db, {{head, "audit.head"}, {other, "journal"}}).good);
}

TEST(AuditVerify, IsRememberedAndRecalled) {
  const TempDir dir;
  State state(dir.path().string());
  EXPECT_FALSE(audit::last_verification(state.db).has_value());
  add_runs(state, 1, 1);
  const auto good = audit::verify(state.db, {});
  audit::remember(state.db, good, noon);
  auto bad = good;
  bad.good = false;
  bad.faults = {"a fault"};
  audit::remember(state.db, bad, noon + Millis(5));
  audit::remember(state.db, good, noon - Millis(5));
  const auto last = audit::last_verification(state.db);
  ASSERT_TRUE(last.has_value());
  EXPECT_FALSE(last->good);
  EXPECT_EQ(last->at, noon + Millis(5));
  EXPECT_EQ(last->seq, good.head.seq);
  EXPECT_TRUE(audit::verify(state.db, {}).good) << "what is remembered is no part of the chain";
}

// A damaged file must not leave the reader inside a transaction.
TEST(AuditVerify, LeavesNoTransactionOpenOnADamagedFile) {
  const TempDir dir;
  {
    State state(dir.path().string());
    add_runs(state, 1, 6);
  }
  State state(dir.path().string());
  state.db.raw().exec("CREATE TEMP VIEW bodies AS SELECT x FROM absent");
  try {
    EXPECT_FALSE(audit::verify(state.db, {}).good);
  } catch (const std::exception&) {
  }
  state.db.raw().exec("DROP VIEW temp.bodies");
  EXPECT_NO_THROW(state.recorder.note("after", json::Value::object({}), noon));
}

// Whoever rewrites the whole chain needs no key for it, but cannot make its checkpoints.
TEST(AuditCheckpoint, IsMadeOnceADayAndKnowsAForger) {
  const TempDir dir;
  State state(dir.path().string());
  add_runs(state, 1, 2);
  for (int i = 0; i < 3; ++i)
    audit::checkpoint_daily(state.db, state.recorder, state.bodies, noon + base::Millis(i));
  EXPECT_EQ(state.number("SELECT count(*) FROM notes WHERE kind='checkpoint'"), 1);
  audit::checkpoint_daily(state.db, state.recorder, state.bodies, noon + base::Millis(86'400'000));
  auto found = audit::check_checkpoints(state.db, state.bodies);
  EXPECT_EQ(found.good, 2);
  EXPECT_TRUE(found.faults.empty());
  EXPECT_TRUE(audit::verify(state.db, {}).good);
  const audit::Bodies stranger(state.db, base::Secret("a key that nobody else has, 32 b."));
  EXPECT_EQ(audit::check_checkpoints(state.db, stranger).faults.size(), 2U);
  state.db.raw().exec("UPDATE run_ends SET mac=zeroblob(32)");
  state.db.raw().exec("UPDATE call_ends SET mac=zeroblob(32)");
  EXPECT_FALSE(audit::check_checkpoints(state.db, state.bodies).faults.empty());
  state.db.raw().exec("UPDATE notes SET data='{}' WHERE kind='checkpoint'");
  EXPECT_EQ(audit::check_checkpoints(state.db, state.bodies).faults.size(), 2U);
}

}  // namespace
}  // namespace openclaw::test
