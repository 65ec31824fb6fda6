// SPDX-License-Identifier: MIT
// Whose devices there are, and which of them their owners have signed.
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "e2ee/machine.h"
#include "e2ee/signing.h"
#include "json/parse.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr base::Millis server_rest{60000};  // after a server could not be asked

/// The one key of a cross-signing object that names itself; empty = it is none.
std::string only_key(const Value& object, const std::string& user, const std::string& usage) {
  if (object["user_id"].as_string() != user || !object["keys"].is_object() ||
      object["keys"].size() != 1)
    return {};
  bool is_for = false;
  for (const auto& use : object["usage"].items()) is_for |= use.as_string() == usage;
  const auto& [id, key] = object["keys"].members().front();
  return is_for && id == "ed25519:" + key.as_string() && key_from(key.as_string()) ? key.as_string()
                                                                                   : std::string();
}

}  // namespace

/// Grows for ever: a change during a query has a greater number than the query.
std::int64_t Machine::next_change() {
  const auto last = note("changes");
  const std::int64_t next = std::strtoll(last.c_str(), nullptr, 10) + 1;
  set_note("changes", std::to_string(next));
  return next;
}

void Machine::track(const std::string& user) {
  if (store::row(db_, "SELECT 1 FROM tracked WHERE user=?", user)) return;
  store::run(db_, "INSERT INTO tracked(user, changed) VALUES(?,?)", user, next_change());
}

void Machine::untrack(const std::string& user) {
  store::run(db_, "DELETE FROM tracked WHERE user=?", user);
}

void Machine::mark_changed(const std::string& user) {
  if (user.empty())
    store::run(db_, "UPDATE tracked SET changed=?", next_change());
  else
    store::run(db_, "UPDATE tracked SET changed=? WHERE user=?", next_change(), user);
}

Machine::Query Machine::query(base::Time now, std::size_t most) {
  Query out;
  out.number = std::strtoll(note("changes").c_str(), nullptr, 10);
  for (const auto& row : store::rows(
           db_, "SELECT user FROM tracked WHERE changed>0 AND failed_at<? ORDER BY user LIMIT ?",
           base::to_ms(now - server_rest), static_cast<std::int64_t>(most)))
    out.users.push_back(row.text(0));
  return out;
}

void Machine::take_query(const Query& asked, const Value& answer, base::Time now) {
  for (const auto& user : asked.users) {
    // A server that could not be asked: the old list stays, and the user is asked for again.
    const auto colon = user.find(':');
    const bool failed =
        colon != std::string::npos && answer["failures"].contains(user.substr(colon + 1));
    if (failed) {
      store::run(db_, "UPDATE tracked SET failed_at=? WHERE user=?", base::to_ms(now), user);
      continue;
    }
    take_identity(user, answer["master_keys"][user], answer["self_signing_keys"][user]);
    std::set<std::string> present;
    for (const auto& [id, keys] : answer["device_keys"][user].members()) {
      take_device(user, id, keys);
      present.insert(id);
    }
    for (const auto& device : devices(user))
      if (!present.contains(device.device)) {
        store::run(db_, "UPDATE devices SET is_gone=1 WHERE user=? AND device=?", user,
                   device.device);
        // Whoever had the key goes on reading otherwise.
        store::run(db_,
                   "UPDATE own_room_keys SET is_spent=1 WHERE session IN (SELECT session FROM "
                   "shares WHERE user=? AND device=?)",
                   user, device.device);
      }
    judge_devices(user);
    store::run(db_, "UPDATE tracked SET changed=0 WHERE user=? AND changed<=?", user, asked.number);
  }
}

void Machine::take_device(const std::string& user, const std::string& id, const Value& keys) {
  const std::string curve = keys["keys"]["curve25519:" + id].as_string();
  const std::string ed = keys["keys"]["ed25519:" + id].as_string();
  const auto refuse = [&](const char* why) {
    base::log::warning("matrix", "device {} of {} is refused: {}", id, user, why);
  };
  if (keys["user_id"].as_string() != user || keys["device_id"].as_string() != id)
    return refuse("it names another user or device");
  if (!is_agreement_key(curve) || !key_from(ed)) return refuse("its keys are none");
  if (!is_signed(keys, user, "ed25519:" + id, ed)) return refuse("its signature does not hold");
  if (id == master_key(user) || id == self_signing_key(user))
    return refuse("it is called like an identity's key");
  const auto known =
      store::row(db_, "SELECT ed25519 FROM devices WHERE user=? AND device=?", user, id);
  if (known && known->text(0) != ed) return refuse("its key is another one than before");
  if (store::row(db_,
                 "SELECT 1 FROM devices WHERE curve25519=? AND NOT (user=? AND device=?) AND "
                 "is_gone=0",
                 curve, user, id))
    return refuse("another device has the same key");
  if (store::row(db_, "SELECT 1 FROM key_owners WHERE curve25519=? AND user<>?", curve, user))
    return refuse("somebody else has its key");
  store::run(db_,
             "INSERT INTO devices(user, device, curve25519, ed25519, keys) VALUES(?,?,?,?,?) ON "
             "CONFLICT(user, device) DO UPDATE SET curve25519=excluded.curve25519, "
             "keys=excluded.keys, is_gone=0",
             user, id, curve, ed, json::dump(keys));
}

void Machine::take_identity(const std::string& user, const Value& master,
                            const Value& self_signing) {
  const auto key = only_key(master, user, "master");
  if (key.empty()) {
    // None any more: what was signed by it is not signed now.
    store::run(db_, "UPDATE identities SET master='', self_signing='' WHERE user=?", user);
    return;
  }
  std::string signer = only_key(self_signing, user, "self_signing");
  if (!signer.empty() && !is_signed(self_signing, user, "ed25519:" + key, key)) signer.clear();
  store::run(db_,
             "INSERT INTO identities VALUES(?,?,?,?) ON CONFLICT(user) DO UPDATE SET "
             "master=excluded.master, self_signing=excluded.self_signing",
             user, key, signer, key);
  bool changed = false;
  master_key(user, &changed);
  if (changed)
    base::log::warning("matrix",
                       "the identity of {} is another one than before, will not obey them until "
                       "it is accepted: openclaw matrix verify {}",
                       user, user);
}

/// Signed is what the self-signing key of the identity seen first has signed.
void Machine::judge_devices(const std::string& user) {
  bool changed = false;
  master_key(user, &changed);
  const auto signer = self_signing_key(user);
  for (const auto& row : store::rows(
           db_, "SELECT device, keys, is_signed FROM devices WHERE user=? AND is_gone=0", user)) {
    const bool now = !changed && !signer.empty() &&
                     is_signed(json::parse(row.text(1)), user, "ed25519:" + signer, signer);
    if (now == (row.integer(2) != 0)) continue;
    store::run(db_, "UPDATE devices SET is_signed=? WHERE user=? AND device=?", now, user,
               row.text(0));
    // What was withheld from it is given with the next message.
    if (now)
      store::run(db_, "DELETE FROM shares WHERE user=? AND device=? AND number=-1", user,
                 row.text(0));
    else
      store::run(db_,
                 "UPDATE own_room_keys SET is_spent=1 WHERE session IN (SELECT session FROM shares "
                 "WHERE user=? AND device=?)",
                 user, row.text(0));
  }
}

bool Machine::is_outdated(const std::string& user) {
  const auto row = store::row(db_, "SELECT changed FROM tracked WHERE user=?", user);
  return !row || row->integer(0) > 0;
}

std::vector<Device> Machine::devices(const std::string& user) {
  std::vector<Device> out;
  for (const auto& row : store::rows(
           db_,
           "SELECT device, curve25519, ed25519, is_signed FROM devices WHERE user=? AND is_gone=0 "
           "ORDER BY device",
           user))
    out.push_back({user, row.text(0), row.text(1), row.text(2), row.integer(3) != 0});
  return out;
}

std::optional<Device> Machine::device(const std::string& user, const std::string& id) {
  for (auto& device : devices(user))
    if (device.device == id) return device;
  return std::nullopt;
}

std::string Machine::master_key(const std::string& user, bool* changed) {
  const auto found = store::row(db_, "SELECT master, pinned FROM identities WHERE user=?", user);
  if (changed) *changed = found && found->text(0) != found->text(1);
  return found ? found->text(0) : std::string();
}

std::string Machine::self_signing_key(const std::string& user) {
  const auto found = store::row(db_, "SELECT self_signing FROM identities WHERE user=?", user);
  return found ? found->text(0) : std::string();
}

void Machine::accept_identity(const std::string& user) {
  store::run(db_, "UPDATE identities SET pinned=master WHERE user=?", user);
  judge_devices(user);
}

}  // namespace openclaw::e2ee
