// SPDX-License-Identifier: MIT
#include "jobs/ledger.h"

#include "audit/process.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace openclaw::jobs {
namespace {

constexpr const char* columns =
    "job, slot, state, scheduled_at, claimed_at, delivered_at, run, delivered_to, text_ref, note,"
    " written_by, attempts, cost_nusd, took_ms, process, gathered_ref, plan_ref, event_ref";
constexpr base::Millis fresh{4 * 3600000};  // older readings are no news

std::string text(SQLite::Statement& q, int at) {
  return q.getColumn(at).isNull() ? std::string() : q.getColumn(at).getString();
}

std::optional<base::Time> time(SQLite::Statement& q, int at) {
  if (q.getColumn(at).isNull()) return std::nullopt;
  return base::from_ms(q.getColumn(at).getInt64());
}

Row row_of(SQLite::Statement& q) {
  Row row;
  row.job = text(q, 0);
  row.slot = text(q, 1);
  row.state = text(q, 2);
  row.scheduled_at = time(q, 3);
  row.claimed_at = time(q, 4);
  row.delivered_at = time(q, 5);
  row.run = text(q, 6);
  row.delivered_to = text(q, 7);
  row.text_ref = text(q, 8);
  row.note = text(q, 9);
  row.written_by = text(q, 10);
  row.attempts = q.getColumn(11).getInt();
  if (!q.getColumn(12).isNull()) row.cost = base::Usd{q.getColumn(12).getInt64()};
  row.took_ms = q.getColumn(13).getInt64();
  row.gathered_ref = text(q, 15);
  row.plan_ref = text(q, 16);
  row.event_ref = text(q, 17);
  return row;
}

void bind_text(SQLite::Statement& q, int at, const std::string& value) {
  if (value.empty())
    q.bind(at);
  else
    q.bind(at, value);
}

void exec(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
}

}  // namespace

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps{{1, "jobs", R"sql(
CREATE TABLE slots(job TEXT NOT NULL, slot TEXT NOT NULL, state TEXT NOT NULL, scheduled_at INTEGER,
  claimed_at INTEGER NOT NULL, delivered_at INTEGER, run TEXT, delivered_to TEXT, text_ref TEXT,
  note TEXT, written_by TEXT, attempts INTEGER NOT NULL, cost_nusd INTEGER,
  took_ms INTEGER NOT NULL DEFAULT 0, process TEXT, outcome_unknown INTEGER NOT NULL DEFAULT 0,
  reported INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(job, slot)) STRICT;
CREATE INDEX slots_claimed ON slots(job, claimed_at);
CREATE TABLE told(job TEXT NOT NULL, key TEXT NOT NULL, short TEXT NOT NULL, first_day TEXT NOT NULL,
  last_slot TEXT NOT NULL, title TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
  quiet_until INTEGER, PRIMARY KEY(job, key)) STRICT;
)sql"},
                                                   {2, "sources of jobs", R"sql(
ALTER TABLE slots ADD COLUMN gathered_ref TEXT;
ALTER TABLE slots ADD COLUMN plan_ref TEXT;
CREATE TABLE source_copies(source TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL,
  data BLOB NOT NULL) STRICT;
CREATE TABLE seen(source TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL,
  mark INTEGER NOT NULL, PRIMARY KEY(source, key)) STRICT, WITHOUT ROWID;
CREATE INDEX seen_marks ON seen(source, mark) WHERE mark>0;
CREATE TABLE watermarks(source TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;
)sql"},
                                                   {3, "events of jobs", R"sql(
ALTER TABLE slots ADD COLUMN event_ref TEXT;
)sql"}};
  return steps;
}

std::optional<Slot> scheduled_slot(const zone::Schedule& schedule, const zone::Zone& zone,
                                   base::Time now) {
  const auto instant = schedule.previous(zone, now);
  if (!instant) return std::nullopt;
  return Slot{schedule.label(zone, *instant), instant, schedule.next(zone, now)};
}

Slot hand_slot(const zone::Zone& zone, base::Time now) {
  return Slot{"hand-" + zone::iso_date(zone.local(now).date), std::nullopt, std::nullopt};
}

Slot event_slot(const std::string& event, const std::string& key) {
  constexpr std::size_t digits = 16;
  const auto name =
      key.empty() ? base::hex(crypto::view(crypto::sha256(event))).substr(0, digits) : key;
  return Slot{"event-" + name, std::nullopt, std::nullopt};
}

Claim Ledger::claim(const std::string& job, const Slot& slot, const std::string& process,
                    bool force, base::Time now, const std::function<void()>& also) {
  Claim claim;
  db_.transaction([&] {
    auto& find_row =
        db_.statement(std::string("SELECT ") + columns + " FROM slots WHERE job=? AND slot=?");
    find_row.bind(1, job);
    find_row.bind(2, slot.label);
    const bool there = find_row.executeStep();
    std::string owner;
    if (there) {
      claim.row = row_of(find_row);
      owner = text(find_row, 14);
    }
    find_row.reset();
    if (!there) {
      auto& insert = db_.statement(
          "INSERT INTO slots(job, slot, state, scheduled_at, claimed_at, attempts, process)"
          " VALUES(?,?,'claimed',?,?,1,?)");
      insert.bind(1, job);
      insert.bind(2, slot.label);
      if (slot.scheduled)
        insert.bind(3, base::to_ms(*slot.scheduled));
      else
        insert.bind(3);
      insert.bind(4, base::to_ms(now));
      insert.bind(5, process);
      exec(insert);
      claim.row.attempts = 1;
      if (also) also();
      return;
    }
    const std::string& state = claim.row.state;
    const bool open = state == "claimed" || state == "delivering";
    if (open && audit::is_alive(owner)) {
      claim.kind = Claim::Kind::busy;
      return;
    }
    // A forced attempt that died before it had a text leaves what was delivered as it was.
    if (!force && (state == "done" || (claim.row.delivered_at && state != "delivering"))) {
      claim.kind = Claim::Kind::done;
      return;
    }
    if (state == "skipped" && !force) {
      claim.kind = Claim::Kind::skipped;
      return;
    }
    const bool anew = force || (claim.row.plan_ref.empty() && claim.row.claimed_at &&
                                now - *claim.row.claimed_at > fresh);
    if (anew) claim.row.gathered_ref = claim.row.plan_ref = "";
    auto& take = db_.statement(
        "UPDATE slots SET state='claimed', claimed_at=?, attempts=attempts+1, process=?,"
        " gathered_ref=?, plan_ref=? WHERE job=? AND slot=?");
    take.bind(1, base::to_ms(now));
    take.bind(2, process);
    bind_text(take, 3, claim.row.gathered_ref);
    bind_text(take, 4, claim.row.plan_ref);
    take.bind(5, job);
    take.bind(6, slot.label);
    exec(take);
    ++claim.row.attempts;
    if (also) also();
  });
  return claim;
}

void Ledger::event(const std::string& job, const std::string& slot, const std::string& ref) {
  auto& update = db_.statement("UPDATE slots SET event_ref=? WHERE job=? AND slot=?");
  update.bind(1, ref);
  update.bind(2, job);
  update.bind(3, slot);
  exec(update);
}

void Ledger::gathered(const std::string& job, const std::string& slot, const std::string& ref) {
  auto& update = db_.statement("UPDATE slots SET gathered_ref=? WHERE job=? AND slot=?");
  update.bind(1, ref);
  update.bind(2, job);
  update.bind(3, slot);
  exec(update);
}

void Ledger::skip(const std::string& job, const Slot& slot, const std::string& why,
                  base::Time now) {
  db_.transaction([&] {
    auto& insert = db_.statement(
        "INSERT INTO slots(job, slot, state, scheduled_at, claimed_at, attempts, note)"
        " VALUES(?,?,'skipped',?,?,0,?) ON CONFLICT(job, slot) DO UPDATE SET state='skipped',"
        " note=excluded.note WHERE state='failed'");
    insert.bind(1, job);
    insert.bind(2, slot.label);
    if (slot.scheduled)
      insert.bind(3, base::to_ms(*slot.scheduled));
    else
      insert.bind(3);
    insert.bind(4, base::to_ms(now));
    insert.bind(5, why);
    exec(insert);
  });
}

void Ledger::delivering(const std::string& job, const std::string& slot,
                        const std::string& text_ref, const std::string& plan_ref,
                        const std::string& run) {
  auto& update = db_.statement(
      "UPDATE slots SET state='delivering', text_ref=?, plan_ref=?, run=? WHERE job=? AND slot=?");
  update.bind(1, text_ref);
  bind_text(update, 2, plan_ref);
  update.bind(3, run);
  update.bind(4, job);
  update.bind(5, slot);
  exec(update);
}

void Ledger::done(const std::string& job, const std::string& slot, const Row& result,
                  base::Time now) {
  auto& update = db_.statement(
      "UPDATE slots SET state='done', delivered_at=?, delivered_to=?, written_by=?, cost_nusd=?,"
      " took_ms=?, note=? WHERE job=? AND slot=?");
  update.bind(1, base::to_ms(now));
  update.bind(2, result.delivered_to);
  update.bind(3, result.written_by);
  if (result.cost)
    update.bind(4, result.cost->nano);
  else
    update.bind(4);
  update.bind(5, result.took_ms);
  update.bind(6, result.note);
  update.bind(7, job);
  update.bind(8, slot);
  exec(update);
  auto& reported =
      db_.statement("UPDATE slots SET reported=1 WHERE job=? AND state IN ('skipped','failed')");
  reported.bind(1, job);
  exec(reported);
}

void Ledger::failed(const std::string& job, const std::string& slot, const std::string& why) {
  db_.transaction([&] {
    auto& update = db_.statement(
        "UPDATE slots SET note=?, state=CASE WHEN delivered_at IS NULL THEN 'failed' ELSE 'done' "
        "END"
        " WHERE job=? AND slot=? AND state<>'done'");
    update.bind(1, why);
    update.bind(2, job);
    update.bind(3, slot);
    exec(update);
  });
}

std::optional<Row> Ledger::find(const std::string& job, const std::string& slot) {
  auto& query =
      db_.statement(std::string("SELECT ") + columns + " FROM slots WHERE job=? AND slot=?");
  query.bind(1, job);
  query.bind(2, slot);
  std::optional<Row> out;
  if (query.executeStep()) out = row_of(query);
  query.reset();
  return out;
}

std::vector<Row> Ledger::latest(const std::string& job, int most) {
  auto& query =
      db_.statement(std::string("SELECT ") + columns +
                    " FROM slots WHERE job=? ORDER BY claimed_at DESC, slot DESC LIMIT ?");
  query.bind(1, job);
  query.bind(2, most);
  std::vector<Row> out;
  while (query.executeStep()) out.push_back(row_of(query));
  query.reset();
  return out;
}

std::vector<Row> Ledger::left_open() {
  auto& query = db_.statement(std::string("SELECT ") + columns +
                              " FROM slots WHERE state IN ('claimed','delivering')"
                              " ORDER BY claimed_at");
  std::vector<Row> out;
  while (query.executeStep())
    if (!audit::is_alive(text(query, 14))) out.push_back(row_of(query));
  query.reset();
  return out;
}

bool Ledger::is_busy(const std::string& job, const std::string& slot) {
  auto& query = db_.statement(
      "SELECT process FROM slots WHERE job=? AND slot=? AND state IN ('claimed','delivering')");
  query.bind(1, job);
  query.bind(2, slot);
  const bool busy = query.executeStep() && audit::is_alive(text(query, 0));
  query.reset();
  return busy;
}

std::vector<Row> Ledger::unreported(const std::string& job) {
  auto& query = db_.statement(std::string("SELECT ") + columns +
                              " FROM slots WHERE job=? AND state IN ('skipped','failed')"
                              " AND reported=0");
  query.bind(1, job);
  std::vector<Row> out;
  while (query.executeStep()) out.push_back(row_of(query));
  query.reset();
  return out;
}

}  // namespace openclaw::jobs
