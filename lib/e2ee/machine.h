// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "json/value.h"
#include "ratchet/ratchet.h"
#include "store/rows.h"

namespace openclaw::e2ee {

const std::vector<store::Migration>& migrations();

/// Our user and device, and its public keys.
struct OwnDevice {
  std::string user, device, curve25519, ed25519;
};

struct Device {
  std::string user, device, curve25519, ed25519;
  bool is_signed = false;  ///< by the identity of its user that was seen first
};

/// Opened::why_not where the key is a copy: forwarded, or from a backup.
constexpr const char* copied_key = "its key did not come from its sender";

/// A message of a room, opened. What `device` says holds for `sender` only when is_trusted.
struct Opened {
  std::string type;
  json::Value content;
  std::string session;
  /// The key came from the sender's own device, straight, and that device is signed by the
  /// sender's identity as first seen: only then may the text begin anything.
  bool is_trusted = false;
  std::string why_not;  ///< trusted
};

/// Why an event could not be opened, yet or ever.
class Unreadable : public base::Error {
 public:
  Unreadable(const std::string& why, bool may_come) : Error(why), may_come_(may_come) {}
  bool may_come() const { return may_come_; }  ///< its key is missing so far

 private:
  bool may_come_;
};

/// A to-device event as it is to be handled further: verification, secrets, key requests.
struct ToDevice {
  std::string type, sender;
  json::Value content;
  std::string sender_key;  ///< of the device, when it was encrypted
};

/// One PUT /sendToDevice: the same bytes under the same transaction id until it is answered.
struct Parcel {
  std::string txn, type;
  json::Value body;
};

/// What a room lacks before something can be encrypted for it.
struct Lacks {
  std::vector<std::string> users;                           ///< to be queried
  std::vector<std::pair<std::string, std::string>> claims;  ///< user, device: no Olm session
  bool none() const { return users.empty() && claims.empty(); }
};

struct RoomRules {
  std::vector<std::string> members;  ///< who is to read: joined, and invited where they may
  std::int64_t most_messages = 100;
  base::Millis oldest{7LL * 86400000};
  bool allow_unsigned = false;
  bool shared_history = false;
};

/// All of one device's encryption. Every call is made inside a transaction of `db`; objects of
/// libolm are read from it and written back before it returns, so a rollback takes the ratchets
/// back too. Two threads may each have a Machine on a handle of their own.
class Machine {
 public:
  /// key: 32 bytes that seal what rests in the database.
  Machine(store::Database& db, const base::Secret& key) : db_(db), key_(key) {}

  // The account. --------------------------------------------------------------------------------
  /// Throws base::ConfigError when the key is not the one that sealed this database.
  void check_key();
  bool has_account();
  void create_account(const std::string& user, const std::string& device);
  const OwnDevice& own();
  /// Signed by the device, and by our self-signing key where we have it.
  json::Value device_keys();
  /// The body of POST /keys/upload: the same one until it was answered. nullopt = nothing to do.
  std::optional<json::Value> keys_to_upload(base::Time now);
  void keys_uploaded(const json::Value& answer);
  /// Of a /sync that began after the latest upload was answered.
  void take_counts(const json::Value& sync);
  /// The server has forgotten our device's keys.
  void upload_again();

  // Devices of others. --------------------------------------------------------------------------
  void track(const std::string& user);
  void untrack(const std::string& user);
  /// A user's devices have changed; empty = everybody's may have.
  void mark_changed(const std::string& user = {});
  struct Query {
    std::vector<std::string> users;
    std::int64_t number = 0;  ///< what changes after it is asked for again
  };
  Query query(base::Time now, std::size_t most = 250);
  void take_query(const Query& asked, const json::Value& answer, base::Time now);
  /// Whether this user's devices are to be asked for before they are judged.
  bool is_outdated(const std::string& user);
  std::vector<Device> devices(const std::string& user);
  std::optional<Device> device(const std::string& user, const std::string& id);
  /// Master key as first seen; empty = none. changed: another one was seen since.
  std::string master_key(const std::string& user, bool* changed = nullptr);
  std::string self_signing_key(const std::string& user);
  /// Whether our user's identity, as the server shows it, is the one whose seed is here.
  bool has_own_identity();
  /// A person has looked at the new identity and takes it.
  void accept_identity(const std::string& user);

  // Olm. ----------------------------------------------------------------------------------------
  /// Opens, checks, keeps room keys; what is left for others. One bad event never stops the rest.
  std::vector<ToDevice> take_to_device(const json::Value& events, base::Time now);
  /// Body of POST /keys/claim for these devices.
  static json::Value claim_body(const std::vector<std::pair<std::string, std::string>>& devices);
  /// Sessions from what was claimed; who was not given is left alone for a while.
  void take_claim(const std::vector<std::pair<std::string, std::string>>& asked,
                  const json::Value& answer, base::Time now);
  /// Devices whose messages could not be read and that are to get a new session now.
  std::vector<std::pair<std::string, std::string>> wedged(base::Time now);
  /// One event for one device; false: there is no session with it.
  bool send_to(const Device& to, const std::string& type, const json::Value& content,
               base::Time now);
  void send_clear(const std::string& user, const std::string& device, const std::string& type,
                  const json::Value& content);
  std::vector<Parcel> parcels(std::size_t most = 50);
  void parcel_sent(const std::string& txn);

  // Megolm. -------------------------------------------------------------------------------------
  /// Makes or rotates the room's session and shares it with whoever lacks it, as far as sessions
  /// are there; then what is missing.
  Lacks prepare(const std::string& room, const RoomRules& rules, base::Time now);
  /// Content of m.room.encrypted. prepare() must have been without lack.
  json::Value encrypt(const std::string& room, const std::string& type, const json::Value& content);
  /// A member has left, or something else says that the next message needs a new session.
  void rotate(const std::string& room);
  /// Throws Unreadable. event: as of /sync, with sender and event_id.
  Opened open(const std::string& room, const json::Value& event);
  /// While it lives, which is inside one transaction, open() unpickles each session once.
  class Reading {
   public:
    explicit Reading(Machine& machine) : machine_(machine) { machine_.read_.emplace(); }
    ~Reading() { machine_.read_.reset(); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

   private:
    Machine& machine_;
  };
  /// A room key from a backup or another device: readable, never trusted. False: not taken.
  bool import(const std::string& room, const std::string& session, const std::string& exported,
              const std::string& sender_key, const std::string& source);
  struct Kept {
    std::string room, session;
    json::Value data;  ///< as it goes into a backup
    std::uint32_t first_index = 0;
  };
  std::vector<Kept> not_backed_up(std::size_t most = 100);
  void backed_up(const std::vector<Kept>& kept);
  void back_up_again();
  /// A key that is missing is asked for after a few seconds, of the devices of whoever wrote, and
  /// of our own others. What comes so is a copy: the sender's device is greeted too, so that it
  /// gives its present session straight.
  void want_key(const std::string& room, const json::Value& event, base::Time now);
  void ask_for_keys(base::Time now);
  /// Keys that were not looked at for long go: what was said with them is not to be read for ever.
  void forget_old_keys(base::Time now);

  // An older copy of the database. ---------------------------------------------------------------
  /// How often something that sends has moved; an older copy has counted less.
  std::int64_t moves();
  /// This is an older copy, and moves were counted up to `seen`: nothing that may have sent since
  /// sends again. Room sessions, Olm sessions and one-time keys are made anew; what the sessions
  /// can read stays readable.
  void start_over(std::int64_t seen);
  /// Whether an event of our own device, as it came back from the server, is one that this copy
  /// does not know of.
  bool is_ahead(const std::string& room, const json::Value& event);
  /// Encrypts and opens, signs and checks. Throws base::ConfigError where that does not work.
  void try_out();

  // Own secrets: seeds of cross-signing and the backup's key, sealed at rest. --------------------
  std::optional<std::string> secret(const std::string& name);
  void keep_secret(const std::string& name, const std::string& value);
  void forget_secret(const std::string& name);
  // Notes of the client beside all this.
  std::string note(const std::string& name);
  void set_note(const std::string& name, const std::string& value);

 private:
  ratchet::Account account();
  void save(const ratchet::Account& account);
  std::int64_t next_change();
  void make_upload(base::Time now);
  void take_device(const std::string& user, const std::string& id, const json::Value& keys);
  void take_identity(const std::string& user, const json::Value& master,
                     const json::Value& self_signing);
  void judge_devices(const std::string& user);
  json::Value open_olm(const json::Value& event, std::string& sender_key, base::Time now);
  std::string decrypt_olm(const std::string& sender, const std::string& sender_key, int type,
                          const std::string& body, base::Time now);
  void check_olm(const json::Value& plain, const json::Value& event, const std::string& sender_key);
  void take_room_key(const json::Value& plain, const std::string& sender_key);
  void take_forwarded(const json::Value& plain, const std::string& sender_key);
  void take_withheld(const std::string& sender, const json::Value& content, base::Time now);
  void take_key_request(const std::string& sender, const json::Value& content, base::Time now);
  std::string why_missing(const std::string& room, const std::string& session,
                          const std::string& sender);
  void close_request(const std::string& room, const std::string& session);
  void ask_devices(const store::Row& request, const std::string& action);
  void moved();
  ratchet::InboundGroup::Plain decrypt(const std::string& pickle, const std::string& body);
  bool keep_inbound(const std::string& room, const ratchet::InboundGroup& session,
                    const std::string& sender_key, const std::string& ed25519,
                    const std::string& user, const std::string& source);
  void share(const std::string& room, const ratchet::OutboundGroup& session, const Device& device,
             const RoomRules& rules, base::Time now);
  void withhold(const std::string& room, const std::string& session, const Device& device);
  json::Value olm_content(const Device& to, const std::string& type, const json::Value& content,
                          base::Time now);
  bool has_session(const Device& device);
  void put_parcel(const std::string& type, const std::string& user, const std::string& device,
                  const json::Value& content);
  std::string pickle_key() const { return std::string(key_.reveal()); }

  store::Database& db_;
  const base::Secret& key_;
  std::optional<OwnDevice> own_;  ///< it never changes
  /// Sessions by the pickle they came from, so that a row that changes is read anew.
  std::optional<std::map<std::string, ratchet::InboundGroup>> read_;
};

}  // namespace openclaw::e2ee
