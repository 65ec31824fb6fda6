// SPDX-License-Identifier: MIT
#include "jobs/source_state.h"

#include "crypto/seal.h"

namespace openclaw::jobs {
namespace {

// Longer than entries stay in a feed.
constexpr base::Millis remembered{5LL * 365 * 86400000};

std::string label_of(const std::string& source) { return "openclaw source " + source; }

void exec(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
}

}  // namespace

std::string SourceState::cached(const std::string& source) {
  auto& query = db_.statement("SELECT data FROM source_copies WHERE source=?");
  query.bind(1, source);
  std::string sealed;
  if (query.executeStep()) {
    const auto column = query.getColumn(0);
    sealed.assign(static_cast<const char*>(column.getBlob()),
                  static_cast<std::size_t>(column.getBytes()));
  }
  query.reset();
  if (sealed.empty() || key_.empty()) return {};
  return crypto::unseal(key_.reveal(), label_of(source), sealed).value_or("");
}

void SourceState::keep(const std::string& source, const std::string& copy, base::Time now) {
  if (key_.empty()) return;
  const auto sealed = crypto::seal(key_.reveal(), label_of(source), copy);
  db_.transaction([&] {
    auto& upsert = db_.statement(
        "INSERT INTO source_copies(source, at, data) VALUES(?,?,?)"
        " ON CONFLICT(source) DO UPDATE SET at=excluded.at, data=excluded.data");
    upsert.bind(1, source);
    upsert.bind(2, base::to_ms(now));
    upsert.bind(3, sealed.data(), static_cast<int>(sealed.size()));
    exec(upsert);
  });
}

std::int64_t SourceState::watermark(const std::string& source) {
  auto& query = db_.statement("SELECT value FROM watermarks WHERE source=?");
  query.bind(1, source);
  const std::int64_t out = query.executeStep() ? query.getColumn(0).getInt64() : 0;
  query.reset();
  return out;
}

std::set<std::string> SourceState::delivered(const std::string& source) {
  std::set<std::string> out;
  auto& query = db_.statement("SELECT key FROM seen WHERE source=?");
  query.bind(1, source);
  while (query.executeStep()) out.insert(query.getColumn(0).getString());
  query.reset();
  return out;
}

std::vector<std::int64_t> SourceState::to_mark(const std::string& source) {
  std::vector<std::int64_t> out;
  auto& query = db_.statement("SELECT mark FROM seen WHERE source=? AND mark>0 ORDER BY mark");
  query.bind(1, source);
  while (query.executeStep()) out.push_back(query.getColumn(0).getInt64());
  query.reset();
  return out;
}

void SourceState::settle(const Plan& plan, base::Time now) {
  for (const auto& told : plan.diff.items) {
    const auto& item = told.item;
    if (item.kind != "entry" || item.example) continue;
    auto& insert =
        db_.statement("INSERT OR IGNORE INTO seen(source, key, at, mark) VALUES(?,?,?,?)");
    insert.bind(1, item.source);
    insert.bind(2, item.key);
    insert.bind(3, base::to_ms(now));
    insert.bind(4, item.mark);
    exec(insert);
  }
  for (const auto& receipt : plan.receipts) {
    auto& upsert = db_.statement(
        "INSERT INTO watermarks(source, value) VALUES(?,?)"
        " ON CONFLICT(source) DO UPDATE SET value=max(value, excluded.value)");
    upsert.bind(1, receipt.source);
    upsert.bind(2, receipt.watermark);
    exec(upsert);
  }
  auto& old = db_.statement("DELETE FROM seen WHERE at<? AND mark=0");
  old.bind(1, base::to_ms(now - remembered));
  exec(old);
}

void SourceState::marked(const std::string& source, const std::vector<std::int64_t>& marks) {
  db_.transaction([&] {
    for (const auto mark : marks) {
      auto& update = db_.statement("UPDATE seen SET mark=0 WHERE source=? AND mark=?");
      update.bind(1, source);
      update.bind(2, mark);
      exec(update);
    }
  });
}

}  // namespace openclaw::jobs
