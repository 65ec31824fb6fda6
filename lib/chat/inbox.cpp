// SPDX-License-Identifier: MIT
#include "chat/inbox.h"

namespace openclaw::chat {
namespace {

constexpr const char* columns =
    "key, place, thread, person, remote_id, reply_to, text_ref, untrusted, at, state,"
    " coalesce(run,''), coalesce(agent,''), coalesce(conversation,''), coalesce(kept_ref,''),"
    " tools_begun, runs, not_before, turn";
constexpr std::int64_t hour = 3600000;

void run(store::Database& db, const std::string& sql, const std::vector<std::string>& values) {
  auto& statement = db.statement(sql);
  int at = 1;
  for (const auto& value : values) statement.bind(at++, value);
  statement.exec();
  statement.reset();
}

}  // namespace

store::Migration inbox_migration() {
  return {1, "inbox", R"sql(
CREATE TABLE inbox(key TEXT NOT NULL PRIMARY KEY, place TEXT NOT NULL, thread TEXT NOT NULL, person TEXT NOT NULL,
  remote_id TEXT NOT NULL, reply_to TEXT NOT NULL, text_ref TEXT NOT NULL, untrusted INTEGER NOT NULL,
  at INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'new', run TEXT, agent TEXT, conversation TEXT, kept_ref TEXT,
  tools_begun INTEGER NOT NULL DEFAULT 0, runs INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX inbox_waiting ON inbox(at) WHERE state='new';
CREATE INDEX inbox_id ON inbox(place, remote_id);
CREATE TABLE threads(place TEXT NOT NULL, thread TEXT NOT NULL, conversation TEXT NOT NULL, agent TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(place, thread)) STRICT;
CREATE TABLE positions(account TEXT NOT NULL PRIMARY KEY, position INTEGER NOT NULL) STRICT;
CREATE TABLE strangers(account TEXT NOT NULL, sender TEXT NOT NULL, noted_at INTEGER NOT NULL, times INTEGER NOT NULL,
  PRIMARY KEY(account, sender)) STRICT;
)sql"};
}

bool Inbox::put(const Incoming& m) {
  auto& insert = db_.statement(
      "INSERT INTO inbox(key, place, thread, person, remote_id, reply_to, text_ref, untrusted, at,"
      " state, not_before) VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO NOTHING");
  int at = 1;
  for (const auto& value : {m.key, m.place, m.thread, m.person, m.id, m.reply_to, m.text_ref})
    insert.bind(at++, value);
  insert.bind(at++, m.untrusted ? 1 : 0);
  insert.bind(at++, base::to_ms(m.at));
  insert.bind(at++, m.state);
  insert.bind(at, base::to_ms(m.not_before));
  const bool added = insert.exec() > 0;
  insert.reset();
  return added;
}

std::vector<Incoming> Inbox::read(const std::string& where,
                                  const std::vector<std::string>& values) {
  auto& q = db_.statement(std::string("SELECT ") + columns + " FROM inbox WHERE " + where +
                          " ORDER BY at, rowid");
  int at = 1;
  for (const auto& value : values) q.bind(at++, value);
  std::vector<Incoming> out;
  while (q.executeStep()) {
    Incoming m;
    int i = 0;
    for (auto* field : {&m.key, &m.place, &m.thread, &m.person, &m.id, &m.reply_to, &m.text_ref})
      *field = q.getColumn(i++).getString();
    m.untrusted = q.getColumn(i++).getInt() != 0;
    m.at = base::from_ms(q.getColumn(i++).getInt64());
    for (auto* field : {&m.state, &m.run, &m.agent, &m.conversation, &m.kept_ref})
      *field = q.getColumn(i++).getString();
    m.tools_begun = q.getColumn(i++).getInt() != 0;
    m.runs = q.getColumn(i++).getInt();
    m.not_before = base::from_ms(q.getColumn(i++).getInt64());
    m.turn = q.getColumn(i).getString();
    out.push_back(std::move(m));
  }
  q.reset();
  return out;
}

std::optional<Incoming> Inbox::find(const std::string& key) {
  auto found = read("key=?", {key});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Incoming> Inbox::waiting() { return read("state='new'", {}); }

std::vector<Incoming> Inbox::with_job() { return read("state='job'", {}); }

std::vector<Incoming> Inbox::open_of(const std::string& place, const std::string& person) {
  return read("place=? AND person=? AND state IN ('new','asking')", {place, person});
}

std::optional<base::Time> Inbox::room_from(const std::string& place, const std::string& person,
                                           std::int64_t most, base::Time now, base::Millis span) {
  // Commands and what was refused have no run and are closed at once.
  auto& q = db_.statement(
      "SELECT at FROM inbox WHERE place=? AND person=? AND at>? AND (run IS NOT NULL OR state IN"
      " ('new','asking','merged')) ORDER BY at DESC LIMIT 1 OFFSET ?");
  q.bind(1, place);
  q.bind(2, person);
  q.bind(3, base::to_ms(now - span));
  q.bind(4, most - 1);
  std::optional<base::Time> out;
  if (q.executeStep()) out = base::from_ms(q.getColumn(0).getInt64()) + span;
  q.reset();
  return out;
}

std::string Inbox::key_of(const std::string& place, const std::string& id) {
  const auto found = read("place=? AND remote_id=?", {place, id});
  return found.empty() ? std::string() : found.back().key;
}

std::vector<Incoming> Inbox::of_conversation(const std::string& conversation) {
  return read("conversation=?", {conversation});
}

std::vector<Incoming> Inbox::ended_before(const std::string& place, base::Time before) {
  auto out = read(
      "place=? AND text_ref<>'' AND state NOT IN ('new','asking','job') AND at<CAST(? AS INTEGER)",
      {place, std::to_string(base::to_ms(before))});
  return out;
}

void Inbox::forget_text(const std::string& key) {
  run(db_, "UPDATE inbox SET text_ref='', kept_ref=NULL, reply_to='' WHERE key=?", {key});
}

void Inbox::begin(const std::string& key, const std::string& run_id, const std::string& agent,
                  const std::string& conversation) {
  run(db_, "UPDATE inbox SET run=?, agent=?, conversation=?, runs=runs+1 WHERE key=?",
      {run_id, agent, conversation, key});
}

void Inbox::keep(const std::string& key, const std::string& ref, bool tools_begun) {
  run(db_,
      std::string("UPDATE inbox SET kept_ref=?, tools_begun=") + (tools_begun ? "1" : "0") +
          " WHERE key=?",
      {ref, key});
}

void Inbox::set_state(const std::string& key, const std::string& state) {
  run(db_,
      "UPDATE inbox SET state=?1, runs=CASE ?1 WHEN 'asking' THEN 0 ELSE runs END WHERE key=?2",
      {state, key});
}

bool Inbox::replace_text(const std::string& key, const std::string& text_ref) {
  const auto message = find(key);
  if (!message || message->state != "new" || message->runs > 0) return false;
  run(db_, "UPDATE inbox SET text_ref=? WHERE key=?", {text_ref, key});
  return true;
}

void Inbox::absorb(const Incoming& message, const std::vector<std::string>& others) {
  run(db_,
      std::string("UPDATE inbox SET text_ref=?, untrusted=") + (message.untrusted ? "1" : "0") +
          " WHERE key=?",
      {message.text_ref, message.key});
  for (const auto& key : others)
    run(db_, "UPDATE inbox SET state='merged', text_ref='', turn=? WHERE key=?",
        {message.key, key});
}

std::optional<Thread> Inbox::thread(const std::string& place, const std::string& thread) {
  auto& q = db_.statement("SELECT conversation, agent, at FROM threads WHERE place=? AND thread=?");
  q.bind(1, place);
  q.bind(2, thread);
  std::optional<Thread> out;
  if (q.executeStep())
    out = Thread{q.getColumn(0).getString(), q.getColumn(1).getString(),
                 base::from_ms(q.getColumn(2).getInt64())};
  q.reset();
  return out;
}

void Inbox::set_thread(const std::string& place, const std::string& thread, const Thread& now) {
  auto& put = db_.statement(
      "INSERT INTO threads VALUES(?,?,?,?,?) ON CONFLICT(place, thread) DO UPDATE SET"
      " conversation=excluded.conversation, agent=excluded.agent, at=excluded.at");
  int at = 1;
  for (const auto& value : {place, thread, now.conversation, now.agent}) put.bind(at++, value);
  put.bind(at, base::to_ms(now.at));
  put.exec();
  put.reset();
}

std::optional<std::int64_t> Inbox::position(const std::string& account) {
  auto& q = db_.statement("SELECT position FROM positions WHERE account=?");
  q.bind(1, account);
  std::optional<std::int64_t> out;
  if (q.executeStep()) out = q.getColumn(0).getInt64();
  q.reset();
  return out;
}

void Inbox::set_position(const std::string& account, std::int64_t position) {
  auto& put = db_.statement(
      "INSERT INTO positions VALUES(?,?) ON CONFLICT(account) DO UPDATE SET "
      "position=excluded.position");
  put.bind(1, account);
  put.bind(2, position);
  put.exec();
  put.reset();
}

bool Inbox::note_stranger(const std::string& account, const std::string& sender, base::Time now) {
  auto& known =
      db_.statement("SELECT 1 FROM strangers WHERE account=? AND sender=? AND noted_at>?");
  known.bind(1, account);
  known.bind(2, sender);
  known.bind(3, base::to_ms(now) - hour);
  const bool due = !known.executeStep();
  known.reset();
  auto& put = db_.statement(
      "INSERT INTO strangers VALUES(?1,?2,?3,1) ON CONFLICT(account, sender) DO UPDATE SET"
      " times=times+1, noted_at=CASE WHEN ?4 THEN ?3 ELSE noted_at END");
  put.bind(1, account);
  put.bind(2, sender);
  put.bind(3, base::to_ms(now));
  put.bind(4, due ? 1 : 0);
  put.exec();
  put.reset();
  // A flood of strangers leaves no more rows than this.
  db_.raw().exec(
      "DELETE FROM strangers WHERE rowid NOT IN (SELECT rowid FROM strangers ORDER BY noted_at "
      "DESC LIMIT 1000)");
  return due;
}

}  // namespace openclaw::chat
