// SPDX-License-Identifier: MIT
#include "jobs/memory.h"

#include <map>

#include "crypto/digest.h"

namespace openclaw::jobs {
namespace {

/// Kinds whose lines last from day to day; an event, an incident, a feed entry or a notice has a
/// date of its own.
bool lasts(const sources::Item& item) {
  return item.kind != "event" && item.kind != "entry" && item.kind != "incident" &&
         item.kind != "notice";
}

struct Known {
  std::string short_id, first_day, title;
  bool gone = false;
  std::int64_t quiet_until = 0;
};

std::map<std::string, Known> known_items(store::Database& db, const std::string& job) {
  std::map<std::string, Known> out;
  auto& query = db.statement(
      "SELECT key, short, first_day, title, gone, coalesce(quiet_until,0) FROM told WHERE job=?");
  query.bind(1, job);
  while (query.executeStep())
    out[query.getColumn(0).getString()] =
        Known{query.getColumn(1).getString(), query.getColumn(2).getString(),
              query.getColumn(3).getString(), query.getColumn(4).getInt() != 0,
              query.getColumn(5).getInt64()};
  query.reset();
  return out;
}

/// Three letters from the key's hash; the next free ones when they are taken, four when all are.
std::string make_short(const std::string& key, const std::set<std::string>& taken) {
  constexpr std::string_view letters = "abcdefghkmnpqrstuvwxyz";
  const auto digest = crypto::sha256(key);
  std::uint32_t n = (std::uint32_t{digest[0]} << 16) | (std::uint32_t{digest[1]} << 8) | digest[2];
  constexpr std::uint32_t all_of_three = 22 * 22 * 22;
  for (std::uint32_t tries = 0;; ++tries, ++n) {
    const std::uint32_t length = tries < all_of_three ? 3 : 4;
    std::string out;
    for (std::uint32_t v = n, i = 0; i < length; ++i, v /= 22) out += letters[v % 22];
    if (!taken.contains(out)) return out;
  }
}

}  // namespace

Diff compare(store::Database& db, const std::string& job, const std::vector<sources::Item>& items,
             const std::set<std::string>& unseen_kinds, std::chrono::year_month_day today,
             base::Time now) {
  Diff diff;
  const auto known = known_items(db, job);
  auto& before = db.statement("SELECT 1 FROM slots WHERE job=? AND state='done' LIMIT 1");
  before.bind(1, job);
  diff.first_run = !before.executeStep();
  before.reset();
  std::set<std::string> taken;
  for (const auto& [key, k] : known) taken.insert(k.short_id);
  std::set<std::string> present;
  std::map<std::string, std::string> fresh;
  for (const auto& item : items) {
    present.insert(item.key);
    Told told{item, {}, 1, false};
    const auto at = known.find(item.key);
    if (at != known.end()) {
      told.short_id = at->second.short_id;
      told.quieted = at->second.quiet_until > base::to_ms(now);
      if (const auto first = zone::parse_date(at->second.first_day); first && !at->second.gone)
        told.day = 1 + static_cast<int>(
                           (std::chrono::sys_days(today) - std::chrono::sys_days(*first)).count());
    } else {
      std::string& id = fresh[item.key];
      if (id.empty()) id = make_short(item.key, taken);
      taken.insert(id);
      told.short_id = id;
    }
    diff.items.push_back(std::move(told));
  }
  for (const auto& [key, k] : known) {
    const std::string kind = key.substr(0, key.find(':'));
    if (!k.gone && !present.contains(key) && !unseen_kinds.contains(kind))
      diff.gone.push_back(k.title), diff.gone_keys.push_back(key);
  }
  return diff;
}

void remember(store::Database& db, const std::string& job, const std::string& slot,
              const Diff& diff, std::chrono::year_month_day today) {
  for (const auto& key : diff.gone_keys) {
    auto& gone = db.statement("UPDATE told SET gone=1 WHERE job=? AND key=?");
    gone.bind(1, job);
    gone.bind(2, key);
    gone.exec();
    gone.reset();
  }
  for (const auto& told : diff.items) {
    if (!lasts(told.item) || told.item.example) continue;
    auto& upsert = db.statement(
        "INSERT INTO told(job, key, short, first_day, last_slot, title) VALUES(?,?,?,?,?,?)"
        " ON CONFLICT(job, key) DO UPDATE SET last_slot=excluded.last_slot, title=excluded.title,"
        " first_day=CASE WHEN gone=1 THEN excluded.first_day ELSE first_day END, gone=0");
    upsert.bind(1, job);
    upsert.bind(2, told.item.key);
    upsert.bind(3, told.short_id);
    upsert.bind(4, zone::iso_date(today));
    upsert.bind(5, slot);
    upsert.bind(6, told.item.title);
    upsert.exec();
    upsert.reset();
  }
}

std::vector<std::string> quiet(store::Database& db, const std::vector<std::string>& jobs,
                               const std::string& short_id, base::Time until) {
  std::vector<std::string> out;
  for (const auto& job : jobs) {
    auto& update = db.statement(
        "UPDATE told SET quiet_until=? WHERE job=? AND short=? AND gone=0 RETURNING title");
    update.bind(1, base::to_ms(until));
    update.bind(2, job);
    update.bind(3, short_id);
    while (update.executeStep()) out.push_back(update.getColumn(0).getString());
    update.reset();
  }
  return out;
}

}  // namespace openclaw::jobs
