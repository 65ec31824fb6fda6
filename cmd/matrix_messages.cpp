// SPDX-License-Identifier: MIT
// What people say in rooms, once it can be read.
#include <algorithm>

#include "base/text.h"
#include "chat/outbox.h"
#include "matrix_updates.h"

namespace openclaw::cmd {
namespace {

using json::Value;

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
  if (opened.why_not == e2ee::copied_key) {
    chat::Incoming message;
    message.place = place;
    message.thread = opened.content["m.relates_to"]["rel_type"].as_string() == "m.thread"
                         ? opened.content["m.relates_to"]["event_id"].as_string()
                         : std::string();
    say(state_, message, "unread:" + at.event["event_id"].as_string(),
        "A message can be read only with a key that did not come from its sender, so I do nothing "
        "about it. Please send it again.",
        now_);
    after_.taken.any = true;
    return;
  }
  if (!opened.is_trusted && !(declared.allow_unverified_devices &&
                              opened.why_not == "its device is not signed by its owner"))
    return refuse(at.room, sender, opened.why_not);
  after_.read[at.room] = at.event["event_id"].as_string();
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
  // An edit whose relation was taken off, or another message that was made one.
  if (is_edit != content.contains("m.new_content")) return;
  const auto& shown = is_edit ? content["m.new_content"] : content;
  said.text = std::string(
      base::prefix_bytes(without_quote(base::valid_utf8(shown["body"].as_string())), most_text));
  if (const auto kind = kind_of(shown["msgtype"].as_string()); !kind.empty()) {
    chat::Attachment file;
    file.kind = kind;
    file.name = std::string(base::prefix_bytes(
        shown["filename"].is_string() ? shown["filename"].as_string() : said.text, 255));
    file.media_type = shown["info"]["mimetype"].as_string();
    file.size = std::max<std::int64_t>(0, shown["info"]["size"].as_int());
    file.ref = json::dump(shown["file"]);
    said.attachments.push_back(file);
    // A caption is what is not the file's name.
    if (!shown["filename"].is_string() || shown["filename"] == shown["body"]) said.text.clear();
  }
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
  const auto& me = account_.machine().own().user;
  const bool shared = declared.reply == "mentioned";
  if (shared && !mentions(content, me) && replied.empty() &&
      !chat::Inbox(state_.db).thread(place, m.thread.empty() ? "-" : m.thread))
    return;
  if (said.text.empty() && said.attachments.empty()) return;
  intake_.take(std::move(m), said, now_, after_.taken);
}

}  // namespace openclaw::cmd
