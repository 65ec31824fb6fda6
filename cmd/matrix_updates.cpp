// SPDX-License-Identifier: MIT
#include "matrix_updates.h"

#include <algorithm>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "chat/outbox.h"
#include "json/parse.h"

namespace openclaw::cmd {
namespace {

using json::Value;

constexpr base::Millis too_old{24LL * 3600000};
constexpr base::Millis patience{10LL * 60000};  // for a key that has not come

}  // namespace

std::string MatrixUpdates::place_of(const std::string& room) const {
  for (const auto& [name, place] : settings_.places)
    if (place.kind == "matrix" && place.address == room) return name;
  return {};
}

MatrixUpdates::After MatrixUpdates::take(Value sync, const base::Stop* stop) {
  after_ = {};
  strangers_.clear();
  now_ = base::wall_now();
  const bool is_baseline = account_.is_first_sync();
  std::vector<std::string> gaps;
  if (!is_baseline)
    sync = account_.fill_gaps(
        std::move(sync), [this](const std::string& room) { return !place_of(room).empty(); }, gaps,
        stop);
  const bool has_keys = has_unknown_senders(sync) || is_baseline ||
                        sync["to_device"]["events"].size() > 0 ||
                        sync["device_lists"]["changed"].size() > 0;
  std::vector<e2ee::ToDevice> direct;
  if (has_keys) {
    account_.db().transaction([&] {
      direct = account_.take_devices(sync, now_);
      for (const auto& user : senders_) account_.machine().track(user);
    });
    base::failpoint("to-device committed");
    try {
      account_.pump(now_);
    } catch (const base::StorageError&) {
      throw;
    } catch (const base::ConfigError&) {
      throw;
    } catch (const base::CancelledError&) {
      throw;
    } catch (const base::Error& e) {  // what was said is taken in all the same
      base::log::warning("matrix", "{}, will try again", base::describe(e));
    }
  }
  account_.db().transaction([&] {
    if (!has_keys) account_.machine().take_counts(sync);
    const auto news = account_.take_rooms(sync);
    const e2ee::Machine::Reading reading(account_.machine());
    for (const auto& event : direct)
      if (event.type.starts_with("m.key.verification."))
        take_verification(event.type, event.sender, {}, {}, event.content);
    state_.db.transaction([&] {
      read_unread();
      for (const auto& invite : news.invites) take_invite(invite);
      // What was said before we came is not for us.
      if (!is_baseline)
        for (const auto& event : news.events) take_event(event);
      tell_unread();
      if (!is_baseline) tell_gaps(gaps);
    });
    base::failpoint("messages committed, keys not");
  });
  base::failpoint("sync committed");
  for (const auto& stranger : strangers_) state_.recorder.note("refused sender", stranger, now_);
  return std::move(after_);
}

/// Only people of the configuration may begin one; emoji are compared at a terminal.
void MatrixUpdates::take_verification(const std::string& type, const std::string& sender,
                                      const std::string& room, const std::string& event,
                                      const Value& content) {
  const bool is_allowed =
      std::any_of(settings_.people.begin(), settings_.people.end(),
                  [&](const auto& person) { return person.second.matrix == sender; });
  if (!is_allowed) return refuse(room, sender, "a verification");
  account_.machine().track(sender);
  std::vector<e2ee::FlowEvent> out;
  verifier_.take(type, sender, room, event, content, now_, out);
  for (const auto& answer : out) account_.queue(answer);
  after_.has_verification |= !out.empty();
  after_.taken.any = true;
}

/// Whose devices are to be asked for before what they say can be judged.
bool MatrixUpdates::has_unknown_senders(const Value& sync) {
  senders_.clear();
  for (const auto& [room, joined] : sync["rooms"]["join"].members()) {
    if (place_of(room).empty()) continue;
    for (const auto& event : joined["timeline"]["events"].items())
      if (event["type"].as_string() == "m.room.encrypted")
        senders_.insert(event["sender"].as_string());
  }
  return std::any_of(senders_.begin(), senders_.end(), [this](const std::string& user) {
    return account_.machine().is_outdated(user);
  });
}

void MatrixUpdates::take_invite(const matrix::RoomEvent& at) {
  const auto& sender = at.event["sender"].as_string();
  const auto place = place_of(at.room);
  std::string person;
  for (const auto& [name, declared] : settings_.people)
    if (declared.matrix == sender) person = name;
  const bool good =
      !place.empty() && !person.empty() && !agents_for(settings_, place, person).empty();
  if (!good) refuse(at.room, sender, "an invitation");
  (good ? after_.join : after_.refuse).push_back(at.room);
}

bool MatrixUpdates::admit(const std::string& room, const std::string& sender, std::string& place,
                          std::string& person) {
  place = place_of(room);
  for (const auto& [name, declared] : settings_.people)
    if (!declared.matrix.empty() && declared.matrix == sender) person = name;
  std::string why;
  if (place.empty())
    why = "a room that is not declared";
  else if (person.empty())
    why = "nobody that is declared";
  else if (agents_for(settings_, place, person).empty())
    why = "not allowed in this place";
  if (why.empty()) return true;
  refuse(room, sender, why);
  return false;
}

void MatrixUpdates::refuse(const std::string& room, const std::string& sender,
                           const std::string& why) {
  const std::string account = "matrix:" + account_.machine().own().user;
  if (!chat::Inbox(state_.db).note_stranger(account, sender, now_)) return;
  base::log::info("matrix", "refused: {} in {}: {}", base::one_line(sender), base::one_line(room),
                  why);
  strangers_.push_back(
      Value::object({{"channel", "matrix"}, {"user", sender}, {"chat", room}, {"why", why}}));
}

void MatrixUpdates::take_event(const matrix::RoomEvent& at) {
  const auto& event = at.event;
  const auto& type = event["type"].as_string();
  const auto& sender = event["sender"].as_string();
  if (sender.empty() || sender == account_.machine().own().user || event.contains("state_key"))
    return;
  if (type == "m.reaction") return take_reaction(at);
  if (type == "m.room.redaction") {
    const auto& target =
        event["redacts"].is_string() ? event["redacts"] : event["content"]["redacts"];
    // One that waits for its key must not come to life later.
    for (const auto& row :
         store::rows(account_.db(), "SELECT body FROM unread WHERE event=? AND room=?",
                     target.as_string(), at.room))
      if (json::parse(row.text(0), {.max_depth = 1000})["sender"].as_string() == sender)
        store::run(account_.db(), "DELETE FROM unread WHERE event=?", target.as_string());
    const std::string key = "matrix:" + target.as_string();
    const auto message = chat::Inbox(state_.db).find(key);
    const auto person = message ? settings_.people.find(message->person) : settings_.people.end();
    const bool is_own = person != settings_.people.end() && person->second.matrix == sender &&
                        message->place == place_of(at.room);
    if (is_own) intake_.retract(key, now_, after_.taken);
    return;
  }
  const bool is_request = event["content"]["msgtype"].as_string() == "m.key.verification.request" &&
                          event["content"]["to"].as_string() == account_.machine().own().user;
  if (is_request || type.starts_with("m.key.verification."))
    return take_verification(is_request ? "m.key.verification.request" : type, sender, at.room,
                             event["event_id"].as_string(), event["content"]);
  if (type == "m.room.message")  // our rooms are encrypted: what is not may be the server's own
    return refuse(at.room, sender, "a message that is not encrypted");
  if (type != "m.room.encrypted") return;
  if (base::from_ms(event["origin_server_ts"].as_int()) + too_old < now_) {
    base::log::info("matrix", "an event of {} is older than a day, will not answer it",
                    base::one_line(sender));
    return;
  }
  try {
    take_message(at, account_.machine().open(at.room, event));
  } catch (const e2ee::Unreadable& e) {
    base::log::info("matrix", "cannot read {} yet: {}",
                    base::one_line(event["event_id"].as_string()), e.what());
    if (e.may_come() && !place_of(at.room).empty()) {
      store::run(account_.db(), "INSERT OR IGNORE INTO unread VALUES(?,?,?,?,?,0)",
                 event["event_id"].as_string(), at.room, json::dump(event), e.what(),
                 base::to_ms(now_));
      account_.machine().want_key(at.room, event, now_);
    }
  } catch (const base::StorageError&) {
    throw;
  } catch (const base::Error& e) {  // one bad event never stops the others
    base::log::warning("matrix", "an event of {} is dropped: {}", base::one_line(sender),
                       base::describe(e));
  }
}

/// Messages whose key has come meanwhile.
void MatrixUpdates::read_unread() {
  for (const auto& row : store::rows(
           account_.db(), "SELECT event, room, body FROM unread WHERE is_told=0 ORDER BY at")) {
    const matrix::RoomEvent at{row.text(1), json::parse(row.text(2), {.max_depth = 1000})};
    // A server that held a key back does not choose when a command is run.
    if (base::from_ms(at.event["origin_server_ts"].as_int()) + too_old < now_) continue;
    try {
      const auto opened = account_.machine().open(at.room, at.event);
      take_message(at, opened);
      store::run(account_.db(), "DELETE FROM unread WHERE event=?", row.text(0));
    } catch (const base::StorageError&) {
      throw;
    } catch (const base::Error& e) {
      const auto* unreadable = dynamic_cast<const e2ee::Unreadable*>(&e);
      if (!unreadable || !unreadable->may_come())
        store::run(account_.db(), "DELETE FROM unread WHERE event=?", row.text(0));
    }
  }
}

/// More was missed than is fetched: that is said.
void MatrixUpdates::tell_gaps(const std::vector<std::string>& rooms) {
  for (const auto& room : rooms) {
    chat::Incoming message;
    message.place = place_of(room);
    say(state_, message, "gap:" + room + ":" + account_.machine().note("since"),
        "There were more messages here than I could get; I have read the latest ones.", now_);
    after_.taken.any = true;
  }
}

/// A person whose message cannot be read hears it, once.
void MatrixUpdates::tell_unread() {
  for (const auto& row :
       store::rows(account_.db(),
                   "SELECT event, room, body, why FROM unread WHERE is_told=0 AND "
                   "at<?",
                   base::to_ms(now_ - patience))) {
    store::run(account_.db(), "UPDATE unread SET is_told=1 WHERE event=?", row.text(0));
    std::string place, person;
    if (!admit(row.text(1), json::parse(row.text(2), {.max_depth = 1000})["sender"].as_string(),
               place, person))
      continue;
    chat::Incoming message;
    message.place = place;
    say(state_, message, "unread:" + row.text(0),
        "I could not read a message (" + row.text(3) + "). Please send it again.", now_);
    after_.taken.any = true;
  }
  store::run(account_.db(), "DELETE FROM unread WHERE at<?",
             base::to_ms(now_ - base::Millis(7LL * 86400000)));
}

}  // namespace openclaw::cmd
