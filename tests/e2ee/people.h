// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/curve.h"
#include "crypto/digest.h"
#include "e2ee/machine.h"
#include "e2ee/signing.h"
#include "support/temp_dir.h"

/// The bot's Machine and, around it, devices of others whose private keys are all at hand: they
/// can say anything, rightly or not.
namespace openclaw::e2ee {

inline const base::Time noon = base::from_ms(1'800'000'000'000);
inline constexpr const char* room_a = "!a:ex";
inline constexpr const char* room_b = "!b:ex";

/// The value with one member, however deep, set to something else; null removes it.
inline json::Value with(json::Value value, const std::vector<std::string>& path, json::Value to) {
  if (path.size() > 1) to = with(value[path[0]], {path.begin() + 1, path.end()}, std::move(to));
  if (to.is_null())
    value.erase(path[0]);
  else
    value.set(path[0], std::move(to));
  return value;
}

/// The text with the letter in its middle changed.
inline std::string flipped(std::string text) {
  char& letter = text[text.size() / 2];
  letter = letter == 'A' ? 'B' : 'A';
  return text;
}

/// Curve25519 keys with which every secret is known to all.
inline std::vector<std::string> low_order_keys() {
  std::vector<std::string> out;
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"})
    out.push_back(base64(base::from_hex(hex).value()));
  return out;
}

/// One user's identity: its two seeds and what is published of them.
struct Identity {
  explicit Identity(std::string of)
      : user(std::move(of)),
        master_seed(crypto::random_bytes(32)),
        signing_seed(crypto::random_bytes(32)) {}

  static std::string public_of(const std::string& seed) {
    return base64(crypto::ed25519_public(seed));
  }
  static json::Value key(const std::string& user, const char* usage, const std::string& seed) {
    const auto shown = public_of(seed);
    return json::Value::object({{"user_id", user},
                                {"usage", json::Value::array({usage})},
                                {"keys", json::Value::object({{"ed25519:" + shown, shown}})}});
  }
  json::Value master() const { return key(user, "master", master_seed); }
  json::Value self_signing() const {
    auto out = key(user, "self_signing", signing_seed);
    sign(out, user, "ed25519:" + public_of(master_seed), master_seed);
    return out;
  }
  json::Value signs(json::Value keys) const {
    sign(keys, user, "ed25519:" + public_of(signing_seed), signing_seed);
    return keys;
  }

  std::string user, master_seed, signing_seed;
};

/// A device of somebody.
class Peer {
 public:
  Peer(std::string of, std::string called)
      : user(std::move(of)),
        device(std::move(called)),
        account(ratchet::Account::create()),
        group(ratchet::OutboundGroup::create()) {}

  std::string curve() const { return account.curve25519(); }
  std::string ed() const { return account.ed25519(); }

  /// As uploaded: signed by the device, by nobody else.
  json::Value keys() const { return self_signed(bare_keys()); }
  json::Value bare_keys() const {
    return json::Value::object(
        {{"user_id", user},
         {"device_id", device},
         {"algorithms",
          json::Value::array({"m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"})},
         {"keys",
          json::Value::object({{"curve25519:" + device, curve()}, {"ed25519:" + device, ed()}})}});
  }
  /// Signed by this device under its name, or another one.
  json::Value self_signed(json::Value object, const std::string& as_user = {},
                          const std::string& as_device = {}) const {
    add_signature(object, as_user.empty() ? user : as_user,
                  "ed25519:" + (as_device.empty() ? device : as_device),
                  account.sign(signed_part(object)));
    return object;
  }
  json::Value one_time_key() {
    account.generate_one_time_keys(1);
    const auto key = account.one_time_keys().at(0);
    account.mark_published();
    return self_signed(json::Value::object({{"key", key.key}}));
  }

  /// A payload for `to` in which everything is right.
  json::Value payload(const OwnDevice& to, const std::string& type, json::Value content) const {
    return json::Value::object({{"type", type},
                                {"content", std::move(content)},
                                {"sender", user},
                                {"recipient", to.user},
                                {"recipient_keys", json::Value::object({{"ed25519", to.ed25519}})},
                                {"keys", json::Value::object({{"ed25519", ed()}})},
                                {"sender_device_keys", keys()}});
  }
  /// That payload, or any other text, as a to-device event.
  json::Value wrap(const OwnDevice& to, const json::Value& plain) {
    const auto sealed = olm->encrypt(json::dump(plain));
    return json::Value::object(
        {{"type", "m.room.encrypted"},
         {"sender", user},
         {"content",
          json::Value::object(
              {{"algorithm", "m.olm.v1.curve25519-aes-sha2"},
               {"sender_key", curve()},
               {"ciphertext",
                json::Value::object(
                    {{to.curve25519,
                      json::Value::object({{"type", sealed.type}, {"body", sealed.body}})}})}})}});
  }

  /// m.room_key for its session from the current index on.
  json::Value room_key(const std::string& room) const {
    return json::Value::object({{"algorithm", "m.megolm.v1.aes-sha2"},
                                {"room_id", room},
                                {"session_id", group.id()},
                                {"session_key", group.session_key()}});
  }
  /// An event of /sync; text is the payload's body.
  json::Value says(const std::string& room, const std::string& text) {
    return seals(json::Value::object(
        {{"type", "m.room.message"},
         {"content", json::Value::object({{"msgtype", "m.text"}, {"body", text}})},
         {"room_id", room}}));
  }
  json::Value seals(const json::Value& payload) {
    const auto number = std::to_string(group.index());
    return json::Value::object(
        {{"type", "m.room.encrypted"},
         {"sender", user},
         {"event_id", "$" + device + number},
         {"origin_server_ts", base::to_ms(noon)},
         {"content", json::Value::object({{"algorithm", "m.megolm.v1.aes-sha2"},
                                          {"ciphertext", group.encrypt(json::dump(payload))},
                                          {"session_id", group.id()},
                                          {"sender_key", curve()},
                                          {"device_id", device}})}});
  }

  std::string user, device;
  ratchet::Account account;
  ratchet::OutboundGroup group;
  std::optional<ratchet::Session> olm;  ///< to the bot
};

/// The bot knows alice, her identity and her signed device; mallory likewise.
class House : public testing::Test {
 protected:
  template <typename Work>
  auto in(Work work) {
    using Result = decltype(work());
    if constexpr (std::is_void_v<Result>) {
      db.transaction(work);
    } else {
      std::optional<Result> out;
      db.transaction([&] { out = work(); });
      return std::move(*out);
    }
  }

  House() {
    in([&] {
      bot.create_account("@bot:ex", "BOT");
      const auto upload = bot.keys_to_upload(noon).value();
      one_time_keys = upload["one_time_keys"];
      fallback_keys = upload["fallback_keys"];
      bot.keys_uploaded(json::Value::object(
          {{"one_time_key_counts", json::Value::object({{"signed_curve25519", 50}})}}));
      me = bot.own();
    });
    answer = json::Value::object({{"device_keys", json::Value::object()},
                                  {"master_keys", json::Value::object()},
                                  {"self_signing_keys", json::Value::object()}});
    publish(alice, alice_self);
    publish(mallory, mallory_self);
    learn();
    for (auto* peer : {&alice, &mallory}) meet(*peer);
  }

  /// Into the answer of /keys/query.
  void publish(const Peer& peer, const Identity& identity) {
    put(peer.user, peer.device, identity.signs(peer.keys()));
    show(peer.user, identity.master(), identity.self_signing());
  }
  void put(const std::string& user, const std::string& device, const json::Value& keys) {
    answer = with(answer, {"device_keys", user, device}, keys);
  }
  void show(const std::string& user, const json::Value& master, const json::Value& self_signing) {
    answer = with(answer, {"master_keys", user}, master);
    answer = with(answer, {"self_signing_keys", user}, self_signing);
  }
  /// The bot asks for everybody's devices anew.
  void learn() {
    in([&] {
      for (const auto& [user, devices] : answer["device_keys"].members()) bot.track(user);
      bot.mark_changed();
      bot.take_query(bot.query(noon), answer, noon);
    });
  }
  std::optional<Device> device(const Peer& peer) {
    return in([&] { return bot.device(peer.user, peer.device); });
  }
  bool is_trusted(const Peer& peer) {
    const auto found = device(peer);
    return found && found->ed25519 == peer.ed() && found->curve25519 == peer.curve() &&
           found->is_signed;
  }
  bool has_changed(const std::string& user) {
    bool changed = false;
    in([&] { bot.master_key(user, &changed); });
    return changed;
  }

  /// An Olm session from the peer to the bot.
  void meet(Peer& peer) {
    const auto& keys = one_time_keys.members();
    const auto& key = keys.at(used_keys++).second["key"].as_string();
    peer.olm = ratchet::Session::outbound(peer.account, me.curve25519, key);
  }
  std::vector<ToDevice> deliver(const json::Value& event) {
    return in([&] { return bot.take_to_device(json::Value::array({event}), noon); });
  }
  /// Whether something comes out of it.
  bool is_heard(const json::Value& event) { return !deliver(event).empty(); }
  void give_key(Peer& from, const json::Value& content) {
    deliver(from.wrap(me, from.payload(me, "m.room_key", content)));
  }
  void give_key(Peer& from, const char* room = room_a) { give_key(from, from.room_key(room)); }

  /// "" = trusted; "readable: …" = opened, and why it is not trusted; else why it is refused.
  std::string read(const std::string& room, const json::Value& event) {
    return in([&]() -> std::string {
      try {
        const auto opened = bot.open(room, event);
        return opened.is_trusted ? "" : "readable: " + opened.why_not;
      } catch (const Unreadable& e) {
        return e.what();
      }
    });
  }
  bool import(const std::string& room, const std::string& session, const std::string& exported,
              const Peer& maker) {
    return in([&] { return bot.import(room, session, exported, maker.curve(), "backup"); });
  }
  /// A peer's session as a backup holds it, from the given index on.
  static std::string exported(const std::string& session_key, std::uint32_t index) {
    return ratchet::InboundGroup::from_session_key(session_key).export_at(index);
  }

  test::TempDir folder;
  store::Database db{folder.file("matrix.db"), store::Database::Access::read_write, migrations()};
  base::Secret store_key{std::string(32, 'k')};
  Machine bot{db, store_key};
  OwnDevice me;
  json::Value one_time_keys, fallback_keys, answer;
  std::size_t used_keys = 0;
  Identity alice_self{"@alice:ex"}, mallory_self{"@mallory:ex"};
  Peer alice{"@alice:ex", "ALICE"}, mallory{"@mallory:ex", "MALLORY"};
};

}  // namespace openclaw::e2ee
