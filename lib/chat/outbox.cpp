// SPDX-License-Identifier: MIT
#include "chat/outbox.h"

#include "audit/process.h"
#include "chat/approvals.h"
#include "chat/inbox.h"

namespace openclaw::chat {
namespace {

constexpr const char* columns =
    "key, owner, place, text_ref, whole, silent, expires_at, state, repeat, again, attempts,"
    " coalesce(remote_id,''), coalesce(note,''), inert, coalesce(thread,''), coalesce(reply_to,''),"
    " coalesce(question,''), coalesce(edits,''), not_before, coalesce(file,'')";
constexpr int column_count = 20;

constexpr base::Millis kept{90LL * 86400000};

Message message_of(SQLite::Statement& q) {
  Message m;
  m.key = q.getColumn(0).getString();
  m.owner = q.getColumn(1).getString();
  m.place = q.getColumn(2).getString();
  m.text_ref = q.getColumn(3).getString();
  m.whole = q.getColumn(4).getInt() != 0;
  m.silent = q.getColumn(5).getInt() != 0;
  if (!q.getColumn(6).isNull()) m.expires = base::from_ms(q.getColumn(6).getInt64());
  m.state = q.getColumn(7).getString();
  m.repeat = q.getColumn(8).getInt() != 0;
  m.again = q.getColumn(9).getInt() != 0;
  m.attempts = q.getColumn(10).getInt();
  m.id = q.getColumn(11).getString();
  m.note = q.getColumn(12).getString();
  m.inert = q.getColumn(13).getInt() != 0;
  m.thread = q.getColumn(14).getString();
  m.reply_to = q.getColumn(15).getString();
  m.question = q.getColumn(16).getString();
  m.edits = q.getColumn(17).getString();
  if (!q.getColumn(18).isNull()) m.not_before = base::from_ms(q.getColumn(18).getInt64());
  m.file = q.getColumn(19).getString();
  return m;
}

}  // namespace

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps{{1, "outbox", R"sql(
CREATE TABLE outbox(key TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, place TEXT NOT NULL,
  text_ref TEXT NOT NULL, whole INTEGER NOT NULL, silent INTEGER NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER, state TEXT NOT NULL DEFAULT 'waiting', repeat INTEGER NOT NULL DEFAULT 0,
  again INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, process TEXT, remote_id TEXT, sent_at INTEGER, note TEXT) STRICT;
CREATE INDEX outbox_owner ON outbox(owner);
CREATE INDEX outbox_open ON outbox(created_at) WHERE state IN ('waiting','sending');
)sql"},
                                                   {2, "outbox of chats", R"sql(
ALTER TABLE outbox ADD COLUMN inert INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN thread TEXT;
ALTER TABLE outbox ADD COLUMN reply_to TEXT;
ALTER TABLE outbox ADD COLUMN question TEXT;
ALTER TABLE outbox ADD COLUMN edits TEXT;
ALTER TABLE outbox ADD COLUMN not_before INTEGER;
CREATE TABLE outbox_parts(key TEXT NOT NULL, number INTEGER NOT NULL, place TEXT NOT NULL, remote_id TEXT NOT NULL,
  whole INTEGER NOT NULL, marked INTEGER NOT NULL, PRIMARY KEY(key, number)) STRICT;
CREATE INDEX outbox_parts_id ON outbox_parts(place, remote_id);
CREATE INDEX outbox_id ON outbox(place, remote_id);
)sql"},
                                                   inbox_migration(),
                                                   approvals_migration(),
                                                   {3, "files in chats", R"sql(
ALTER TABLE outbox ADD COLUMN file TEXT;
ALTER TABLE inbox ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
)sql"},
                                                   {4, "requests to listeners", R"sql(
CREATE TABLE requests(id TEXT NOT NULL PRIMARY KEY, channel TEXT NOT NULL, verb TEXT NOT NULL, word TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new', answer TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL) STRICT;
)sql"},
                                                   {5, "jobs that chats began", R"sql(
CREATE INDEX inbox_jobs ON inbox(at) WHERE state='job';
)sql"},
                                                   {6, "which turn a message went into", R"sql(
ALTER TABLE inbox ADD COLUMN turn TEXT NOT NULL DEFAULT '';
)sql"}};
  return steps;
}

void Outbox::put(const Message& m, base::Time now) {
  auto& insert = db_.statement(
      "INSERT INTO outbox(key, owner, place, text_ref, whole, silent, created_at, expires_at, "
      "again, inert, thread, reply_to, question, edits, not_before, file)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO NOTHING");
  insert.bind(1, m.key);
  insert.bind(2, m.owner);
  insert.bind(3, m.place);
  insert.bind(4, m.text_ref);
  insert.bind(5, m.whole ? 1 : 0);
  insert.bind(6, m.silent ? 1 : 0);
  insert.bind(7, base::to_ms(now));
  if (m.expires)
    insert.bind(8, base::to_ms(*m.expires));
  else
    insert.bind(8);
  insert.bind(9, m.again ? 1 : 0);
  insert.bind(10, m.inert ? 1 : 0);
  insert.bind(11, m.thread);
  insert.bind(12, m.reply_to);
  insert.bind(13, m.question);
  insert.bind(14, m.edits);
  if (m.not_before)
    insert.bind(15, base::to_ms(*m.not_before));
  else
    insert.bind(15);
  insert.bind(16, m.file);
  insert.exec();
  insert.reset();
}

std::vector<Message> Outbox::read(const std::string& where, const std::string& value) {
  auto& query = db_.statement(std::string("SELECT ") + columns + " FROM outbox WHERE " + where +
                              " ORDER BY created_at, rowid");
  if (!value.empty()) query.bind(1, value);
  std::vector<Message> out;
  while (query.executeStep()) out.push_back(message_of(query));
  query.reset();
  return out;
}

std::vector<Message> Outbox::of(const std::string& owner) { return read("owner=?", owner); }

std::optional<Message> Outbox::find(const std::string& key) {
  auto found = read("key=?", key);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Message> Outbox::open() { return read("state IN ('waiting','sending')", {}); }

std::optional<Message> Outbox::begin(const std::string& key, const std::string& process) {
  std::optional<Message> out;
  db_.transaction([&] {
    auto& query = db_.statement(std::string("SELECT ") + columns +
                                ", coalesce(process,'') FROM outbox WHERE key=?");
    query.bind(1, key);
    if (!query.executeStep()) {
      query.reset();
      return;
    }
    auto message = message_of(query);
    const std::string owner = query.getColumn(column_count).getString();
    query.reset();
    if (!message.is_open()) return;
    if (message.state == "sending") {
      if (owner != process && audit::is_alive(owner)) return;
      message.repeat = true;
    }
    auto& take = db_.statement(
        "UPDATE outbox SET state='sending', process=?, attempts=attempts+1, repeat=? WHERE key=?");
    take.bind(1, process);
    take.bind(2, message.repeat ? 1 : 0);
    take.bind(3, key);
    take.exec();
    take.reset();
    ++message.attempts;
    message.state = "sending";
    out = std::move(message);
  });
  return out;
}

void Outbox::sent(const std::string& key, const std::string& id, base::Time now) {
  auto& update = db_.statement(
      "UPDATE outbox SET state='sent', remote_id=?, sent_at=?, process=NULL, note=NULL WHERE "
      "key=?");
  update.bind(1, id);
  update.bind(2, base::to_ms(now));
  update.bind(3, key);
  update.exec();
  update.reset();
}

void Outbox::set(const std::string& key, const char* state, const std::string& note, bool repeat,
                 std::optional<base::Time> not_before) {
  db_.transaction([&] {
    auto& update = db_.statement(
        "UPDATE outbox SET state=?, note=?, repeat=repeat OR ?, not_before=?, process=NULL WHERE "
        "key=?");
    update.bind(1, state);
    update.bind(2, note);
    update.bind(3, repeat ? 1 : 0);
    if (not_before)
      update.bind(4, base::to_ms(*not_before));
    else
      update.bind(4);
    update.bind(5, key);
    update.exec();
    update.reset();
  });
}

void Outbox::later(const std::string& key, const std::string& why, bool may_have_arrived,
                   std::optional<base::Time> not_before) {
  set(key, "waiting", why, may_have_arrived, not_before);
}

void Outbox::refused(const std::string& key, const std::string& why) {
  set(key, "refused", why, false);
}

/// What was being sent may have arrived: that stays known.
void Outbox::end(const std::string& where, const std::string& value, const std::string& why) {
  auto& update = db_.statement(
      "UPDATE outbox SET repeat=repeat OR state='sending', state='expired', process=NULL,"
      " note=?2 || CASE WHEN note IS NULL THEN '' ELSE ': ' || note END WHERE " +
      where);
  update.bind(1, value);
  update.bind(2, why);
  update.exec();
  update.reset();
}

void Outbox::supersede(const std::string& owner, const std::string& why) {
  end("owner=?1 AND state IN ('waiting','sending')", owner, why);
}

bool Outbox::may_have_arrived(const std::string& owner_prefix, const std::string& place) {
  auto& query = db_.statement(
      "SELECT 1 FROM outbox WHERE substr(owner,1,length(?1))=?1 AND place=?2"
      " AND (state IN ('sent','sending') OR repeat) LIMIT 1");
  query.bind(1, owner_prefix);
  query.bind(2, place);
  const bool found = query.executeStep();
  query.reset();
  return found;
}

bool Outbox::goes_elsewhere(const std::string& owner_prefix) {
  auto& query = db_.statement(
      "SELECT 1 FROM outbox WHERE substr(owner,1,length(?1))=?1 AND place<>'-' LIMIT 1");
  query.bind(1, owner_prefix);
  const bool found = query.executeStep();
  query.reset();
  return found;
}

std::vector<Message> Outbox::expire(base::Time now) {
  std::vector<Message> out;
  db_.transaction([&] {
    for (auto& message : open()) {
      if (!message.expires || *message.expires >= now || is_being_sent(message.key)) continue;
      end("key=?1", message.key, "too late");
      out.push_back(std::move(message));
    }
    auto& forget = db_.statement(
        "DELETE FROM outbox WHERE state IN ('sent','refused','expired') AND created_at<?");
    forget.bind(1, base::to_ms(now - kept));
    forget.exec();
    forget.reset();
    db_.raw().exec("DELETE FROM outbox_parts WHERE key NOT IN (SELECT key FROM outbox)");
  });
  return out;
}

bool Outbox::is_being_sent(const std::string& key) {
  auto& query = db_.statement("SELECT process FROM outbox WHERE key=? AND state='sending'");
  query.bind(1, key);
  const bool busy = query.executeStep() && audit::is_alive(query.getColumn(0).getString());
  query.reset();
  return busy;
}

std::optional<Parts::Part> Parts::find(int number) {
  auto& query =
      db_.statement("SELECT remote_id, whole, marked FROM outbox_parts WHERE key=? AND number=?");
  query.bind(1, key_);
  query.bind(2, number);
  std::optional<Part> out;
  if (query.executeStep())
    out = Part{query.getColumn(0).getString(), query.getColumn(1).getInt() != 0,
               query.getColumn(2).getInt() != 0};
  query.reset();
  return out;
}

void Parts::arrived(int number, const Part& part) {
  db_.transaction([&] {
    auto& put = db_.statement(
        "INSERT INTO outbox_parts SELECT key, ?, place, ?, ?, ? FROM outbox WHERE key=?"
        " ON CONFLICT(key, number) DO UPDATE SET remote_id=excluded.remote_id, "
        "whole=excluded.whole");
    put.bind(1, number);
    put.bind(2, part.id);
    put.bind(3, part.whole ? 1 : 0);
    put.bind(4, part.marked ? 1 : 0);
    put.bind(5, key_);
    put.exec();
    put.reset();
    auto& clear = db_.statement("UPDATE outbox SET repeat=0 WHERE key=? AND repeat");
    clear.bind(1, key_);
    clear.exec();
    clear.reset();
  });
}

std::vector<std::string> Parts::ids_of(const std::string& key) {
  auto& query = db_.statement("SELECT remote_id FROM outbox_parts WHERE key=? ORDER BY number");
  query.bind(1, key);
  std::vector<std::string> out;
  while (query.executeStep()) out.push_back(query.getColumn(0).getString());
  query.reset();
  return out;
}

std::string key_of_part(store::Database& db, const std::string& place, const std::string& id) {
  auto& query = db.statement(
      "SELECT key FROM outbox_parts WHERE place=?1 AND remote_id=?2"
      " UNION ALL SELECT key FROM outbox WHERE place=?1 AND remote_id=?2 LIMIT 1");
  query.bind(1, place);
  query.bind(2, id);
  std::string out;
  if (query.executeStep()) out = query.getColumn(0).getString();
  query.reset();
  return out;
}

std::string marked(const Message& message, const Channel& channel, const std::string& text) {
  if (channel.marks_repeats()) return text;
  const bool seen = message.again || (message.repeat && !channel.is_idempotent());
  return (seen ? "(again) " : "") + text;
}

}  // namespace openclaw::chat
