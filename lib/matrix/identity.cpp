// SPDX-License-Identifier: MIT
// Cross-signing of our own device, secret storage, and the backup of room keys.
#include "base/log.h"
#include "base/text.h"
#include "crypto/curve.h"
#include "crypto/digest.h"
#include "e2ee/secrets.h"
#include "e2ee/signing.h"
#include "json/parse.h"
#include "matrix/account.h"

namespace openclaw::matrix {
namespace {

using json::Value;

constexpr const char* backup_kind = "m.megolm_backup.v1.curve25519-aes-sha2";

const std::pair<const char*, const char*> stored_secrets[] = {
    {"master", "m.cross_signing.master"},
    {"self_signing", "m.cross_signing.self_signing"},
    {"user_signing", "m.cross_signing.user_signing"},
    {"backup", "m.megolm_backup.v1"}};

std::string public_of(const std::string& seed) {
  return e2ee::base64(crypto::ed25519_public(seed));
}

Value cross_signing_key(const std::string& user, const char* usage, const std::string& seed) {
  const auto key = public_of(seed);
  return Value::object({{"user_id", user},
                        {"usage", Value::array({usage})},
                        {"keys", Value::object({{"ed25519:" + key, key}})}});
}

}  // namespace

Value Account::account_data(const std::string& type) {
  try {
    return api_.call("GET",
                     client_v3 + "/user/" + part(login_.user) + "/account_data/" + part(type));
  } catch (const Rejected& e) {
    if (e.status() == 404) return {};
    throw;
  }
}

/// The server may want the password for that.
Value Account::with_password(const std::string& path, Value body) {
  try {
    return api_.call("POST", path, body);
  } catch (const Rejected& e) {
    if (e.status() != 401 || !login_.password) throw;
    body.set("auth", Value::object({{"type", "m.login.password"},
                                    {"identifier",
                                     Value::object({{"type", "m.id.user"}, {"user", login_.user}})},
                                    {"password", std::string(login_.password->reveal())},
                                    {"session", e.body()["session"].as_string()}}));
    return api_.call("POST", path, body);
  }
}

std::string Account::settle_identity(base::Time now) {
  e2ee::OwnDevice me;
  db_.transaction([&] {
    me = machine_.own();
    machine_.track(me.user);
    machine_.mark_changed(me.user);
  });
  pump(now);
  std::string published, mine;
  bool ours_is_known = false, is_signed = false;
  db_.transaction([&] {
    published = machine_.master_key(me.user);
    if (const auto seed = machine_.secret("master")) mine = public_of(*seed);
    if (const auto device = machine_.device(me.user, me.device)) {
      ours_is_known = device->curve25519 == me.curve25519 && device->ed25519 == me.ed25519;
      is_signed = device->is_signed;
      if (!ours_is_known)
        throw base::ConfigError("the homeserver has other keys for this device than matrix.db",
                                "put back the right matrix.db, or begin with an empty one");
    } else {
      machine_.upload_again();
    }
  });
  if (!ours_is_known) pump(now);
  if (published.empty() && mine.empty()) {
    if (!account_data("m.secret_storage.default_key").is_null())
      return "the account has a secret storage and no identity; it is left alone";
    make_identity();
  } else if (published.empty()) {
    make_identity();  // it was made, and the upload was lost
  } else if (published != mine) {
    if (!recover_identity())
      return "the account has an identity that this device cannot sign with: give it the recovery "
             "key (matrix.recovery_key)";
    is_signed = false;
  }
  if (!is_signed) upload_signature();
  db_.transaction([&] { machine_.mark_changed(me.user); });
  pump(now);
  // Our own identity is the one whose seed is here, whatever the server says.
  db_.transaction([&] {
    if (machine_.has_own_identity()) machine_.accept_identity(me.user);
  });
  bool good = false;
  bool has_backup = false;
  db_.transaction([&] {
    const auto device = machine_.device(me.user, me.device);
    good = device && device->is_signed;
    has_backup = !machine_.note("backup").empty();
  });
  if (!has_backup) {
    make_backup();
    store_secrets();
  }
  return good ? std::string() : "this device is not signed by its identity";
}

std::string Account::reset_identity(base::Time now) {
  db_.transaction([&] {
    for (const auto* name : {"master", "self_signing", "user_signing", "backup"})
      machine_.forget_secret(name);
    machine_.set_note("backup", "");
  });
  make_identity(true);
  upload_signature();
  return settle_identity(now);
}

void Account::log_out() { api_.call("POST", client_v3 + "/logout", Value::object()); }

void Account::make_identity(bool replace) {
  Value master, self_signing, user_signing;
  db_.transaction([&] {
    for (const auto* name : {"master", "self_signing", "user_signing"})
      if (!machine_.secret(name)) machine_.keep_secret(name, crypto::random_bytes(32));
    const auto me = machine_.own();
    const auto seed = machine_.secret("master").value();
    master = cross_signing_key(me.user, "master", seed);
    self_signing =
        cross_signing_key(me.user, "self_signing", machine_.secret("self_signing").value());
    user_signing =
        cross_signing_key(me.user, "user_signing", machine_.secret("user_signing").value());
    e2ee::sign(self_signing, me.user, "ed25519:" + public_of(seed), seed);
    e2ee::sign(user_signing, me.user, "ed25519:" + public_of(seed), seed);
  });
  with_password(client_v3 + "/keys/device_signing/upload",
                Value::object({{"master_key", master},
                               {"self_signing_key", self_signing},
                               {"user_signing_key", user_signing}}));
  base::log::info("matrix", "made an identity for {}", login_.user);
  make_backup(replace);
  store_secrets();
}

/// The device signed by the self-signing key; a failure is in the body of a 200.
void Account::upload_signature() {
  Value keys;
  e2ee::OwnDevice me;
  db_.transaction([&] {
    me = machine_.own();
    keys = machine_.device_keys();
  });
  const auto answer = api_.call("POST", client_v3 + "/keys/signatures/upload",
                                Value::object({{me.user, Value::object({{me.device, keys}})}}));
  if (answer["failures"].size() > 0)
    base::log::warning("matrix", "the signature of this device was not taken: {}",
                       base::one_line(base::prefix_bytes(json::dump(answer["failures"]), 300)));
}

void Account::store_secrets() {
  if (!login_.recovery_key) {
    base::log::warning("matrix",
                       "no recovery key: when this machine is lost, so is the bot's identity "
                       "(openclaw matrix new-keys)");
    return;
  }
  const auto key = e2ee::from_recovery_key(login_.recovery_key->reveal());
  if (!key) throw base::ConfigError("matrix.recovery_key is no recovery key");
  const std::string id = "openclaw" + base::hex(crypto::view(crypto::sha256(*key))).substr(0, 16);
  const std::string own = client_v3 + "/user/" + part(login_.user) + "/account_data/";
  api_.call("PUT", own + part("m.secret_storage.key." + id), e2ee::key_description(*key));
  for (const auto& [name, type] : stored_secrets) {
    std::optional<std::string> secret;
    db_.transaction([&, &n = name] { secret = machine_.secret(n); });
    if (!secret) continue;
    api_.call(
        "PUT", own + part(type),
        Value::object(
            {{"encrypted",
              Value::object({{id, e2ee::encrypt_secret(*key, type, e2ee::base64(*secret))}})}}));
  }
  api_.call("PUT", own + part("m.secret_storage.default_key"), Value::object({{"key", id}}));
}

bool Account::recover_identity() {
  if (!login_.recovery_key) return false;
  const auto key = e2ee::from_recovery_key(login_.recovery_key->reveal());
  if (!key) throw base::ConfigError("matrix.recovery_key is no recovery key");
  const auto id = account_data("m.secret_storage.default_key")["key"].as_string();
  if (id.empty() || !e2ee::is_that_key(*key, account_data("m.secret_storage.key." + id)))
    return false;
  std::map<std::string, std::string> secrets;
  for (const auto& [name, type] : stored_secrets) {
    const auto sealed = account_data(type)["encrypted"][id];
    const auto text = e2ee::decrypt_secret(*key, type, sealed);
    const auto bytes = text ? e2ee::from_base64(*text) : std::nullopt;
    if (bytes && bytes->size() == 32) secrets[name] = *bytes;
  }
  bool fits = false;
  db_.transaction([&] {
    const auto me = machine_.own();
    fits = secrets.contains("master") && secrets.contains("self_signing") &&
           public_of(secrets["master"]) == machine_.master_key(me.user) &&
           public_of(secrets["self_signing"]) == machine_.self_signing_key(me.user);
    if (!fits) return;
    for (const auto& [name, value] : secrets) machine_.keep_secret(name, value);
  });
  if (!fits) return false;
  base::log::info("matrix", "the identity of {} was taken back with the recovery key", login_.user);
  const auto restored = restore_backup();
  if (restored > 0) base::log::info("matrix", "{} room keys came from the backup", restored);
  return true;
}

void Account::make_backup(bool replace) {
  std::string key;
  db_.transaction([&] { key = machine_.secret("backup").value_or(""); });
  Value version;
  try {
    version = api_.call("GET", client_v3 + "/room_keys/version");
  } catch (const Rejected& e) {
    if (e.status() != 404) throw;
  }
  const auto ours = [&] { return e2ee::base64(crypto::x25519_public(key)); };
  if (!version.is_null()) {
    const bool is_ours = !key.empty() && version["auth_data"]["public_key"].as_string() == ours();
    if (is_ours)
      db_.transaction([&] { machine_.set_note("backup", version["version"].as_string()); });
    if (is_ours || !replace) return;  // somebody else's backup is left alone
  }
  if (key.empty()) {
    key = crypto::random_bytes(32);
    db_.transaction([&] { machine_.keep_secret("backup", key); });
  }
  auto auth = Value::object({{"public_key", ours()}});
  db_.transaction([&] {
    const auto me = machine_.own();
    if (const auto seed = machine_.secret("master"))
      e2ee::sign(auth, me.user, "ed25519:" + public_of(*seed), *seed);
  });
  const auto made = api_.call("POST", client_v3 + "/room_keys/version",
                              Value::object({{"algorithm", backup_kind}, {"auth_data", auth}}));
  db_.transaction([&] {
    machine_.set_note("backup", made["version"].as_string());
    machine_.back_up_again();
  });
}

void Account::back_up() {
  std::string version, key;
  std::vector<e2ee::Machine::Kept> kept;
  db_.transaction([&] {
    version = machine_.note("backup");
    key = machine_.secret("backup").value_or("");
    if (!version.empty() && !key.empty()) kept = machine_.not_backed_up();
  });
  if (kept.empty()) return;
  auto rooms = Value::object();
  for (const auto& one : kept) {
    Value room = rooms[one.room].is_object() ? rooms[one.room]
                                             : Value::object({{"sessions", Value::object()}});
    Value sessions = room["sessions"];
    sessions.set(
        one.session,
        Value::object({{"first_message_index", std::int64_t{one.first_index}},
                       {"forwarded_count", 0},
                       {"is_verified", false},
                       {"session_data", e2ee::encrypt_for_backup(crypto::x25519_public(key),
                                                                 json::dump(one.data))}}));
    room.set("sessions", sessions);
    rooms.set(one.room, room);
  }
  try {
    api_.call("PUT", client_v3 + "/room_keys/keys?version=" + part(version),
              Value::object({{"rooms", rooms}}));
    db_.transaction([&] { machine_.backed_up(kept); });
  } catch (const Rejected& e) {
    if (e.errcode() != "M_WRONG_ROOM_KEYS_VERSION") throw;
    base::log::warning("matrix", "the backup of room keys was replaced by another one");
    db_.transaction([&] { machine_.set_note("backup", ""); });
  }
}

std::size_t Account::restore_backup() {
  std::string key;
  db_.transaction([&] { key = machine_.secret("backup").value_or(""); });
  if (key.empty()) return 0;
  Value version, all;
  try {
    version = api_.call("GET", client_v3 + "/room_keys/version");
    if (version["auth_data"]["public_key"].as_string() != e2ee::base64(crypto::x25519_public(key)))
      return 0;
    all = api_.call("GET",
                    client_v3 + "/room_keys/keys?version=" + part(version["version"].as_string()));
  } catch (const Rejected& e) {
    if (e.status() == 404) return 0;
    throw;
  }
  std::size_t taken = 0;
  db_.transaction([&] {
    machine_.set_note("backup", version["version"].as_string());
    std::vector<e2ee::Machine::Kept> kept;
    for (const auto& [room, content] : all["rooms"].members())
      for (const auto& [session, entry] : content["sessions"].members()) {
        const auto text = e2ee::decrypt_from_backup(key, entry["session_data"]);
        if (!text) continue;
        try {
          const auto data = json::parse(*text);
          if (machine_.import(room, session, data["session_key"].as_string(),
                              data["sender_key"].as_string(), "backup"))
            ++taken;
        } catch (const base::Error& e) {
          base::log::info("matrix", "a key of the backup is none: {}", base::describe(e));
        }
      }
  });
  return taken;
}

}  // namespace openclaw::matrix
