// SPDX-License-Identifier: MIT
// The device's own keys: made, uploaded, counted.
#include "base/error.h"
#include "crypto/curve.h"
#include "crypto/seal.h"
#include "e2ee/machine.h"
#include "e2ee/signing.h"
#include "json/parse.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

// libolm keeps a hundred and forgets the oldest: never more than these may be outstanding.
constexpr std::int64_t most_one_time_keys = 50;
constexpr std::int64_t few_one_time_keys = 25;
constexpr base::Millis fallback_age{7LL * 86400000};
constexpr base::Millis fallback_overlap{3600000};

}  // namespace

void Machine::check_key() {
  if (const auto sealed = store::row(db_, "SELECT sealed FROM secrets WHERE name='canary'")) {
    if (!crypto::unseal(key_.reveal(), "canary", sealed->text(0)))
      throw base::ConfigError("matrix.db was made with another store key",
                              "put back the credential that matrix.store_key names");
    return;
  }
  if (has_account()) throw base::ConfigError("matrix.db is damaged: its canary is gone");
  keep_secret("canary", "openclaw");
}

bool Machine::has_account() { return store::row(db_, "SELECT 1 FROM account").has_value(); }

void Machine::create_account(const std::string& user, const std::string& device) {
  const auto fresh = ratchet::Account::create();
  store::run(db_, "INSERT INTO account(id, user, device, pickle) VALUES(1,?,?,?)", user, device,
             fresh.pickle(pickle_key()));
  track(user);
}

ratchet::Account Machine::account() {
  const auto found = store::row(db_, "SELECT pickle FROM account");
  if (!found) throw base::Error("there is no account in matrix.db");
  return ratchet::Account::unpickle(pickle_key(), found->text(0));
}

void Machine::save(const ratchet::Account& account) {
  store::run(db_, "UPDATE account SET pickle=?", account.pickle(pickle_key()));
}

const OwnDevice& Machine::own() {
  if (own_) return *own_;
  const auto found = store::row(db_, "SELECT user, device FROM account");
  if (!found) throw base::Error("there is no account in matrix.db");
  const auto keys = account();
  own_ = OwnDevice{found->text(0), found->text(1), keys.curve25519(), keys.ed25519()};
  return *own_;
}

Value Machine::device_keys() {
  const auto me = own();
  auto keys = Value::object(
      {{"user_id", me.user},
       {"device_id", me.device},
       {"algorithms", Value::array({"m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"})},
       {"keys", Value::object({{"curve25519:" + me.device, me.curve25519},
                               {"ed25519:" + me.device, me.ed25519}})}});
  add_signature(keys, me.user, "ed25519:" + me.device, account().sign(signed_part(keys)));
  if (const auto seed = secret("self_signing"))
    sign(keys, me.user, "ed25519:" + base64(crypto::ed25519_public(*seed)), *seed);
  return keys;
}

std::optional<Value> Machine::keys_to_upload(base::Time now) {
  if (!store::row(db_, "SELECT 1 FROM upload")) make_upload(now);
  const auto body = store::row(db_, "SELECT body FROM upload");
  if (!body) return std::nullopt;
  return json::parse(body->text(0));
}

void Machine::make_upload(base::Time now) {
  const auto state =
      store::row(db_, "SELECT shared, one_time_keys, has_fallback, fallback_at FROM account");
  if (!state) return;
  const bool shared = state->integer(0) != 0;
  const bool few = state->integer(1) < few_one_time_keys;
  const base::Time fallback_at = base::from_ms(state->integer(3));
  const bool stale = state->integer(2) == 0 || fallback_at + fallback_age < now;
  auto keys = account();
  if (shared && !few && !stale) {
    if (fallback_at + fallback_overlap < now) {
      keys.forget_old_fallback_key();
      save(keys);
    }
    return;
  }
  const auto me = own();
  const auto signed_key = [&](const std::string& key, bool fallback) {
    auto object = Value::object({{"key", key}});
    if (fallback) object.set("fallback", true);
    add_signature(object, me.user, "ed25519:" + me.device, keys.sign(signed_part(object)));
    return object;
  };
  auto body = Value::object();
  if (!shared) body.set("device_keys", device_keys());
  if (few) {
    keys.generate_one_time_keys(static_cast<std::size_t>(most_one_time_keys - state->integer(1)));
    auto list = Value::object();
    for (const auto& [id, key] : keys.one_time_keys())
      list.set("signed_curve25519:" + id, signed_key(key, false));
    body.set("one_time_keys", list);
  }
  if (stale) {
    keys.generate_fallback_key();
    if (const auto key = keys.fallback_key())
      body.set("fallback_keys",
               Value::object({{"signed_curve25519:" + key->id, signed_key(key->key, true)}}));
    store::run(db_, "UPDATE account SET fallback_at=?", base::to_ms(now));
  }
  save(keys);
  moved();
  store::run(db_, "INSERT INTO upload VALUES(1,?)", json::dump(body));
}

void Machine::keys_uploaded(const Value& answer) {
  auto keys = account();
  keys.mark_published();
  save(keys);
  store::run(db_, "DELETE FROM upload");
  set_note("skip", "");
  store::run(db_, "UPDATE account SET shared=1, has_fallback=1, one_time_keys=?",
             answer["one_time_key_counts"]["signed_curve25519"].as_int());
}

void Machine::take_counts(const Value& sync) {
  if (store::row(db_, "SELECT 1 FROM upload")) return;  // older than what is being uploaded
  // A count that is not there is zero.
  bool has_fallback = false;
  for (const auto& type : sync["device_unused_fallback_key_types"].items())
    has_fallback |= type.as_string() == "signed_curve25519";
  const bool says = sync.contains("device_unused_fallback_key_types");
  store::run(
      db_,
      "UPDATE account SET one_time_keys=?, has_fallback=CASE WHEN ? THEN ? ELSE has_fallback END",
      sync["device_one_time_keys_count"]["signed_curve25519"].as_int(), says, has_fallback);
}

void Machine::upload_again() { store::run(db_, "UPDATE account SET shared=0"); }

std::optional<std::string> Machine::secret(const std::string& name) {
  const auto found = store::row(db_, "SELECT sealed FROM secrets WHERE name=?", name);
  if (!found) return std::nullopt;
  return crypto::unseal(key_.reveal(), name, found->text(0));
}

void Machine::keep_secret(const std::string& name, const std::string& value) {
  const auto sealed = crypto::seal(key_.reveal(), name, value);
  store::run(db_, "INSERT OR REPLACE INTO secrets VALUES(?,?)", name, store::Blob{sealed});
}

void Machine::forget_secret(const std::string& name) {
  store::run(db_, "DELETE FROM secrets WHERE name=?", name);
}

std::string Machine::note(const std::string& name) {
  const auto found = store::row(db_, "SELECT value FROM notes WHERE name=?", name);
  return found ? found->text(0) : std::string();
}

void Machine::set_note(const std::string& name, const std::string& value) {
  store::run(db_, "INSERT OR REPLACE INTO notes VALUES(?,?)", name, value);
}

}  // namespace openclaw::e2ee
