// SPDX-License-Identifier: MIT
#include <algorithm>

#include "audit/rebase.h"
#include "audit/verify.h"

namespace openclaw::audit {
namespace {

std::int64_t base_seq(store::Database& db) {
  SQLite::Statement query(db.raw(), "SELECT base_seq FROM chain WHERE id=1");
  query.executeStep();
  return query.getColumn(0).getInt64();
}

/// The last row that is older than `before`, with the mac that the next row continues.
Head cut_before(store::Database& db, base::Time before) {
  std::int64_t first_kept = INT64_MAX;
  for (const Table* table : chained_tables()) {
    SQLite::Statement query(db.raw(),
                            "SELECT min(seq) FROM " + std::string(table->name) + " WHERE at>=?");
    query.bind(1, base::to_ms(before));
    if (query.executeStep() && !query.getColumn(0).isNull())
      first_kept = std::min(first_kept, query.getColumn(0).getInt64());
  }
  Head cut;
  for (const Table* table : chained_tables()) {
    SQLite::Statement query(db.raw(), "SELECT seq, mac FROM " + std::string(table->name) +
                                          " WHERE seq<? ORDER BY seq DESC LIMIT 1");
    query.bind(1, first_kept);
    if (!query.executeStep() || query.getColumn(0).getInt64() <= cut.seq) continue;
    const auto mac = query.getColumn(1);
    cut = Head{query.getColumn(0).getInt64(),
               digest_from({static_cast<const char*>(mac.getBlob()),
                            static_cast<std::size_t>(mac.getBytes())})};
  }
  return cut;
}

}  // namespace

void rebase(store::Database& db, const Head& base, const std::string& kind, json::Value note,
            base::Time now) {
  auto& update = db.statement("UPDATE chain SET base_seq=?, base_mac=?, base_kind=? WHERE id=1");
  update.bind(1, base.seq);
  update.bind(2, base.mac.data(), static_cast<int>(base.mac.size()));
  update.bind(3, kind);
  update.exec();
  update.reset();
  Chain chain(db);
  chain.begin();
  note.set("base", format_head(base));
  chain.append(notes, {base::to_ms(now), kind, json::canonical(note)});
  chain.end();
}

std::int64_t erase(store::Database& db, const std::set<std::string>& refs, base::Time now) {
  db.raw().exec("PRAGMA secure_delete=ON");
  auto erased = json::Value::array();
  for (const auto& ref : refs) {
    auto& one = db.statement("DELETE FROM bodies WHERE ref=?");
    one.bind(1, ref);
    if (one.exec() > 0) erased.push(ref);
    one.reset();
  }
  const auto count = static_cast<std::int64_t>(erased.size());
  if (count > 0) {
    Chain chain(db);
    chain.begin();
    chain.append(notes,
                 {base::to_ms(now), std::string("erase"),
                  json::canonical(json::Value::object({{"bodies", count}, {"texts", erased}}))});
    chain.end();
  }
  return count;
}

Pruned prune(store::Database& db, base::Time bodies_before, base::Time rows_before,
             base::Time now) {
  Pruned out;
  db.raw().exec("PRAGMA secure_delete=ON");
  db.transaction([&] {
    auto& bodies = db.statement("DELETE FROM bodies WHERE at<?");
    bodies.bind(1, base::to_ms(bodies_before));
    out.bodies = bodies.exec();
    bodies.reset();
    const Head cut = cut_before(db, rows_before);
    if (cut.seq > base_seq(db)) {
      for (const Table* table : chained_tables()) {
        auto& rows = db.statement("DELETE FROM " + std::string(table->name) + " WHERE seq<=?");
        rows.bind(1, cut.seq);
        out.rows += rows.exec();
        rows.reset();
      }
      rebase(db, cut, "prune",
             json::Value::object({{"rows", out.rows},
                                  {"bodies", out.bodies},
                                  {"texts_before", base::to_ms(bodies_before)}}),
             now);
    } else if (out.bodies > 0) {
      Chain chain(db);
      chain.begin();
      chain.append(notes,
                   {base::to_ms(now), std::string("erase"),
                    json::canonical(json::Value::object(
                        {{"bodies", out.bodies}, {"texts_before", base::to_ms(bodies_before)}}))});
      chain.end();
    }
  });
  // What was erased must not stay in the log either; a reader that is at it holds this up.
  (void)db.raw().tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
  return out;
}

}  // namespace openclaw::audit
