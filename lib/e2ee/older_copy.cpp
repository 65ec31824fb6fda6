// SPDX-License-Identifier: MIT
// The database may be put back from an older copy. What that copy would send again was used up.
#include "base/error.h"
#include "crypto/curve.h"
#include "e2ee/machine.h"
#include "e2ee/signing.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr int keys_at_once = 50, first_skip = 1000;  // one-time keys of a lost time
constexpr int most_skip = 64000;

}  // namespace

void Machine::moved() {
  store::run(db_,
             "INSERT INTO notes VALUES('moves', '1') ON CONFLICT(name) DO UPDATE SET "
             "value=CAST(value AS INTEGER)+1");
}

std::int64_t Machine::moves() { return std::strtoll(note("moves").c_str(), nullptr, 10); }

void Machine::start_over(std::int64_t seen) {
  store::run(db_, "UPDATE own_room_keys SET is_spent=1");
  store::run(db_, "UPDATE olm_sessions SET is_spent=1");
  store::run(db_, "DELETE FROM upload");
  store::run(db_, "UPDATE account SET one_time_keys=0, has_fallback=0");
  mark_changed();
  // The server has keys under the names that would come next: further on, and further yet when that
  // was not enough.
  const auto last = note("skip");
  const int skip = last.empty() ? first_skip : std::min(std::atoi(last.c_str()) * 4, most_skip);
  set_note("skip", std::to_string(skip));
  auto keys = account();
  for (int i = 0; i < skip; i += keys_at_once) {
    keys.generate_one_time_keys(keys_at_once);
    keys.mark_published();
  }
  save(keys);
  set_note("moves", std::to_string(std::max(seen, moves()) + 1));
}

bool Machine::is_ahead(const std::string& room, const Value& event) {
  const auto& content = event["content"];
  if (event["type"].as_string() != "m.room.encrypted" ||
      event["sender"].as_string() != own().user || content["device_id"].as_string() != own().device)
    return false;
  const auto& session = content["session_id"].as_string();
  const auto kept =
      store::row(db_, "SELECT pickle FROM room_keys WHERE room=? AND session=? AND user=?", room,
                 session, own().user);
  if (!kept) return true;
  const auto current = store::row(
      db_, "SELECT messages FROM own_room_keys WHERE room=? AND session=? AND is_spent=0", room,
      session);
  if (!current) return false;
  try {
    auto key = ratchet::InboundGroup::unpickle(pickle_key(), kept->text(0));
    return key.decrypt(content["ciphertext"].as_string()).index >= current->integer(0);
  } catch (const ratchet::Failure&) {
    return false;  // not ours, whatever it says
  }
}

void Machine::try_out() {
  const std::string text = "openclaw";
  const auto group = [&] {
    auto out = ratchet::OutboundGroup::unpickle(
        pickle_key(), ratchet::OutboundGroup::create().pickle(pickle_key()));
    auto in = ratchet::InboundGroup::unpickle(
        pickle_key(),
        ratchet::InboundGroup::from_session_key(out.session_key()).pickle(pickle_key()));
    return in.decrypt(out.encrypt(text)).text == text;
  };
  const auto signature = [&] {
    auto object = Value::object({{"text", text}});
    add_signature(object, own().user, "ed25519:" + own().device,
                  account().sign(signed_part(object)));
    return is_signed(object, own().user, "ed25519:" + own().device, own().ed25519);
  };
  if (!group() || !signature())
    throw base::ConfigError("encryption does not work here: what was sealed cannot be opened");
}

}  // namespace openclaw::e2ee
