// SPDX-License-Identifier: MIT
// What a /sync says of devices, rooms and members.
#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
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
  if (!began_at_) began_at_ = since ? since->text(0) : std::string();
  std::string path =
      client_v3 + "/sync?timeout=" + std::to_string(timeout.count()) + "&filter=" + part(filter);
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
  if (type != "m.room.member" && !event["state_key"].as_string().empty()) return;
  store::run(db_, "INSERT OR IGNORE INTO rooms(room) VALUES(?)", room);
  if (type == "m.room.encryption") {
    // Once on it stays on, as it was first seen: a weaker one later is ignored.
    store::run(db_, "UPDATE rooms SET encryption=? WHERE room=? AND encryption IN ('','none')",
               json::dump(content), room);
  } else if (type == "m.room.history_visibility") {
    const auto& now = content["history_visibility"].as_string();
    // Who comes later is to read from there on, or is not to.
    const auto before = store::row(db_, "SELECT visibility FROM rooms WHERE room=?", room);
    if (before && is_for_newcomers(before->text(0)) != is_for_newcomers(now)) machine_.rotate(room);
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
  // Once, at our own events in the first answer that is kept.
  bool looks_back = began_at_.value_or("") == machine_.note("since");
  for (const auto& [room, joined] : sync["rooms"]["join"].members()) {
    store::run(db_,
               "INSERT INTO rooms(room, is_joined) VALUES(?,1) ON CONFLICT(room) DO UPDATE SET "
               "is_joined=1",
               room);
    for (const auto& event : joined["state"]["events"].items()) take_state(room, event);
    if (const auto events = joined["timeline"]["events"].size(); events > 0)
      store::run(db_, "UPDATE rooms SET last_event=? WHERE room=?",
                 joined["timeline"]["events"].at(events - 1)["event_id"].as_string(), room);
    // A gap: who left in it is not told.
    if (joined["timeline"]["limited"].as_bool()) {
      store::run(db_, "UPDATE rooms SET has_members=0 WHERE room=?", room);
      machine_.rotate(room);
    }
    for (const auto& event : joined["timeline"]["events"].items()) {
      take_state(room, event);
      if (looks_back && machine_.is_ahead(room, event)) {
        start_over(0, "the room " + base::one_line(room) + " has what it does not know");
        looks_back = false;
      }
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

Value Account::fill_gaps(Value sync, const std::function<bool(const std::string&)>& is_wanted,
                         std::vector<std::string>& open, const base::Stop* stop) {
  constexpr int most_pages = 20;
  std::vector<std::string> limited;
  for (const auto& [room, joined] : sync["rooms"]["join"].members())
    if (joined["timeline"]["limited"].as_bool() && is_wanted(room)) limited.push_back(room);
  for (const auto& room : limited) {
    std::string last;
    db_.transaction([&] {
      const auto row = store::row(db_, "SELECT last_event FROM rooms WHERE room=?", room);
      if (row) last = row->text(0);
    });
    auto& timeline = sync.member("rooms").member("join").member(room).member("timeline");
    std::string from = timeline["prev_batch"].as_string();
    if (last.empty()) continue;  // we have just come
    json::Array missed;          // newest first
    bool is_closed = false;
    for (int page = 0; page < most_pages && !is_closed && !from.empty(); ++page) {
      Value answer;
      try {
        answer = api_.call("GET",
                           client_v3 + "/rooms/" + part(room) + "/messages?dir=b&limit=100&from=" +
                               part(from) + "&filter=" + part(R"({"lazy_load_members":true})"),
                           {}, base::Millis(30000), stop);
      } catch (const Rejected& e) {
        base::log::warning("matrix", "a gap stays open: {}", e.what());
        break;
      }
      for (const auto& event : answer["chunk"].items()) {
        is_closed = event["event_id"].as_string() == last;
        if (is_closed) break;
        missed.push_back(event);
      }
      from = answer["end"].as_string();
    }
    if (!is_closed) open.push_back(room);
    auto& events = timeline.member("events").items_mutable();
    events.insert(events.begin(), std::make_move_iterator(missed.rbegin()),
                  std::make_move_iterator(missed.rend()));
  }
  return sync;
}

}  // namespace openclaw::matrix
