// SPDX-License-Identifier: MIT
#include <algorithm>

#include "audit/verify.h"
#include "audit/walk.h"
#include "json/value.h"

namespace openclaw::audit {
namespace {

void set_base(store::Database& db, const Head& base, const std::string& kind, json::Value note,
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

void accept(store::Database& db, const std::string& why, base::Time now) {
  db.transaction([&] {
    const Head old = read_head(db);
    std::int64_t last = old.seq;
    for (const Table* table : chained_tables()) {
      SQLite::Statement query(db.raw(),
                              "SELECT coalesce(max(seq),0) FROM " + std::string(table->name));
      query.executeStep();
      last = std::max(last, query.getColumn(0).getInt64());
    }
    std::int64_t rows = 0;
    const Head base{last, Walk(db).snapshot(last, rows)};
    auto& update = db.statement("UPDATE chain SET seq=?, mac=? WHERE id=1");
    update.bind(1, base.seq);
    update.bind(2, base.mac.data(), static_cast<int>(base.mac.size()));
    update.exec();
    update.reset();
    set_base(db, base, "accept",
             json::Value::object({{"why", why}, {"head", format_head(old)}, {"rows", rows}}), now);
  });
}

Pruned prune(store::Database& db, base::Time bodies_before, base::Time rows_before,
             base::Time now) {
  Pruned out;
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
      set_base(db, cut, "prune", json::Value::object({{"rows", out.rows}, {"bodies", out.bodies}}),
               now);
    } else if (out.bodies > 0) {
      Chain chain(db);
      chain.begin();
      chain.append(notes, {base::to_ms(now), std::string("erase"),
                           json::canonical(json::Value::object({{"bodies", out.bodies}}))});
      chain.end();
    }
  });
  return out;
}

}  // namespace openclaw::audit
