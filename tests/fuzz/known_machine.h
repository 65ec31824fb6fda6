// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include <unistd.h>

#include "base/log.h"
#include "e2ee/people.h"
#include "json/parse.h"

/// The bot's machine, which knows alice, has an Olm session and a room key of hers, and forgets
/// whatever an input does to it.
namespace openclaw::fuzz {

class KnownMachine {
 public:
  KnownMachine() {
    base::log::set_level(base::log::Level::error);
    const e2ee::Identity identity(alice.user);
    db.transaction([&] {
      machine.create_account("@bot:ex", "BOT");
      const auto upload = machine.keys_to_upload(now).value();
      machine.keys_uploaded(json::Value::object(
          {{"one_time_key_counts", json::Value::object({{"signed_curve25519", 50}})}}));
      machine.track(alice.user);
      machine.take_query(
          machine.query(now),
          json::Value::object(
              {{"device_keys",
                json::Value::object(
                    {{alice.user,
                      json::Value::object({{alice.device, identity.signs(alice.keys())}})}})},
               {"master_keys", json::Value::object({{alice.user, identity.master()}})},
               {"self_signing_keys",
                json::Value::object({{alice.user, identity.self_signing()}})}}),
          now);
      me = machine.own();
      const auto& one_time = upload["one_time_keys"].members().at(0).second["key"].as_string();
      alice.olm = ratchet::Session::outbound(alice.account, me.curve25519, one_time);
      machine.take_to_device(
          json::Value::array(
              {alice.wrap(me, alice.payload(me, "m.room_key", alice.room_key(e2ee::room_a)))}),
          now);
    });
    session_ = alice.olm->pickle(pickling);
    group_ = alice.group.pickle(pickling);
  }

  /// Alice as she was, whatever an earlier input made her say.
  e2ee::Peer& fresh_alice() {
    alice.olm = ratchet::Session::unpickle(pickling, session_);
    alice.group = ratchet::OutboundGroup::unpickle(pickling, group_);
    return alice;
  }

  /// Inside a transaction that is taken back. What is refused is thrown, which is well.
  template <typename Work>
  void attempt(Work work) {
    struct Back {};
    try {
      db.transaction([&] {
        try {
          work();
        } catch (const base::Error&) {
        }
        throw Back{};
      });
    } catch (const Back&) {
    }
  }

 private:
  static store::Database open() {
    const std::string file = "/tmp/openclaw-fuzz-" + std::to_string(::getpid()) + ".db";
    ::unlink(file.c_str());
    store::Database made(file, store::Database::Access::read_write, e2ee::migrations());
    ::unlink(file.c_str());
    return made;
  }
  static constexpr std::string_view pickling = "0123456789abcdef0123456789abcdef";
  std::string session_, group_;

 public:
  store::Database db = open();
  const base::Secret key{std::string(32, 'k')};
  e2ee::Machine machine{db, key};
  const base::Time now = e2ee::noon;
  e2ee::OwnDevice me;
  e2ee::Peer alice{"@alice:ex", "ALICE"};
};

inline KnownMachine& known() {
  static KnownMachine one;
  return one;
}

/// null where it is no JSON.
inline json::Value parsed(std::string_view text) {
  try {
    return json::parse(text, {.max_depth = 1000});
  } catch (const base::Error&) {
    return {};
  }
}

}  // namespace openclaw::fuzz
