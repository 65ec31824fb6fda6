// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>

#include "audit/cross_check.h"
#include "audit/rebase.h"
#include "audit/verify.h"
#include "audit/walk.h"

namespace openclaw::audit {
namespace {

// A damaged witness must not use up the numbers.
constexpr std::int64_t highest_believable = std::int64_t{1} << 60;

/// The head that is stored, or none when its row is gone.
Head stored_head(store::Database& db) {
  SQLite::Statement there(db.raw(), "SELECT count(*) FROM chain WHERE id=1");
  there.executeStep();
  return there.getColumn(0).getInt() == 1 ? read_head(db) : Head{};
}

std::int64_t last_row(store::Database& db) {
  std::int64_t last = 0;
  for (const Table* table : chained_tables()) {
    SQLite::Statement query(db.raw(),
                            "SELECT coalesce(max(seq),0) FROM " + std::string(table->name));
    query.executeStep();
    last = std::max(last, query.getColumn(0).getInt64());
  }
  return last;
}

/// The highest number that is used here or that a witness saw.
std::int64_t highest_seen(store::Database& db, std::vector<Witnessed> witnesses) {
  const auto folder = std::filesystem::path(db.raw().getFilename()).parent_path();
  if (const auto file = read_head_file(folder.string())) witnesses.push_back(*file);
  std::int64_t highest = std::max(stored_head(db).seq, last_row(db));
  for (const auto& witness : witnesses)
    if (witness.head.seq < highest_believable) highest = std::max(highest, witness.head.seq);
  return highest;
}

}  // namespace

void accept(store::Database& db, const std::string& why, base::Time now,
            const std::vector<Witnessed>& witnesses) {
  db.transaction([&] {
    const Head old = stored_head(db);
    auto bad_texts = json::Value::array();
    each_bad_text(db, [&](const BadText& text) { bad_texts.push(text.ref); });
    std::int64_t rows = 0;
    const std::int64_t above = highest_seen(db, witnesses) + 1;
    const Head base{above, Walk(db).snapshot(above, rows)};
    auto& head = db.statement("INSERT OR REPLACE INTO chain VALUES(1, ?1, ?2, ?1, ?2, 'accept')");
    head.bind(1, base.seq);
    head.bind(2, base.mac.data(), static_cast<int>(base.mac.size()));
    head.exec();
    head.reset();
    auto note = json::Value::object({{"why", why}, {"head", format_head(old)}, {"rows", rows}});
    if (!bad_texts.items().empty()) note.set("texts", std::move(bad_texts));
    rebase(db, base, "accept", std::move(note), now);
  });
}

}  // namespace openclaw::audit
