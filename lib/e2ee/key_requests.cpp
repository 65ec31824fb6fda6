// SPDX-License-Identifier: MIT
// Room keys that are missing: asked for, given to whom they were meant for, kept back.
#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "e2ee/machine.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr const char* megolm = "m.megolm.v1.aes-sha2";
constexpr base::Millis lateness{5000};       // a key may just be on its way
constexpr base::Millis ask_for{86400000};    // then it does not come any more
constexpr base::Millis one_answer{3600000};  // to one device for one session
constexpr base::Millis kept_for{90LL * 86400000};

}  // namespace

void Machine::want_key(const std::string& room, const Value& event, base::Time now) {
  const auto& session = event["content"]["session_id"].as_string();
  const auto& sender = event["sender"].as_string();
  if (session.empty() || sender.empty()) return;
  store::run(db_, "INSERT OR IGNORE INTO key_requests VALUES(?,?,?,?,?,?,0)", room, session,
             base::hex(crypto::random_bytes(16)), sender,
             event["content"]["sender_key"].as_string(), base::to_ms(now));
}

/// room, session, request, sender
void Machine::ask_devices(const store::Row& request, const std::string& action) {
  auto content = Value::object({{"action", action},
                                {"request_id", request.text(2)},
                                {"requesting_device_id", own().device}});
  if (action == "request")
    content.set("body", Value::object({{"algorithm", megolm},
                                       {"room_id", request.text(0)},
                                       {"session_id", request.text(1)}}));
  send_clear(request.text(3), "*", "m.room_key_request", content);
  if (request.text(3) != own().user && devices(own().user).size() > 1)
    send_clear(own().user, "*", "m.room_key_request", content);
}

void Machine::ask_for_keys(base::Time now) {
  for (const auto& row : store::rows(
           db_,
           "SELECT room, session, request, sender, sender_key FROM key_requests WHERE is_sent=0 "
           "AND at<?",
           base::to_ms(now - lateness))) {
    ask_devices(row, "request");
    store::run(db_, "UPDATE devices SET wedged=1 WHERE user=? AND curve25519=?", row.text(3),
               row.text(4));
    store::run(db_, "UPDATE key_requests SET is_sent=1 WHERE room=? AND session=?", row.text(0),
               row.text(1));
  }
  store::run(db_, "DELETE FROM key_requests WHERE at<?", base::to_ms(now - ask_for));
}

void Machine::close_request(const std::string& room, const std::string& session) {
  store::run(db_, "DELETE FROM withheld WHERE room=? AND session=?", room, session);
  const auto row = store::row(
      db_,
      "SELECT room, session, request, sender, is_sent FROM key_requests WHERE room=? AND session=?",
      room, session);
  if (!row) return;
  if (row->integer(4) != 0) ask_devices(*row, "request_cancellation");
  store::run(db_, "DELETE FROM key_requests WHERE room=? AND session=?", room, session);
}

/// Only what was asked for, from our own signed devices or from the session's own maker. It makes
/// text readable and is never believed.
void Machine::take_forwarded(const Value& plain, const std::string& sender_key) {
  const auto& content = plain["content"];
  const auto& room = content["room_id"].as_string();
  const auto& session = content["session_id"].as_string();
  const auto& sender = plain["sender"].as_string();
  const auto asked =
      store::row(db_, "SELECT sender FROM key_requests WHERE room=? AND session=? AND is_sent=1",
                 room, session);
  if (!asked) throw base::Error("a room key that nobody asked for");
  const bool is_maker = asked->text(0) == sender && content["sender_key"].as_string() == sender_key;
  const bool is_ours =
      sender == own().user && has_own_identity() &&
      store::row(db_,
                 "SELECT 1 FROM devices WHERE user=? AND curve25519=? AND is_signed=1 AND "
                 "is_gone=0",
                 sender, sender_key);
  if (content["algorithm"].as_string() != megolm || (!is_maker && !is_ours))
    throw base::Error("a room key from somebody who did not make it");
  import(room, session, content["session_key"].as_string(), content["sender_key"].as_string(),
         "forwarded");
}

void Machine::take_withheld(const std::string& sender, const Value& content, base::Time now) {
  const auto& code = content["code"].as_string();
  const auto& sender_key = content["sender_key"].as_string();
  if (code == "m.no_olm") {
    // It could not begin with us: we begin, as with one whose messages cannot be read.
    store::run(db_, "UPDATE devices SET wedged=1 WHERE curve25519=? AND user=?", sender_key,
               sender);
    return;
  }
  const auto& room = content["room_id"].as_string();
  const auto& session = content["session_id"].as_string();
  if (content["algorithm"].as_string() != megolm || room.empty() || session.empty()) return;
  store::run(db_, "INSERT OR REPLACE INTO withheld VALUES(?,?,?,?,?)", room, session, sender,
             std::string(base::prefix_bytes(code, 64)), base::to_ms(now));
  constexpr int most_withheld = 10000;
  store::run(db_,
             "DELETE FROM withheld WHERE rowid IN (SELECT rowid FROM withheld ORDER BY at DESC "
             "LIMIT -1 OFFSET ?)",
             most_withheld);
}

/// Answered where the session was given to that very device, from where it was given; our own
/// signed devices get all. Else silence.
void Machine::take_key_request(const std::string& sender, const Value& content, base::Time now) {
  const auto& body = content["body"];
  if (content["action"].as_string() != "request" || body["algorithm"].as_string() != megolm) return;
  const auto& room = body["room_id"].as_string();
  const auto& session = body["session_id"].as_string();
  const auto me = own();
  const auto to = device(sender, content["requesting_device_id"].as_string());
  if (!to || (sender == me.user && to->device == me.device) || !has_session(*to)) return;
  const auto kept = store::row(
      db_,
      "SELECT pickle, sender_key, ed25519, first_index FROM room_keys WHERE room=? AND session=? "
      "ORDER BY source='own' DESC, user<>'' DESC, first_index LIMIT 1",
      room, session);
  if (!kept) return;
  std::int64_t from = kept->integer(3);
  if (sender != me.user || !to->is_signed || !has_own_identity()) {
    const auto shared = store::row(
        db_,
        "SELECT number FROM shares WHERE session=? AND user=? AND device=? AND curve25519=? AND "
        "number>=0",
        session, to->user, to->device, to->curve25519);
    if (!shared) return;
    from = std::max(from, shared->integer(0));
  }
  const auto last =
      store::row(db_, "SELECT at FROM key_answers WHERE session=? AND user=? AND device=?", session,
                 to->user, to->device);
  if (last && base::from_ms(last->integer(0)) + one_answer > now) return;
  store::run(db_, "INSERT OR REPLACE INTO key_answers VALUES(?,?,?,?)", session, to->user,
             to->device, base::to_ms(now));
  const auto key = ratchet::InboundGroup::unpickle(pickle_key(), kept->text(0));
  send_to(*to, "m.forwarded_room_key",
          Value::object({{"algorithm", megolm},
                         {"room_id", room},
                         {"session_id", session},
                         {"session_key", key.export_at(static_cast<std::uint32_t>(from))},
                         {"sender_key", kept->text(1)},
                         {"sender_claimed_ed25519_key", kept->text(2)},
                         {"forwarding_curve25519_key_chain", Value::array()}}),
          now);
}

void Machine::forget_old_keys(base::Time now) {
  store::run(db_, "UPDATE room_keys SET at=? WHERE at=0", base::to_ms(now));
  store::run(db_,
             "DELETE FROM room_keys WHERE at<? AND session NOT IN (SELECT session FROM "
             "own_room_keys WHERE is_spent=0)",
             base::to_ms(now - kept_for));
  // Without its key nothing of a session can be played back.
  store::run(db_, "DELETE FROM room_key_uses WHERE session NOT IN (SELECT session FROM room_keys)");
  store::run(db_, "DELETE FROM key_answers WHERE at<?", base::to_ms(now - one_answer));
}

}  // namespace openclaw::e2ee
