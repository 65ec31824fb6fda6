// SPDX-License-Identifier: MIT
// What a /sync says of devices, rooms and members.
#include "base/error.h"
#include "base/failpoint.h"
#include "matrix/account.h"

namespace openclaw::matrix {
namespace {

using json::Value;

const std::string filter =
    R"({"presence":{"not_types":["*"]},"account_data":{"types":["m.secret_storage.default_key","m.megolm_backup.v1"]},"room":{"ephemeral":{"not_types":["*"]},"account_data":{"not_types":["*"]},"state":{"lazy_load_members":true},"timeline":{"limit":50,"lazy_load_members":true}}})";

}  // namespace

bool Account::is_first_sync() const {
  return !store::row(db_, "SELECT 1 FROM notes WHERE name='since'");
}

Value Account::sync(base::Millis timeout, const base::Stop* stop) {
  const auto since = store::row(db_, "SELECT value FROM notes WHERE name='since'");
  std::string path = "/_matrix/client/v3/sync?timeout=" + std::to_string(timeout.count()) +
                     "&filter=" + part(filter);
  if (since) path += "&since=" + part(since->text(0));
  return api_.call("GET", path, {}, timeout + base::Millis(30000), stop);
}

std::vector<e2ee::ToDevice> Account::take_devices(const Value& sync, base::Time now) {
  auto out = machine_.take_to_device(sync["to_device"]["events"], now);
  for (const auto& user : sync["device_lists"]["changed"].items())
    machine_.mark_changed(user.as_string());
  for (const auto& user : sync["device_lists"]["left"].items()) machine_.untrack(user.as_string());
  machine_.take_counts(sync);
  base::failpoint("to-device taken, not committed");
  return out;
}

void Account::take_state(const std::string& room, const Value& event) {
  const auto& type = event["type"].as_string();
  const auto& content = event["content"];
  if (!event.contains("state_key")) return;
  store::run(db_, "INSERT OR IGNORE INTO rooms(room) VALUES(?)", room);
  if (type == "m.room.encryption") {
    // Once on it stays on, as it was first seen: a weaker one later is ignored.
    store::run(db_, "UPDATE rooms SET encryption=? WHERE room=? AND encryption IN ('','none')",
               json::dump(content), room);
  } else if (type == "m.room.history_visibility") {
    const auto& now = content["history_visibility"].as_string();
    store::run(db_, "UPDATE rooms SET visibility=? WHERE room=?", now, room);
  } else if (type == "m.room.member") {
    const auto& user = event["state_key"].as_string();
    const auto& membership = content["membership"].as_string();
    const auto before =
        store::row(db_, "SELECT membership FROM members WHERE room=? AND user=?", room, user);
    store::run(db_, "INSERT OR REPLACE INTO members VALUES(?,?,?)", room, user, membership);
    // Who has left may have the key: the next message gets a new one.
    const bool left = membership != "join" && membership != "invite";
    if (left && (!before || before->text(0) == "join" || before->text(0) == "invite"))
      machine_.rotate(room);
  }
}

News Account::take_rooms(const Value& sync) {
  News out;
  if (sync["next_batch"].as_string().empty())
    throw base::ProtocolError("the homeserver gave no next_batch");
  const auto me = machine_.own().user;
  for (const auto& [room, joined] : sync["rooms"]["join"].members()) {
    store::run(db_,
               "INSERT INTO rooms(room, is_joined) VALUES(?,1) ON CONFLICT(room) DO UPDATE SET "
               "is_joined=1",
               room);
    for (const auto& event : joined["state"]["events"].items()) take_state(room, event);
    // A gap: who left in it is not told.
    if (joined["timeline"]["limited"].as_bool()) {
      store::run(db_, "UPDATE rooms SET has_members=0 WHERE room=?", room);
      machine_.rotate(room);
    }
    for (const auto& event : joined["timeline"]["events"].items()) {
      take_state(room, event);
      // What was said before we came is not for us.
      if (event["type"].as_string() == "m.room.member" && event["state_key"].as_string() == me &&
          event["content"]["membership"].as_string() == "join")
        std::erase_if(out.events, [&, &r = room](const RoomEvent& e) { return e.room == r; });
      out.events.push_back({room, event});
    }
  }
  for (const auto& [room, invited] : sync["rooms"]["invite"].members())
    for (const auto& event : invited["invite_state"]["events"].items())
      if (event["type"].as_string() == "m.room.member" && event["state_key"].as_string() == me)
        out.invites.push_back({room, event});
  for (const auto& [room, left] : sync["rooms"]["leave"].members())
    store::run(db_, "UPDATE rooms SET is_joined=0, has_members=0 WHERE room=?", room);
  machine_.set_note("since", sync["next_batch"].as_string());
  return out;
}

}  // namespace openclaw::matrix
