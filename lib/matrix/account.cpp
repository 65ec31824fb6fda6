// SPDX-License-Identifier: MIT
#include "matrix/account.h"

#include <mutex>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace openclaw::matrix {
namespace {

using json::Value;

}  // namespace

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps = [] {
    auto all = e2ee::migrations();
    all.push_back({1, "matrix", R"sql(
CREATE TABLE rooms(room TEXT NOT NULL PRIMARY KEY, is_joined INTEGER NOT NULL DEFAULT 0,
  encryption TEXT NOT NULL DEFAULT '', visibility TEXT NOT NULL DEFAULT 'shared',
  has_members INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE members(room TEXT NOT NULL, user TEXT NOT NULL, membership TEXT NOT NULL, PRIMARY KEY(room, user)) STRICT;
-- What was sent, or is to be: the bytes and the transaction id never change.
CREATE TABLE sends(key TEXT NOT NULL PRIMARY KEY, room TEXT NOT NULL, type TEXT NOT NULL, content TEXT NOT NULL,
  txn TEXT NOT NULL, event TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL) STRICT;
CREATE TABLE unread(event TEXT NOT NULL PRIMARY KEY, room TEXT NOT NULL, body TEXT NOT NULL, why TEXT NOT NULL,
  at INTEGER NOT NULL, is_told INTEGER NOT NULL DEFAULT 0) STRICT;
)sql"});
    all.push_back(
        {2, "matrix", "ALTER TABLE rooms ADD COLUMN last_event TEXT NOT NULL DEFAULT ''"});
    return all;
  }();
  return steps;
}

Account::Account(store::Database& db, net::HttpClient& http, const base::Secret& store_key,
                 Login login)
    : db_(db), machine_(db, store_key), login_(std::move(login)), api_(http, login_.homeserver) {}

void Account::read_token() {
  std::string token;
  db_.transaction([&] { token = machine_.secret("access_token").value_or(""); });
  api_.set_token(token);
}

void Account::keep_token(const Value& answer) {
  machine_.keep_secret("access_token", answer["access_token"].as_string());
  if (answer["refresh_token"].is_string())
    machine_.keep_secret("refresh_token", answer["refresh_token"].as_string());
  api_.set_token(answer["access_token"].as_string());
}

void Account::log_in(const base::Stop* stop, bool again) {
  bool has_account = false;
  db_.transaction([&] {
    machine_.check_key();
    has_account = machine_.has_account();
  });
  if (!has_account) {
    if (!login_.password) throw base::ConfigError("matrix.password is missing");
    const auto answer = api_.call(
        "POST", client_v3 + "/login",
        Value::object(
            {{"type", "m.login.password"},
             {"identifier", Value::object({{"type", "m.id.user"}, {"user", login_.user}})},
             {"password", std::string(login_.password->reveal())},
             {"initial_device_display_name", "openclaw"},
             {"refresh_token", true}}),
        base::Millis(30000), stop);
    if (!login_.moves_file.empty()) ::unlink(login_.moves_file.c_str());  // of another device
    db_.transaction([&] {
      machine_.create_account(answer["user_id"].as_string(), answer["device_id"].as_string());
      keep_token(answer);
    });
    base::failpoint("logged in");
  } else {
    read_token();
  }
  Value who;
  try {
    who = api_.call("GET", client_v3 + "/account/whoami", {}, base::Millis(30000), stop);
  } catch (const LoggedOut& e) {
    if (!e.soft() && !again)
      throw base::ConfigError("the homeserver has ended this login", "openclaw matrix login");
    renew_token();
    who = api_.call("GET", client_v3 + "/account/whoami", {}, base::Millis(30000), stop);
  }
  e2ee::OwnDevice me;
  db_.transaction([&] { me = machine_.own(); });
  if (who["user_id"].as_string() != me.user || who["device_id"].as_string() != me.device)
    throw base::ConfigError(
        fmt::format("the login is {} with device {}, matrix.db belongs to {} "
                    "with device {}",
                    base::one_line(who["user_id"].as_string()),
                    base::one_line(who["device_id"].as_string()), me.user, me.device),
        "put back the matrix.db of that login, or begin with an empty one");
  if (me.user != login_.user)
    throw base::ConfigError("matrix.db belongs to " + me.user + ", the configuration says " +
                            login_.user);
  mend_older_copy();
}

/// Before anything that was sealed leaves: a copy from before then shows.
void Account::keep_moves() {
  if (login_.moves_file.empty()) return;
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::int64_t moves = 0;
  db_.transaction([&] { moves = machine_.moves(); });
  const std::string text = fmt::format("{:020}\n", moves);
  const base::Fd fd(::open(login_.moves_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!fd || ::pwrite(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
      ::fdatasync(fd.get()) != 0)
    throw base::StorageError("cannot write '" + login_.moves_file + "'");
}

std::int64_t Account::kept_moves() const {
  const auto text = base::read_if_exists(login_.moves_file, 64);
  return text ? std::strtoll(text->c_str(), nullptr, 10) : -1;
}

/// Inside a transaction.
void Account::start_over(std::int64_t seen, const std::string& sign) {
  base::log::warning("matrix",
                     "matrix.db is an older copy ({}): its sessions send nothing more, new ones "
                     "are made; what was sent to it meanwhile may have to be sent again",
                     sign);
  machine_.start_over(seen);
}

void Account::mend_older_copy() {
  if (login_.moves_file.empty()) return;
  std::int64_t moves = 0;
  db_.transaction([&] { moves = machine_.moves(); });
  const auto kept = kept_moves();
  // Killed between the commit and the count: nothing has left with what was sealed.
  if ((kept < 0 && moves == 0) || (kept >= 0 && kept <= moves)) return;
  db_.transaction([&] {
    start_over(kept, kept < 0 ? "matrix.moves is missing" : "matrix.moves has counted further");
  });
  keep_moves();
}

void Account::renew_token() {
  std::string refresh, device;
  db_.transaction([&] {
    refresh = machine_.secret("refresh_token").value_or("");
    device = machine_.own().device;
  });
  api_.set_token("");
  Value answer;
  bool done = false;
  if (!refresh.empty()) {
    try {
      answer =
          api_.call("POST", client_v3 + "/refresh", Value::object({{"refresh_token", refresh}}));
      done = true;
    } catch (const LoggedOut&) {
    } catch (const Rejected&) {
    }
  }
  if (!done) {
    if (!login_.password) throw base::ConfigError("matrix.password is missing");
    answer = api_.call(
        "POST", client_v3 + "/login",
        Value::object(
            {{"type", "m.login.password"},
             {"identifier", Value::object({{"type", "m.id.user"}, {"user", login_.user}})},
             {"password", std::string(login_.password->reveal())},
             {"device_id", device},
             {"refresh_token", true}}));
  }
  db_.transaction([&] { keep_token(answer); });
}

void Account::pump(base::Time now, const base::Stop* stop) {
  // Both threads may come here: one at a time, so that no answer overtakes another.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  constexpr int rounds = 20;
  constexpr int most_refused = 4;
  int refused = 0;
  for (int i = 0; i < rounds; ++i) {
    std::optional<Value> upload;
    e2ee::Machine::Query query;
    std::vector<std::pair<std::string, std::string>> wedged;
    std::vector<e2ee::Parcel> parcels;
    db_.transaction([&] {
      machine_.ask_for_keys(now);
      upload = machine_.keys_to_upload(now);
      query = machine_.query(base::wall_now());
      wedged = machine_.wedged(now);
      parcels = machine_.parcels();
    });
    if (!upload && query.users.empty() && wedged.empty() && parcels.empty()) return;
    if (upload || !parcels.empty()) keep_moves();
    if (upload) {
      base::failpoint("keys ready, not uploaded");
      try {
        const auto answer =
            api_.call("POST", client_v3 + "/keys/upload", *upload, base::Millis(30000), stop);
        base::failpoint("keys uploaded, not noted");
        db_.transaction([&] { machine_.keys_uploaded(answer); });
      } catch (const Rejected& e) {
        if (e.status() != 400) throw;
        if (++refused > most_refused)
          throw base::ConfigError(
              "the homeserver refuses the keys of this device: " + std::string(e.what()),
              "openclaw matrix login --new-device");
        db_.transaction(
            [&] { start_over(0, "the homeserver has other keys under the names of ours"); });
      }
    }
    if (!query.users.empty()) {
      auto users = Value::object();
      for (const auto& user : query.users) users.set(user, Value::array());
      const auto answer = api_.call("POST", client_v3 + "/keys/query",
                                    Value::object({{"timeout", 10000}, {"device_keys", users}}),
                                    base::Millis(30000), stop);
      db_.transaction([&] { machine_.take_query(query, answer, base::wall_now()); });
    }
    if (!wedged.empty()) {
      const auto answer = api_.call("POST", client_v3 + "/keys/claim",
                                    e2ee::Machine::claim_body(wedged), base::Millis(30000), stop);
      db_.transaction([&] {
        machine_.take_claim(wedged, answer, now);
        for (const auto& [user, id] : wedged)
          if (const auto device = machine_.device(user, id))
            machine_.send_to(*device, "m.dummy", Value::object(), now);
      });
    }
    for (const auto& parcel : parcels) {
      base::failpoint("parcel ready, not sent");
      try {
        api_.call("PUT", client_v3 + "/sendToDevice/" + part(parcel.type) + "/" + parcel.txn,
                  parcel.body, base::Millis(30000), stop);
      } catch (const Rejected& e) {  // a repeat changes nothing; the others are to go
        base::log::warning("matrix", "a message between devices was not taken: {}",
                           base::describe(e));
      }
      base::failpoint("parcel sent, not noted");
      db_.transaction([&] { machine_.parcel_sent(parcel.txn); });
    }
  }
}

void Account::tidy(base::Time now) {
  constexpr base::Millis every{3600000};
  if (now < next_tidy_) return;
  next_tidy_ = now + every;
  db_.transaction([&] { machine_.forget_old_keys(now); });
}

}  // namespace openclaw::matrix
