// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "e2ee/verify.h"
#include "matrix/api.h"

namespace openclaw::matrix {

const std::vector<store::Migration>& migrations();

/// Whether who comes later reads what was said before: m.room.history_visibility.
bool is_for_newcomers(const std::string& visibility);

struct Login {
  std::string homeserver;  ///< https://…
  std::string user;        ///< @bot:example.org
  const base::Secret* password = nullptr;
  const base::Secret* recovery_key = nullptr;
  /// Counts beside the database how often something that sends has moved: the database behind it is
  /// an older copy.
  std::string moves_file;
};

struct RoomEvent {
  std::string room;
  json::Value event;  ///< as of /sync
};

/// What one /sync brought beside what the account keeps itself.
struct News {
  std::vector<RoomEvent> events;       ///< of timelines, in order
  std::vector<RoomEvent> invites;      ///< the event that invites us
  std::vector<e2ee::ToDevice> direct;  ///< verification, secrets, key requests
};

/// The bot's account as one thread uses it: its own way to the server, its own handle on matrix.db.
/// Network is never touched inside a transaction, and no ratchet moves outside one.
class Account {
 public:
  Account(store::Database& db, net::HttpClient& http, const base::Secret& store_key, Login login);

  e2ee::Machine& machine() { return machine_; }
  store::Database& db() { return db_; }
  Api& api() { return api_; }

  /// Logs in where no login is kept; else takes the kept one. Throws base::ConfigError when the
  /// server knows the device under other keys: that cannot be mended by trying.
  /// again: also where the server has ended the login; the device stays the same.
  /// A database that was put back from an older copy is noticed: nothing of it sends again, what is
  /// new is made.
  void log_in(const base::Stop* stop, bool again = false);
  /// After LoggedOut with soft(): a new token for the same device.
  void renew_token();
  /// Takes the token that another thread has renewed.
  void read_token();
  /// Our own identity: made on the first start, taken back with the recovery key on a new machine,
  /// and this device signed by it. What is wrong, in words; empty = nothing.
  std::string settle_identity(base::Time now);
  /// A new identity in place of the one that is there, which nobody can take back after it: with
  /// it go its backup and secret storage. Everybody has to verify the bot anew.
  std::string reset_identity(base::Time now);
  /// The server forgets this device.
  void log_out();
  /// Everything that waits to be uploaded, asked, claimed and sent between devices.
  void pump(base::Time now, const base::Stop* stop = nullptr);
  /// Room keys into the backup on the server; some at a time.
  void back_up();
  /// Room keys from the backup; how many.
  std::size_t restore_backup();

  json::Value sync(base::Millis timeout, const base::Stop* stop);
  bool is_first_sync() const;
  /// Inside a transaction: what concerns devices and keys.
  std::vector<e2ee::ToDevice> take_devices(const json::Value& sync, base::Time now);
  /// Inside a transaction: rooms, members, and the new position.
  News take_rooms(const json::Value& sync);
  /// What a gap of a timeline left out, put before it: back to what was last taken, at most so
  /// many events. Rooms whose gap could not be closed are named.
  json::Value fill_gaps(json::Value sync, const std::function<bool(const std::string&)>& is_wanted,
                        std::vector<std::string>& open, const base::Stop* stop);
  /// What is done now and then.
  void tidy(base::Time now);

  bool is_encrypted(const std::string& room);
  /// Whether a message came within a minute that could not be read or judged yet.
  bool has_fresh_unread(base::Time now);
  void join(const std::string& room);
  void refuse(const std::string& room);
  /// Everything up to this event was read.
  void mark_read(const std::string& room, const std::string& event);
  void allow_unsigned(const std::string& room) { open_rooms_.push_back(room); }

  /// Inside a transaction: an event of a verification that send_queued() sends, also after a crash.
  void queue(const e2ee::FlowEvent& event);
  void send_queued(base::Time now);

  /// One event into a room; the same key twice is one event. Its id. Encrypts; into a room
  /// that is not encrypted nothing is said. Throws as Api::call.
  std::string send(const std::string& room, const std::string& key, const std::string& type,
                   const json::Value& content, base::Time now);

 private:
  bool seal(const std::string& room, const std::string& key, const std::string& type,
            const json::Value& content, base::Time now, e2ee::Lacks& lacks);
  void keep_send(const std::string& room, const std::string& key, const std::string& type,
                 const json::Value& content, base::Time now);
  void learn_encryption(const std::string& room);
  void learn_members(const std::string& room);
  void take_state(const std::string& room, const json::Value& event);
  e2ee::RoomRules rules_for(const std::string& room);
  void keep_token(const json::Value& answer);
  void keep_moves();
  std::int64_t kept_moves() const;
  void mend_older_copy();
  void start_over(std::int64_t seen, const std::string& sign);
  void make_identity(bool replace = false);
  bool recover_identity();
  void upload_signature();
  void store_secrets();
  json::Value account_data(const std::string& type);
  void make_backup(bool replace = false);
  json::Value with_password(const std::string& path, json::Value body);

  store::Database& db_;
  e2ee::Machine machine_;
  Login login_;
  Api api_;
  std::vector<std::string> open_rooms_;
  std::optional<std::string> began_at_;  ///< the position of our first /sync
  base::Time next_tidy_{};
};

}  // namespace openclaw::matrix
