// SPDX-License-Identifier: MIT
// Megolm: what is said in rooms.
#include <algorithm>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/curve.h"
#include "e2ee/machine.h"
#include "e2ee/signing.h"
#include "json/parse.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr const char* megolm = "m.megolm.v1.aes-sha2";

bool agree(const ratchet::InboundGroup& a, const ratchet::InboundGroup& b) {
  const auto later = std::max(a.first_index(), b.first_index());
  return a.export_at(later) == b.export_at(later);
}

}  // namespace

bool Machine::has_own_identity() {
  const auto seed = secret("master");
  return seed && base64(crypto::ed25519_public(*seed)) == master_key(own().user);
}

Lacks Machine::prepare(const std::string& room, const RoomRules& rules, base::Time now) {
  Lacks out;
  for (const auto& user : rules.members) {
    track(user);
    const auto state = store::row(db_, "SELECT changed, failed_at FROM tracked WHERE user=?", user);
    // Whose server could not be asked just now is written to as far as it was known before.
    const bool is_away = base::from_ms(state->integer(1)) + base::Millis(3600000) > now;
    if (state->integer(0) > 0 && !is_away) out.users.push_back(user);
  }
  if (!out.users.empty()) return out;
  const auto key = pickle_key();
  auto known = store::row(
      db_, "SELECT session, pickle, created_at, messages, is_spent FROM own_room_keys WHERE room=?",
      room);
  const bool is_good =
      known && known->integer(4) == 0 &&
      known->integer(3) < std::clamp<std::int64_t>(rules.most_messages, 1, 10000) &&
      base::from_ms(known->integer(2)) + std::max(rules.oldest, base::Millis(3600000)) > now;
  if (!is_good) {
    const auto fresh = ratchet::OutboundGroup::create();
    store::run(db_, "INSERT OR REPLACE INTO own_room_keys VALUES(?,?,?,?,0,0)", room, fresh.id(),
               fresh.pickle(key), base::to_ms(now));
    // A reader's end of our own, from the beginning: for the backup and for those who ask.
    const auto me = own();
    keep_inbound(room, ratchet::InboundGroup::from_session_key(fresh.session_key()), me.curve25519,
                 me.ed25519, me.user, "own");
    known = store::row(db_, "SELECT session, pickle FROM own_room_keys WHERE room=?", room);
  }
  const auto session = ratchet::OutboundGroup::unpickle(key, known->text(1));
  const auto me = own();
  for (const auto& user : rules.members) {
    bool is_changed = false;
    const auto master = master_key(user, &is_changed);
    // Of our own other devices only those of the identity whose seed is here.
    if (user == me.user && !has_own_identity()) continue;
    for (const auto& device : devices(user)) {
      if (device.curve25519 == me.curve25519) continue;
      if (store::row(db_, "SELECT 1 FROM shares WHERE session=? AND user=? AND device=?",
                     session.id(), user, device.device))
        continue;
      if (!device.is_signed && (!rules.allow_unsigned || is_changed)) {
        withhold(room, session.id(), device);
      } else if (has_session(device)) {
        share(room, session, device, rules, now);
      } else {
        const auto wait = store::row(
            db_, "SELECT not_before FROM devices WHERE user=? AND device=?", user, device.device);
        if (wait->integer(0) <= base::to_ms(now)) out.claims.emplace_back(user, device.device);
      }
    }
  }
  return out;
}

void Machine::share(const std::string& room, const ratchet::OutboundGroup& session,
                    const Device& device, const RoomRules& rules, base::Time now) {
  auto content = Value::object({{"algorithm", megolm},
                                {"room_id", room},
                                {"session_id", session.id()},
                                {"session_key", session.session_key()},
                                {"shared_history", rules.shared_history},
                                {"org.matrix.msc3061.shared_history", rules.shared_history}});
  put_parcel("m.room.encrypted", device.user, device.device,
             olm_content(device, "m.room_key", content, now));
  store::run(db_, "INSERT INTO shares VALUES(?,?,?,?,?)", session.id(), device.user, device.device,
             device.curve25519, static_cast<std::int64_t>(session.index()));
}

/// Told once that it does not get the key, and why.
void Machine::withhold(const std::string& room, const std::string& session, const Device& device) {
  put_parcel("m.room_key.withheld", device.user, device.device,
             Value::object({{"algorithm", megolm},
                            {"room_id", room},
                            {"session_id", session},
                            {"sender_key", own().curve25519},
                            {"from_device", own().device},
                            {"code", "m.unverified"},
                            {"reason", "The device is not signed by its owner."}}));
  store::run(db_, "INSERT INTO shares VALUES(?,?,?,?,-1)", session, device.user, device.device,
             device.curve25519);
}

Value Machine::encrypt(const std::string& room, const std::string& type, const Value& content) {
  const auto key = pickle_key();
  const auto row =
      store::row(db_, "SELECT pickle FROM own_room_keys WHERE room=? AND is_spent=0", room);
  if (!row) throw base::Error("the room's session is not ready");
  auto session = ratchet::OutboundGroup::unpickle(key, row->text(0));
  Value inside = content;
  // What relates an event to others is for the server too, and counts only outside.
  const Value relates = content["m.relates_to"];
  inside.erase("m.relates_to");
  const auto plain = Value::object({{"type", type}, {"content", inside}, {"room_id", room}});
  const auto ciphertext = session.encrypt(json::dump(plain));
  store::run(db_, "UPDATE own_room_keys SET pickle=?, messages=messages+1 WHERE room=?",
             session.pickle(key), room);
  moved();
  const auto me = own();
  auto out = Value::object({{"algorithm", megolm},
                            {"ciphertext", ciphertext},
                            {"session_id", session.id()},
                            {"sender_key", me.curve25519},
                            {"device_id", me.device}});
  if (!relates.is_null()) out.set("m.relates_to", relates);
  base::failpoint("room message encrypted");
  return out;
}

void Machine::rotate(const std::string& room) {
  store::run(db_, "UPDATE own_room_keys SET is_spent=1 WHERE room=?", room);
}

std::string Machine::why_missing(const std::string& room, const std::string& session,
                                 const std::string& sender) {
  const auto row =
      store::row(db_, "SELECT code FROM withheld WHERE room=? AND session=? AND sender=?", room,
                 session, sender);
  if (!row) return "its key has not come";
  return row->text(0) == "m.unverified"
             ? "its sender gives no key to a bot that it takes for unverified"
             : "its sender keeps its key back";
}

ratchet::InboundGroup::Plain Machine::decrypt(const std::string& pickle, const std::string& body) {
  if (!read_) return ratchet::InboundGroup::unpickle(pickle_key(), pickle).decrypt(body);
  auto session = read_->find(pickle);
  if (session == read_->end())
    session = read_->emplace(pickle, ratchet::InboundGroup::unpickle(pickle_key(), pickle)).first;
  return session->second.decrypt(body);
}

Opened Machine::open(const std::string& room, const Value& event) {
  const auto& content = event["content"];
  const auto& id = content["session_id"].as_string();
  if (content["algorithm"].as_string() != megolm || !from_base64(content["ciphertext"].as_string()))
    throw Unreadable("it is encrypted in a way that is not known here", false);
  const auto& sender = event["sender"].as_string();
  // What its sender gave, then what others gave of it: that is readable, never believed.
  const auto kept = store::rows(
      db_,
      "SELECT pickle, sender_key, ed25519, user, source FROM room_keys WHERE room=? AND session=? "
      "AND user IN (?,'') ORDER BY user DESC",
      room, id, sender);
  if (kept.empty()) {
    if (store::row(db_, "SELECT 1 FROM room_keys WHERE room=? AND session=?", room, id))
      throw Unreadable("its key belongs to somebody else", false);
    throw Unreadable(why_missing(room, id, sender), true);
  }
  ratchet::InboundGroup::Plain plain;
  const store::Row* row = nullptr;
  std::string why;
  for (const auto& one : kept) {
    try {
      plain = decrypt(one.text(0), content["ciphertext"].as_string());
      row = &one;
      break;
    } catch (const ratchet::Failure& e) {
      if (why.empty()) why = e.what();
    }
  }
  if (!row) throw Unreadable(why, why.find("UNKNOWN_MESSAGE_INDEX") != std::string::npos);
  const auto& event_id = event["event_id"].as_string();
  const auto at = event["origin_server_ts"].as_int();
  const std::int64_t index = plain.index;
  Value inside;
  try {
    inside = json::parse(plain.text);
  } catch (const base::ProtocolError&) {
    throw Unreadable("there is no JSON in it", false);
  }
  if (inside["room_id"].as_string() != room)
    throw Unreadable("it was written for another room", false);
  Opened out;
  out.type = inside["type"].as_string();
  out.content = std::move(inside.member("content"));
  out.content.erase("m.relates_to");
  if (content.contains("m.relates_to")) out.content.set("m.relates_to", content["m.relates_to"]);
  out.session = id;
  if (store::run(db_, "INSERT OR IGNORE INTO room_key_uses VALUES(?,?,?,?,?)", id, index, event_id,
                 at, sender) == 0) {
    const auto used = store::row(
        db_, "SELECT event, at, sender FROM room_key_uses WHERE session=? AND number=?", id, index);
    if (used->text(0) != event_id || used->integer(1) != at || used->text(2) != sender)
      throw Unreadable("it is an earlier message, played back", false);
  }
  if (row->text(4) != "direct" && row->text(4) != "own") {
    out.why_not = copied_key;
    return out;
  }
  const auto device = store::row(
      db_, "SELECT user, ed25519, is_signed FROM devices WHERE curve25519=? AND is_gone=0",
      row->text(1));
  if (!device || device->text(0) != sender || device->text(1) != row->text(2))
    out.why_not = "its device is not known";
  else if (bool changed = false; master_key(sender, &changed), changed)
    out.why_not = "its owner's identity has changed";
  else if (device->integer(2) == 0)
    out.why_not = "its device is not signed by its owner";
  else
    out.is_trusted = true;
  return out;
}

void Machine::take_room_key(const Value& plain, const std::string& sender_key) {
  const auto& content = plain["content"];
  if (content["algorithm"].as_string() != megolm) throw base::Error("a room key of another kind");
  const auto session = ratchet::InboundGroup::from_session_key(content["session_key"].as_string());
  if (session.id() != content["session_id"].as_string())
    throw base::Error("a room key under another name");
  const auto& room = content["room_id"].as_string();
  if (room.empty()) throw base::Error("a room key for no room");
  keep_inbound(room, session, sender_key, plain["keys"]["ed25519"].as_string(),
               plain["sender"].as_string(), "direct");
}

bool Machine::import(const std::string& room, const std::string& session,
                     const std::string& exported, const std::string& sender_key,
                     const std::string& source) {
  const auto key = ratchet::InboundGroup::from_export(exported);
  if (key.id() != session || room.empty()) return false;
  return keep_inbound(room, key, sender_key, {}, {}, source);
}

/// Each who sends a key has a row of his own, and copies have one together. Of two keys of one row
/// that agree the one that reads further back stays.
bool Machine::keep_inbound(const std::string& room, const ratchet::InboundGroup& session,
                           const std::string& sender_key, const std::string& ed25519,
                           const std::string& user, const std::string& source) {
  const auto key = pickle_key();
  const auto known = store::row(
      db_,
      "SELECT pickle, sender_key, ed25519 FROM room_keys WHERE room=? AND session=? AND user=?",
      room, session.id(), user);
  // What came straight is signed by the session itself, so a copy that differs is none.
  const auto other = store::row(
      db_, "SELECT pickle, user FROM room_keys WHERE room=? AND session=? AND (user='')<>? LIMIT 1",
      room, session.id(), user.empty());
  if (other && !agree(ratchet::InboundGroup::unpickle(key, other->text(0)), session)) {
    base::log::warning("matrix", "a copy of a room key is another key, and is not used");
    if (user.empty()) return false;
    store::run(db_, "DELETE FROM room_keys WHERE room=? AND session=? AND user=''", room,
               session.id());
  }
  close_request(room, session.id());
  if (!known) {
    store::run(db_, "INSERT INTO room_keys VALUES(?,?,?,?,?,?,?,?,0,0)", room, session.id(),
               session.pickle(key), sender_key, ed25519, user, source,
               static_cast<std::int64_t>(session.first_index()));
    return true;
  }
  // Another device of its owner gives a copy only, and he did not ask for one.
  if (!user.empty() && (known->text(1) != sender_key || known->text(2) != ed25519)) return false;
  const auto old = ratchet::InboundGroup::unpickle(key, known->text(0));
  if (!agree(old, session)) {
    base::log::warning("matrix", "two different keys for one session, keeping the first");
    return false;
  }
  if (old.first_index() <= session.first_index()) return false;
  store::run(
      db_,
      "UPDATE room_keys SET pickle=?, first_index=?, is_backed_up=0 WHERE room=? AND session=? "
      "AND user=?",
      session.pickle(key), static_cast<std::int64_t>(session.first_index()), room, session.id(),
      user);
  return true;
}

std::vector<Machine::Kept> Machine::not_backed_up(std::size_t most) {
  std::vector<Kept> out;
  for (const auto& row : store::rows(
           db_,
           "SELECT room, session, pickle, sender_key, ed25519, first_index FROM room_keys WHERE "
           "is_backed_up=0 LIMIT ?",
           static_cast<std::int64_t>(most))) {
    const auto session = ratchet::InboundGroup::unpickle(pickle_key(), row.text(2));
    out.push_back(
        {row.text(0), row.text(1),
         Value::object({{"algorithm", megolm},
                        {"sender_key", row.text(3)},
                        {"session_key", session.export_at(session.first_index())},
                        {"sender_claimed_keys", Value::object({{"ed25519", row.text(4)}})},
                        {"forwarding_curve25519_key_chain", Value::array()}}),
         session.first_index()});
  }
  return out;
}

void Machine::backed_up(const std::vector<Kept>& kept) {
  for (const auto& one : kept)
    store::run(db_,
               "UPDATE room_keys SET is_backed_up=1 WHERE room=? AND session=? AND first_index=?",
               one.room, one.session, static_cast<std::int64_t>(one.first_index));
}

void Machine::back_up_again() { store::run(db_, "UPDATE room_keys SET is_backed_up=0"); }

}  // namespace openclaw::e2ee
