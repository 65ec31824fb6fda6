// SPDX-License-Identifier: MIT
// Olm: what goes between two devices.
#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "e2ee/machine.h"
#include "e2ee/signing.h"
#include "json/parse.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr const char* olm = "m.olm.v1.curve25519-aes-sha2";
constexpr std::int64_t most_sessions = 8;  // with one device
constexpr base::Millis alone{3600000};     // a device that gave no key
constexpr base::Millis unwedge_every{3600000};
constexpr base::Millis seen_for{30LL * 86400000};

class Bad : public base::Error {
 public:
  using Error::Error;
};

}  // namespace

std::vector<ToDevice> Machine::take_to_device(const Value& events, base::Time now) {
  std::vector<ToDevice> out;
  for (const auto& event : events.items()) {
    ToDevice taken{event["type"].as_string(), event["sender"].as_string(), event["content"], {}};
    if (taken.type == "m.room_key" || taken.type == "m.forwarded_room_key" ||
        taken.type == "m.secret.send")
      continue;  // never in clear
    try {
      if (taken.type == "m.room_key_request") {
        take_key_request(taken.sender, taken.content, now);
        continue;
      }
      if (taken.type == "m.room_key.withheld") {
        take_withheld(taken.sender, taken.content, now);
        continue;
      }
      if (taken.type != "m.room.encrypted") {
        out.push_back(std::move(taken));
        continue;
      }
      const auto plain = open_olm(event, taken.sender_key, now);
      if (plain.is_null()) continue;  // seen before
      taken.type = plain["type"].as_string();
      taken.content = plain["content"];
      if (taken.type == "m.room_key")
        take_room_key(plain, taken.sender_key);
      else if (taken.type == "m.forwarded_room_key")
        take_forwarded(plain, taken.sender_key);
      else if (taken.type != "m.dummy")
        out.push_back(std::move(taken));
    } catch (const base::StorageError&) {
      throw;
    } catch (const base::Error& e) {
      base::log::info("matrix", "a to-device event of {} is dropped: {}",
                      base::one_line(taken.sender), base::describe(e));
    }
  }
  return out;
}

/// The plaintext; null where the event came before.
Value Machine::open_olm(const Value& event, std::string& sender_key, base::Time now) {
  const auto& content = event["content"];
  const auto me = own();
  sender_key = content["sender_key"].as_string();
  const auto& ours = content["ciphertext"][me.curve25519];
  if (content["algorithm"].as_string() != olm || !is_agreement_key(sender_key) || !ours.is_object())
    throw Bad("it is not for this device");
  const auto& body = ours["body"].as_string();
  const auto type = static_cast<int>(ours["type"].as_int(-1));
  if ((type != 0 && type != 1) || !from_base64(body)) throw Bad("it is no Olm message");
  const auto hash = base::hex(
      crypto::view(crypto::sha256(sender_key + "\n" + std::to_string(type) + "\n" + body)));
  if (store::row(db_, "SELECT 1 FROM olm_seen WHERE hash=?", hash)) return {};
  const auto plain =
      json::parse(decrypt_olm(event["sender"].as_string(), sender_key, type, body, now));
  store::run(db_, "INSERT INTO olm_seen VALUES(?,?)", hash, base::to_ms(now));
  store::run(db_, "DELETE FROM olm_seen WHERE at<?", base::to_ms(now - seen_for));
  store::run(db_, "UPDATE devices SET wedged=0 WHERE curve25519=?", sender_key);
  try {
    check_olm(plain, event, sender_key);
  } catch (const Bad& e) {
    // The ratchet has moved on all the same; only what was said is not believed.
    base::log::warning("matrix", "a message between devices is not believed: {}", e.what());
    return Value::object({{"type", "m.dummy"}, {"content", Value::object()}});
  }
  return plain;
}

std::string Machine::decrypt_olm(const std::string& sender, const std::string& sender_key, int type,
                                 const std::string& body, base::Time now) {
  const auto key = pickle_key();
  std::string why = "no session with its device";
  for (const auto& row : store::rows(
           db_,
           "SELECT session, pickle FROM olm_sessions WHERE sender_key=? ORDER BY received_at DESC, "
           "created_at DESC",
           sender_key)) {
    auto session = ratchet::Session::unpickle(key, row.text(1));
    const bool is_its = type == 0 && session.matches(sender_key, body);
    if (type == 0 && !is_its) continue;
    try {
      auto text = session.decrypt(type, body);
      store::run(db_,
                 "UPDATE olm_sessions SET pickle=?, received_at=? WHERE sender_key=? AND session=?",
                 session.pickle(key), base::to_ms(now), sender_key, row.text(0));
      return text;
    } catch (const ratchet::Failure& e) {
      why = e.what();
      if (is_its) break;
    }
  }
  if (type == 0 && why == "no session with its device") {
    auto keys = account();
    try {
      auto session = ratchet::Session::inbound(keys, sender_key, body);
      // libolm makes the same session again from a message that is played back.
      if (store::row(db_, "SELECT 1 FROM olm_born WHERE session=?", session.id()))
        throw Bad("its session was there before");
      auto text = session.decrypt(type, body);
      keys.consume(session);
      save(keys);
      store::run(db_, "INSERT INTO olm_born VALUES(?)", session.id());
      store::run(db_, "INSERT INTO olm_sessions VALUES(?,?,?,?,?,0)", sender_key, session.id(),
                 session.pickle(key), base::to_ms(now), base::to_ms(now));
      store::run(db_, "UPDATE devices SET is_told_no_olm=0 WHERE curve25519=?", sender_key);
      store::run(db_,
                 "DELETE FROM olm_sessions WHERE sender_key=? AND session NOT IN (SELECT session "
                 "FROM olm_sessions WHERE sender_key=? ORDER BY received_at DESC LIMIT ?)",
                 sender_key, sender_key, most_sessions);
      // It may have lost the room keys with its old session: the next message gives them again.
      store::run(db_, "DELETE FROM shares WHERE curve25519=? AND number>=0", sender_key);
      base::failpoint("olm session made");
      return text;
    } catch (const ratchet::Failure& e) {
      why = e.what();
    }
  }
  store::run(db_, "UPDATE devices SET wedged=1 WHERE curve25519=? AND user=?", sender_key, sender);
  throw Bad(why);
}

/// "Validation of incoming decrypted events", and the device that the sender names.
void Machine::check_olm(const Value& plain, const Value& event, const std::string& sender_key) {
  const auto me = own();
  const auto& sender = event["sender"].as_string();
  const auto& ed = plain["keys"]["ed25519"].as_string();
  if (sender.empty() || plain["sender"].as_string() != sender) throw Bad("another sender inside");
  if (plain["recipient"].as_string() != me.user) throw Bad("it is for another user");
  if (plain["recipient_keys"]["ed25519"].as_string() != me.ed25519)
    throw Bad("it is for another device");
  if (!key_from(ed)) throw Bad("its sender's key is none");
  const auto& named = plain["sender_device_keys"];
  if (!named.is_null()) {
    const auto& id = named["device_id"].as_string();
    if (named["user_id"].as_string() != sender ||
        named["keys"]["curve25519:" + id].as_string() != sender_key ||
        named["keys"]["ed25519:" + id].as_string() != ed ||
        !is_signed(named, sender, "ed25519:" + id, ed))
      throw Bad("the device it names is not its own");
  }
  const auto known = store::row(
      db_, "SELECT user, ed25519 FROM devices WHERE curve25519=? AND is_gone=0", sender_key);
  if (known && known->text(0) == sender && known->text(1) == ed) return;
  if (known && (known->text(0) == sender || named.is_null()))
    throw Bad("its device belongs to somebody else");
  // Who can write with a key has it; whoever else has published it under his name has not.
  if (known) {
    store::run(db_, "UPDATE devices SET is_gone=1 WHERE curve25519=? AND user<>?", sender_key,
               sender);
    store::run(db_, "INSERT OR REPLACE INTO key_owners VALUES(?,?)", sender_key, sender);
  }
  mark_changed(sender);
}

Value Machine::claim_body(const std::vector<std::pair<std::string, std::string>>& devices) {
  auto users = Value::object();
  for (const auto& [user, device] : devices) {
    Value own = users[user].is_object() ? users[user] : Value::object();
    own.set(device, "signed_curve25519");
    users.set(user, own);
  }
  return Value::object({{"timeout", 10000}, {"one_time_keys", users}});
}

void Machine::take_claim(const std::vector<std::pair<std::string, std::string>>& asked,
                         const Value& answer, base::Time now) {
  const auto keys = account();
  for (const auto& [user, id] : asked) {
    const auto known = device(user, id);
    if (!known) continue;
    bool good = false;
    for (const auto& [name, key] : answer["one_time_keys"][user][id].members()) {
      if (!name.starts_with("signed_curve25519:") || !is_agreement_key(key["key"].as_string()) ||
          !is_signed(key, user, "ed25519:" + id, known->ed25519))
        continue;
      try {
        const auto session =
            ratchet::Session::outbound(keys, known->curve25519, key["key"].as_string());
        store::run(db_, "INSERT OR IGNORE INTO olm_sessions VALUES(?,?,?,?,0,0)", known->curve25519,
                   session.id(), session.pickle(pickle_key()), base::to_ms(now));
        good = true;
      } catch (const ratchet::Failure& e) {
        base::log::info("matrix", "no session with device {} of {}: {}", id, user, e.what());
      }
    }
    if (good) continue;
    const bool is_news =
        store::run(db_,
                   "UPDATE devices SET is_told_no_olm=1 WHERE user=? AND device=? AND "
                   "is_told_no_olm=0",
                   user, id) > 0;
    store::run(db_, "UPDATE devices SET not_before=? WHERE user=? AND device=?",
               base::to_ms(now + alone), user, id);
    if (is_news)
      send_clear(user, id, "m.room_key.withheld",
                 Value::object({{"algorithm", "m.megolm.v1.aes-sha2"},
                                {"sender_key", own().curve25519},
                                {"from_device", own().device},
                                {"code", "m.no_olm"},
                                {"reason", "The device has given no key to begin with."}}));
  }
}

std::vector<std::pair<std::string, std::string>> Machine::wedged(base::Time now) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& row : store::rows(
           db_, "SELECT user, device FROM devices WHERE wedged=1 AND is_gone=0 AND unwedged_at<?",
           base::to_ms(now - unwedge_every))) {
    store::run(db_, "UPDATE devices SET unwedged_at=? WHERE user=? AND device=?", base::to_ms(now),
               row.text(0), row.text(1));
    out.emplace_back(row.text(0), row.text(1));
  }
  return out;
}

bool Machine::has_session(const Device& device) {
  return store::row(db_, "SELECT 1 FROM olm_sessions WHERE sender_key=? AND is_spent=0",
                    device.curve25519)
      .has_value();
}

/// The session that last received something, else the newest.
Value Machine::olm_content(const Device& to, const std::string& type, const Value& content,
                           base::Time) {
  const auto row =
      store::row(db_,
                 "SELECT session, pickle FROM olm_sessions WHERE sender_key=? AND is_spent=0 "
                 "ORDER BY max(received_at, created_at) DESC, created_at DESC, session LIMIT 1",
                 to.curve25519);
  const auto me = own();
  const auto plain = Value::object({{"type", type},
                                    {"content", content},
                                    {"sender", me.user},
                                    {"recipient", to.user},
                                    {"recipient_keys", Value::object({{"ed25519", to.ed25519}})},
                                    {"keys", Value::object({{"ed25519", me.ed25519}})},
                                    {"sender_device_keys", device_keys()}});
  auto session = ratchet::Session::unpickle(pickle_key(), row->text(1));
  const auto sealed = session.encrypt(json::dump(plain));
  store::run(db_, "UPDATE olm_sessions SET pickle=? WHERE sender_key=? AND session=?",
             session.pickle(pickle_key()), to.curve25519, row->text(0));
  moved();
  return Value::object(
      {{"algorithm", olm},
       {"sender_key", me.curve25519},
       {"ciphertext", Value::object({{to.curve25519, Value::object({{"type", sealed.type},
                                                                    {"body", sealed.body}})}})}});
}

bool Machine::send_to(const Device& to, const std::string& type, const Value& content,
                      base::Time now) {
  if (!has_session(to)) return false;
  put_parcel("m.room.encrypted", to.user, to.device, olm_content(to, type, content, now));
  return true;
}

void Machine::send_clear(const std::string& user, const std::string& device,
                         const std::string& type, const Value& content) {
  put_parcel(type, user, device, content);
}

void Machine::put_parcel(const std::string& type, const std::string& user,
                         const std::string& device, const Value& content) {
  const auto body =
      Value::object({{"messages", Value::object({{user, Value::object({{device, content}})}})}});
  store::run(db_, "INSERT INTO parcels(txn, type, body) VALUES(?,?,?)",
             "oc" + base::hex(crypto::random_bytes(12)), type, json::dump(body));
}

std::vector<Parcel> Machine::parcels(std::size_t most) {
  std::vector<Parcel> out;
  for (const auto& row : store::rows(db_, "SELECT txn, type, body FROM parcels ORDER BY id LIMIT ?",
                                     static_cast<std::int64_t>(most)))
    out.push_back({row.text(0), row.text(1), json::parse(row.text(2))});
  return out;
}

void Machine::parcel_sent(const std::string& txn) {
  store::run(db_, "DELETE FROM parcels WHERE txn=?", txn);
}

}  // namespace openclaw::e2ee
