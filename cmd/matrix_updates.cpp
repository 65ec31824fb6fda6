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
constexpr std::size_t most_text = 16384;

/// A reply quotes what it answers in lines of its own, for old clients.
std::string without_quote(const std::string& body) {
  std::size_t at = 0;
  while (body.compare(at, 2, "> ") == 0 || body.compare(at, 2, ">\n") == 0) {
    const auto end = body.find('\n', at);
    if (end == std::string::npos) return {};
    at = end + 1;
  }
  return std::string(base::trim(body.substr(at)));
}

std::string kind_of(const std::string& msgtype) {
  if (msgtype == "m.image") return "photo";
  if (msgtype == "m.file") return "document";
  if (msgtype == "m.audio") return "voice";
  if (msgtype == "m.video") return "video";
  if (msgtype == "m.location") return "location";
  return {};
}

std::optional<bool> yes_or_no(const std::string& text) {
  const auto word = base::lower(base::trim(text));
  for (const auto* yes : {"yes", "y", "ok", "👍", "👍️", "✅", "✓", "✔️"})
    if (word == yes) return true;
  for (const auto* no : {"no", "n", "👎", "👎️", "❌", "✗"})
    if (word == no) return false;
  return std::nullopt;
}

bool mentions(const Value& content, const std::string& user) {
  for (const auto& id : content["m.mentions"]["user_ids"].items())
    if (id.as_string() == user) return true;
  return false;
}

}  // namespace

std::string MatrixUpdates::place_of(const std::string& room) const {
  for (const auto& [name, place] : settings_.places)
    if (place.kind == "matrix" && place.address == room) return name;
  return {};
}

MatrixUpdates::After MatrixUpdates::take(const Value& sync) {
  after_ = {};
  strangers_.clear();
  now_ = base::wall_now();
  const bool is_baseline = account_.is_first_sync();
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
      if (!is_baseline) tell_gaps(sync);
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
  verifier_.take(type, sender, room, event, content, now_, after_.verification);
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
    if (e.may_come())
      store::run(account_.db(), "INSERT OR IGNORE INTO unread VALUES(?,?,?,?,?,0)",
                 event["event_id"].as_string(), at.room, json::dump(event), e.what(),
                 base::to_ms(now_));
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

/// The server gives the latest only: that some are missing is said.
void MatrixUpdates::tell_gaps(const Value& sync) {
  for (const auto& [room, joined] : sync["rooms"]["join"].members()) {
    const auto place = place_of(room);
    const auto& events = joined["timeline"]["events"];
    if (place.empty() || !joined["timeline"]["limited"].as_bool() || events.size() < 20) continue;
    chat::Incoming message;
    message.place = place;
    say(state_, message, "gap:" + events.at(0)["event_id"].as_string(),
        "There were more messages than the server gave me at once; I have read the latest " +
            std::to_string(events.size()) + ".",
        now_);
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

/// "yes 4f2c": the words themselves say which question, since what an event replies to is not
/// sealed.
std::optional<std::pair<std::string, bool>> MatrixUpdates::answered_question(
    const std::string& place, const std::string& text) {
  const auto trimmed = base::trim(text);
  const auto space = trimmed.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto answer = yes_or_no(std::string(trimmed.substr(0, space)));
  const std::string code = base::lower(base::trim(trimmed.substr(space + 1)));
  if (!answer || code.size() != 4) return std::nullopt;
  for (const auto& question : chat::Approvals(state_.db).open(place))
    if (question.id.starts_with(code)) return std::pair(question.id, *answer);
  return std::nullopt;
}

void MatrixUpdates::take_reaction(const matrix::RoomEvent& at) {
  const auto& relates = at.event["content"]["m.relates_to"];
  const auto answer = yes_or_no(relates["key"].as_string());
  const auto place = place_of(at.room);
  // A reaction is never encrypted, so the server may have made it: it can only say no.
  if (!answer || *answer || place.empty()) return;
  const auto ours = chat::key_of_part(state_.db, place, relates["event_id"].as_string());
  if (!ours.starts_with("question:")) return;
  std::string person;
  std::string found_place;
  if (!admit(at.room, at.event["sender"].as_string(), found_place, person)) return;
  intake_.press(place, person, ours.substr(9), false, now_, after_.taken);
}

void MatrixUpdates::take_message(const matrix::RoomEvent& at, const e2ee::Opened& opened) {
  const auto& sender = at.event["sender"].as_string();
  std::string place, person;
  const bool is_request = opened.content["msgtype"].as_string() == "m.key.verification.request" &&
                          opened.content["to"].as_string() == account_.machine().own().user;
  if (is_request || opened.type.starts_with("m.key.verification."))
    return take_verification(is_request ? "m.key.verification.request" : opened.type, sender,
                             at.room, at.event["event_id"].as_string(), opened.content);
  if (opened.type != "m.room.message" || !admit(at.room, sender, place, person)) return;
  const auto& declared = settings_.places.at(place);
  // The server could not be asked for the sender's devices just now: it is judged later.
  if (!opened.is_trusted && account_.machine().is_outdated(sender))
    throw e2ee::Unreadable("its device is not known yet", true);
  if (!opened.is_trusted && !(declared.allow_unverified_devices &&
                              opened.why_not == "its device is not signed by its owner"))
    return refuse(at.room, sender, opened.why_not);
  const auto& content = opened.content;
  const auto& msgtype = content["msgtype"].as_string();
  if (msgtype == "m.notice" || msgtype.starts_with("m.key.verification.")) return;
  const auto& relates = content["m.relates_to"];
  chat::Incoming m;
  m.id = at.event["event_id"].as_string();
  m.key = "matrix:" + m.id;
  m.place = place;
  m.person = person;
  m.at = now_;
  Said said;
  const bool is_edit = relates["rel_type"].as_string() == "m.replace";
  if (!is_edit && content.contains("m.new_content"))
    return;  // an edit whose relation was taken off
  const auto& shown = is_edit ? content["m.new_content"] : content;
  said.text = std::string(
      base::prefix_bytes(without_quote(base::valid_utf8(shown["body"].as_string())), most_text));
  if (is_edit) {
    m.key = "matrix:" + relates["event_id"].as_string();
    const auto before = chat::Inbox(state_.db).find(m.key);
    if (before && before->person == person && before->place == place) intake_.edit(m, said, now_);
    return;
  }
  if (relates["rel_type"].as_string() == "m.thread") m.thread = relates["event_id"].as_string();
  const bool is_fallback = relates["is_falling_back"].as_bool();
  if (!is_fallback) m.reply_to = relates["m.in_reply_to"]["event_id"].as_string();
  const auto replied =
      m.reply_to.empty() ? std::string() : chat::key_of_part(state_.db, place, m.reply_to);
  if (const auto question = answered_question(place, said.text)) {
    intake_.press(place, person, question->first, question->second, now_, after_.taken);
    return;
  }
  if (const auto kind = kind_of(msgtype); !kind.empty()) {
    chat::Attachment file;
    file.kind = kind;
    file.name = std::string(base::prefix_bytes(
        content["filename"].is_string() ? content["filename"].as_string() : said.text, 255));
    file.media_type = content["info"]["mimetype"].as_string();
    file.size = std::max<std::int64_t>(0, content["info"]["size"].as_int());
    file.ref = json::dump(content["file"]);
    said.attachments.push_back(file);
    // A caption is what is not the file's name.
    if (!content["filename"].is_string() || content["filename"] == content["body"])
      said.text.clear();
  }
  const auto me = account_.machine().own().user;
  const bool shared = declared.reply == "mentioned";
  if (shared && !mentions(content, me) && replied.empty() &&
      !chat::Inbox(state_.db).thread(place, m.thread.empty() ? "-" : m.thread))
    return;
  if (said.text.empty() && said.attachments.empty()) return;
  intake_.take(std::move(m), said, now_, after_.taken);
}

}  // namespace openclaw::cmd
