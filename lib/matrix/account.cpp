// SPDX-License-Identifier: MIT
#include "matrix/account.h"

#include <algorithm>
#include <mutex>

#include <fmt/core.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "chat/outbox.h"
#include "crypto/digest.h"
#include "json/parse.h"

namespace openclaw::matrix {
namespace {

using json::Value;

constexpr const char* v3 = "/_matrix/client/v3";

}  // namespace

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps = [] {
    auto all = e2ee::migrations();
    all.push_back({1, "matrix", R"sql(
CREATE TABLE rooms(room TEXT NOT NULL PRIMARY KEY, is_joined INTEGER NOT NULL DEFAULT 0,
  encryption TEXT NOT NULL DEFAULT '', visibility TEXT NOT NULL DEFAULT 'shared',
  has_members INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE members(room TEXT NOT NULL, user TEXT NOT NULL, membership TEXT NOT NULL, PRIMARY KEY(room, user)) STRICT;
-- What was sent, or is to be: the bytes and the transaction id never change.
CREATE TABLE sends(key TEXT NOT NULL PRIMARY KEY, room TEXT NOT NULL, type TEXT NOT NULL, content TEXT NOT NULL,
  txn TEXT NOT NULL, event TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL) STRICT;
CREATE TABLE unread(event TEXT NOT NULL PRIMARY KEY, room TEXT NOT NULL, body TEXT NOT NULL, why TEXT NOT NULL,
  at INTEGER NOT NULL, is_told INTEGER NOT NULL DEFAULT 0) STRICT;
)sql"});
    return all;
  }();
  return steps;
}

Account::Account(store::Database& db, net::HttpClient& http, const base::Secret& store_key,
                 Login login)
    : db_(db), machine_(db, store_key), login_(std::move(login)), api_(http, login_.homeserver) {}

void Account::read_token() {
  std::string token;
  db_.transaction([&] { token = machine_.secret("access_token").value_or(""); });
  api_.set_token(token);
}

void Account::keep_token(const Value& answer) {
  machine_.keep_secret("access_token", answer["access_token"].as_string());
  if (answer["refresh_token"].is_string())
    machine_.keep_secret("refresh_token", answer["refresh_token"].as_string());
  api_.set_token(answer["access_token"].as_string());
}

void Account::log_in(const base::Stop* stop, bool again) {
  bool has_account = false;
  db_.transaction([&] {
    machine_.check_key();
    has_account = machine_.has_account();
  });
  if (!has_account) {
    if (!login_.password) throw base::ConfigError("matrix.password is missing");
    const auto answer = api_.call(
        "POST", std::string(v3) + "/login",
        Value::object(
            {{"type", "m.login.password"},
             {"identifier", Value::object({{"type", "m.id.user"}, {"user", login_.user}})},
             {"password", std::string(login_.password->reveal())},
             {"initial_device_display_name", "openclaw"},
             {"refresh_token", true}}),
        base::Millis(30000), stop);
    db_.transaction([&] {
      machine_.create_account(answer["user_id"].as_string(), answer["device_id"].as_string());
      keep_token(answer);
    });
    base::failpoint("logged in");
  } else {
    read_token();
  }
  Value who;
  try {
    who = api_.call("GET", std::string(v3) + "/account/whoami", {}, base::Millis(30000), stop);
  } catch (const LoggedOut& e) {
    if (!e.soft() && !again)
      throw base::ConfigError("the homeserver has ended this login", "openclaw matrix login");
    renew_token();
    who = api_.call("GET", std::string(v3) + "/account/whoami", {}, base::Millis(30000), stop);
  }
  e2ee::OwnDevice me;
  db_.transaction([&] { me = machine_.own(); });
  if (who["user_id"].as_string() != me.user || who["device_id"].as_string() != me.device)
    throw base::ConfigError(
        fmt::format("the login is {} with device {}, matrix.db belongs to {} "
                    "with device {}",
                    base::one_line(who["user_id"].as_string()),
                    base::one_line(who["device_id"].as_string()), me.user, me.device),
        "put back the matrix.db of that login, or begin with an empty one");
  if (me.user != login_.user)
    throw base::ConfigError("matrix.db belongs to " + me.user + ", the configuration says " +
                            login_.user);
}

void Account::renew_token() {
  std::string refresh, device;
  db_.transaction([&] {
    refresh = machine_.secret("refresh_token").value_or("");
    device = machine_.own().device;
  });
  api_.set_token("");
  Value answer;
  bool done = false;
  if (!refresh.empty()) {
    try {
      answer = api_.call("POST", std::string(v3) + "/refresh",
                         Value::object({{"refresh_token", refresh}}));
      done = true;
    } catch (const LoggedOut&) {
    } catch (const Rejected&) {
    }
  }
  if (!done) {
    if (!login_.password) throw base::ConfigError("matrix.password is missing");
    answer = api_.call(
        "POST", std::string(v3) + "/login",
        Value::object(
            {{"type", "m.login.password"},
             {"identifier", Value::object({{"type", "m.id.user"}, {"user", login_.user}})},
             {"password", std::string(login_.password->reveal())},
             {"device_id", device},
             {"refresh_token", true}}));
  }
  db_.transaction([&] { keep_token(answer); });
}

void Account::pump(base::Time now, const base::Stop* stop) {
  // Both threads may come here: one at a time, so that no answer overtakes another.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  constexpr int rounds = 20;
  for (int i = 0; i < rounds; ++i) {
    std::optional<Value> upload;
    e2ee::Machine::Query query;
    std::vector<std::pair<std::string, std::string>> wedged;
    std::vector<e2ee::Parcel> parcels;
    db_.transaction([&] {
      upload = machine_.keys_to_upload(now);
      query = machine_.query(base::wall_now());
      wedged = machine_.wedged(now);
      parcels = machine_.parcels();
    });
    if (!upload && query.users.empty() && wedged.empty() && parcels.empty()) return;
    if (upload) {
      base::failpoint("keys ready, not uploaded");
      try {
        const auto answer =
            api_.call("POST", std::string(v3) + "/keys/upload", *upload, base::Millis(30000), stop);
        base::failpoint("keys uploaded, not noted");
        db_.transaction([&] { machine_.keys_uploaded(answer); });
      } catch (const Rejected& e) {
        if (e.status() != 400) throw;
        // The server has other keys under these names: an older copy of matrix.db is running.
        throw base::ConfigError(
            "the homeserver has newer keys of this device: matrix.db was put "
            "back from an older copy",
            "move matrix.db away: the bot then comes as a new device, the recovery key "
            "makes it the same bot");
      }
    }
    if (!query.users.empty()) {
      auto users = Value::object();
      for (const auto& user : query.users) users.set(user, Value::array());
      const auto answer = api_.call("POST", std::string(v3) + "/keys/query",
                                    Value::object({{"timeout", 10000}, {"device_keys", users}}),
                                    base::Millis(30000), stop);
      db_.transaction([&] { machine_.take_query(query, answer, base::wall_now()); });
    }
    if (!wedged.empty()) {
      const auto answer = api_.call("POST", std::string(v3) + "/keys/claim",
                                    e2ee::Machine::claim_body(wedged), base::Millis(30000), stop);
      db_.transaction([&] {
        machine_.take_claim(wedged, answer, now);
        for (const auto& [user, id] : wedged)
          if (const auto device = machine_.device(user, id))
            machine_.send_to(*device, "m.dummy", Value::object(), now);
      });
    }
    for (const auto& parcel : parcels) {
      base::failpoint("parcel ready, not sent");
      try {
        api_.call("PUT", std::string(v3) + "/sendToDevice/" + part(parcel.type) + "/" + parcel.txn,
                  parcel.body, base::Millis(30000), stop);
      } catch (const Rejected& e) {  // a repeat changes nothing; the others are to go
        base::log::warning("matrix", "a message between devices was not taken: {}",
                           base::describe(e));
      }
      base::failpoint("parcel sent, not noted");
      db_.transaction([&] { machine_.parcel_sent(parcel.txn); });
    }
  }
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
  api_.call("POST", std::string(v3) + "/join/" + part(room));
}

void Account::refuse(const std::string& room) {
  api_.call("POST", std::string(v3) + "/rooms/" + part(room) + "/leave");
}

/// Sticky: what was encrypted once is never taken for plain. Unknown counts as encrypted.
void Account::learn_encryption(const std::string& room) {
  const auto row = store::row(db_, "SELECT encryption FROM rooms WHERE room=?", room);
  if (row && !row->text(0).empty()) return;
  std::string encryption;
  try {
    encryption = json::dump(
        api_.call("GET", std::string(v3) + "/rooms/" + part(room) + "/state/m.room.encryption/"));
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
  const auto answer = api_.call("GET", std::string(v3) + "/rooms/" + part(room) + "/members");
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
  out.shared_history = visibility == "shared" || visibility == "world_readable";
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
      throw base::UnavailableError("the room is not encrypted, so nothing is said there");
    learn_members(room);
    constexpr int rounds = 6;
    bool is_sealed = false;
    for (int i = 0; i < rounds && !is_sealed; ++i) {
      e2ee::Lacks lacks;
      is_sealed = seal(room, key, type, content, now, lacks);
      if (!lacks.claims.empty()) {
        const auto answer = api_.call("POST", std::string(v3) + "/keys/claim",
                                      e2ee::Machine::claim_body(lacks.claims));
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
  const auto answer = api_.call("PUT",
                                std::string(v3) + "/rooms/" + part(room) + "/send/" +
                                    part(known->text(0)) + "/" + known->text(2),
                                json::parse(known->text(1)));
  const auto event = answer["event_id"].as_string();
  if (event.empty()) throw chat::OutcomeUnknown("the homeserver gave no event id");
  base::failpoint("event sent, not noted");
  db_.transaction(
      [&] { store::run(db_, "UPDATE sends SET event=?, content='' WHERE key=?", event, key); });
  return event;
}

}  // namespace openclaw::matrix
