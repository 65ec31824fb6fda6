// SPDX-License-Identifier: MIT
// What the account does in rooms: who reads there, and what is said.
#include <algorithm>
#include <mutex>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "chat/outbox.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "matrix/account.h"

namespace openclaw::matrix {
namespace {

using json::Value;

constexpr base::Millis until_it_is_encrypted{10000};

}  // namespace

bool is_for_newcomers(const std::string& visibility) {
  return visibility == "shared" || visibility == "world_readable";
}

bool Account::is_encrypted(const std::string& room) {
  const auto row = store::row(db_, "SELECT encryption FROM rooms WHERE room=?", room);
  return !row || row->text(0) != "none";
}

bool Account::has_fresh_unread(base::Time now) {
  return store::row(db_, "SELECT 1 FROM unread WHERE at>?", base::to_ms(now - base::Millis(60000)))
      .has_value();
}

void Account::join(const std::string& room) {
  api_.call("POST", client_v3 + "/join/" + part(room));
}

void Account::refuse(const std::string& room) {
  api_.call("POST", client_v3 + "/rooms/" + part(room) + "/leave");
}

void Account::mark_read(const std::string& room, const std::string& event) {
  api_.call("POST", client_v3 + "/rooms/" + part(room) + "/receipt/m.read/" + part(event),
            Value::object());
}

void Account::queue(const e2ee::FlowEvent& event) {
  if (event.room.empty())
    machine_.send_clear(event.user, event.device, event.type, event.content);
  else
    store::run(db_, "INSERT INTO flow_events(room, type, content) VALUES(?,?,?)", event.room,
               event.type, json::dump(event.content));
}

void Account::send_queued(base::Time now) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::vector<store::Row> waiting;
  db_.transaction([&] {
    waiting = store::rows(db_, "SELECT id, room, type, content FROM flow_events ORDER BY id");
  });
  pump(now);
  for (const auto& row : waiting) {
    try {
      send(row.text(1), "verify:" + row.text(0), row.text(2), json::parse(row.text(3)), now);
    } catch (const Rejected& e) {  // the room may have gone: the others are to go on
      base::log::info("matrix", "a step of a verification was not taken: {}", base::describe(e));
    }
    db_.transaction([&] { store::run(db_, "DELETE FROM flow_events WHERE id=?", row.integer(0)); });
  }
}

/// Sticky: what was encrypted once is never taken for plain. Unknown counts as encrypted.
void Account::learn_encryption(const std::string& room) {
  const auto row = store::row(db_, "SELECT encryption FROM rooms WHERE room=?", room);
  if (row && !row->text(0).empty()) return;
  std::string encryption;
  try {
    encryption = json::dump(
        api_.call("GET", client_v3 + "/rooms/" + part(room) + "/state/m.room.encryption/"));
  } catch (const Rejected& e) {
    if (e.status() != 404 || e.errcode() != "M_NOT_FOUND") throw;
    encryption = "none";
  }
  db_.transaction([&] {
    store::run(db_,
               "INSERT INTO rooms(room, encryption) VALUES(?,?) ON CONFLICT(room) DO UPDATE SET "
               "encryption=excluded.encryption WHERE rooms.encryption IN ('','none')",
               room, encryption);
  });
}

void Account::learn_members(const std::string& room) {
  const auto row = store::row(db_, "SELECT has_members FROM rooms WHERE room=?", room);
  if (row && row->integer(0) != 0) return;
  const auto before = store::row(db_, "SELECT value FROM notes WHERE name='since'");
  const auto answer = api_.call("GET", client_v3 + "/rooms/" + part(room) + "/members");
  db_.transaction([&] {
    // The other thread may have learned of a leave meanwhile.
    const auto after = store::row(db_, "SELECT value FROM notes WHERE name='since'");
    if (!before || !after || before->text(0) != after->text(0))
      throw base::TransientError("the room's members are just changing");
    for (const auto& event : answer["chunk"].items()) take_state(room, event);
    store::run(db_, "UPDATE rooms SET has_members=1 WHERE room=?", room);
  });
}

e2ee::RoomRules Account::rules_for(const std::string& room) {
  e2ee::RoomRules out;
  const auto row = store::row(db_, "SELECT encryption, visibility FROM rooms WHERE room=?", room);
  const std::string visibility = row ? row->text(1) : "shared";
  for (const auto& member :
       store::rows(db_, "SELECT user, membership FROM members WHERE room=?", room)) {
    const bool reads =
        member.text(1) == "join" || (member.text(1) == "invite" && visibility != "joined");
    if (reads) out.members.push_back(member.text(0));
  }
  if (row && !row->text(0).empty() && row->text(0) != "none") {
    const auto encryption = json::parse(row->text(0));
    out.most_messages = encryption["rotation_period_msgs"].as_int(100);
    out.oldest = base::Millis(encryption["rotation_period_ms"].as_int(7LL * 86400000));
  }
  out.shared_history = is_for_newcomers(visibility);
  out.allow_unsigned = std::find(open_rooms_.begin(), open_rooms_.end(), room) != open_rooms_.end();
  return out;
}

/// False: something is lacking still.
bool Account::seal(const std::string& room, const std::string& key, const std::string& type,
                   const Value& content, base::Time now, e2ee::Lacks& lacks) {
  db_.transaction([&] {
    // In the same breath: whatever another thread has learned meanwhile counts.
    lacks = machine_.prepare(room, rules_for(room), now);
    if (!lacks.none()) return;
    keep_send(room, key, "m.room.encrypted", machine_.encrypt(room, type, content), now);
  });
  return lacks.none();
}

void Account::keep_send(const std::string& room, const std::string& key, const std::string& type,
                        const Value& content, base::Time now) {
  const auto device = machine_.own().device;
  const std::string txn =
      "oc" + base::hex(crypto::view(crypto::sha256(device + "|" + key))).substr(0, 30);
  store::run(db_, "INSERT INTO sends(key, room, type, content, txn, at) VALUES(?,?,?,?,?,?)", key,
             room, type, json::dump(content), txn, base::to_ms(now));
}

std::string Account::send(const std::string& room, const std::string& key, const std::string& type,
                          const Value& content, base::Time now) {
  auto known = store::row(db_, "SELECT type, content, txn, event FROM sends WHERE key=?", key);
  if (known && !known->text(3).empty()) return known->text(3);
  if (!known) {
    learn_encryption(room);
    if (!is_encrypted(room))
      throw chat::TooSoon("the room is not encrypted, so nothing is said there",
                          until_it_is_encrypted);
    learn_members(room);
    constexpr int rounds = 6;
    bool is_sealed = false;
    for (int i = 0; i < rounds && !is_sealed; ++i) {
      e2ee::Lacks lacks;
      is_sealed = seal(room, key, type, content, now, lacks);
      if (!lacks.claims.empty()) {
        const auto answer =
            api_.call("POST", client_v3 + "/keys/claim", e2ee::Machine::claim_body(lacks.claims));
        db_.transaction([&] { machine_.take_claim(lacks.claims, answer, now); });
      }
      pump(now);  // queries, and the keys themselves: they go before the message
    }
    if (!is_sealed)
      throw base::TransientError("the devices of the room's members are not known yet");
    base::failpoint("event sealed, not sent");
    known = store::row(db_, "SELECT type, content, txn, event FROM sends WHERE key=?", key);
  }
  pump(now);
  keep_moves();  // also of what an earlier process sealed
  const auto answer = api_.call(
      "PUT",
      client_v3 + "/rooms/" + part(room) + "/send/" + part(known->text(0)) + "/" + known->text(2),
      json::parse(known->text(1)));
  const auto event = answer["event_id"].as_string();
  if (event.empty()) throw chat::OutcomeUnknown("the homeserver gave no event id");
  base::failpoint("event sent, not noted");
  db_.transaction(
      [&] { store::run(db_, "UPDATE sends SET event=?, content='' WHERE key=?", event, key); });
  return event;
}

}  // namespace openclaw::matrix
