// SPDX-License-Identifier: MIT
#include "telegram_updates.h"

#include <fmt/core.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "chat/approvals.h"
#include "chat/inbox.h"
#include "chat/outbox.h"
#include "chat_attachments.h"
#include "chat_commands.h"
#include "chat_context.h"
#include "chat_question.h"
#include "chat_turn.h"
#include "paths.h"
#include "telegram/bot_channel.h"

namespace openclaw::cmd {
namespace {

using json::Value;
using telegram::Update;

constexpr base::Millis useful{24LL * 3600000};
constexpr base::Millis album_time{1500};  // what was sent together arrives apart

}  // namespace

telegram::Doors doors_of(const settings::Settings& settings) {
  std::map<std::string, std::string> places, people;
  for (const auto& [name, place] : settings.places)
    if (place.kind == "telegram") places.emplace(place.address, name);
  for (const auto& [name, person] : settings.people)
    if (person.telegram) people.emplace(std::to_string(*person.telegram), name);
  const auto find = [](const std::map<std::string, std::string>& in, const std::string& key) {
    const auto at = in.find(key);
    return at == in.end() ? std::string() : at->second;
  };
  return {[places, find](const std::string& chat) { return find(places, chat); },
          [people, find](const std::string& user) { return find(people, user); },
          [&settings](const std::string& place, const std::string& person) {
            return !agents_for(settings, place, person).empty();
          }};
}

TelegramUpdates::TelegramUpdates(State& state, const settings::Settings& settings, std::string bot,
                                 std::string name)
    : state_(state),
      settings_(settings),
      bot_(std::move(bot)),
      name_(std::move(name)),
      doors_(doors_of(settings)) {}

AfterUpdates TelegramUpdates::take(const json::Array& updates) {
  after_ = {};
  strangers_.clear();
  if (updates.empty()) return after_;
  now_ = base::wall_now();
  state_.db.transaction([&] {
    std::int64_t last = 0;
    for (const auto& value : updates) {
      const auto update = telegram::read_update(value, bot_, name_);
      last = update.id;  // the order of the list counts: ids can jump down
      take_one(update);
    }
    chat::Inbox(state_.db).set_position(account(), last + 1);
    base::failpoint("updates written, not committed");
  });
  base::failpoint("updates committed");
  for (const auto& stranger : strangers_) state_.recorder.note("refused sender", stranger, now_);
  return std::move(after_);
}

void TelegramUpdates::take_one(const Update& update) {
  const auto speaker = telegram::judge(update, doors_);
  if (update.kind == Update::Kind::membership) {
    const bool member = update.standing == "member" || update.standing == "administrator" ||
                        update.standing == "restricted";
    if (member && update.chat_type != "private" && doors_.place(update.chat).empty() &&
        !telegram::is_moved_to(state_.db, update.chat))
      after_.chats_to_leave.push_back(update.chat);
    return;
  }
  if (!speaker.refusal.empty()) return refuse(update, speaker.refusal);
  if (update.kind == Update::Kind::press) return take_press(update, speaker);
  if (!update.moved_to.empty()) {
    telegram::remember_move(state_.db, update.chat, update.moved_to);
    base::log::warning("telegram",
                       "the group of '{}' is the supergroup {} now, will hear nothing until the "
                       "configuration names it",
                       speaker.place, update.moved_to);
    return;
  }
  if (update.kind == Update::Kind::edit) {
    const auto message = incoming(update, speaker);
    if (!chat_command(update.text))
      chat::Inbox(state_.db).replace_text(message.key, message.text_ref);
    return;
  }
  take_message(update, speaker);
}

chat::Incoming TelegramUpdates::incoming(const Update& update, const telegram::Speaker& speaker) {
  chat::Incoming m;
  m.key = account() + ":" + update.chat + ":" + update.message;
  m.place = speaker.place;
  m.thread = update.thread;
  m.person = speaker.person;
  m.id = update.message;
  m.reply_to = update.reply_to;
  m.at = now_;
  Said said{update.is_forward ? std::string() : update.text, update.quoted, {}, {}};
  if (update.attachment) said.attachments.push_back(*update.attachment);
  said.is_forward = update.is_forward;
  if (!update.album.empty()) m.not_before = now_ + album_time;
  m.untrusted = !said.quoted.empty();
  m.text_ref = state_.bodies.put(json::dump(to_json(said, m.key)), now_, true);
  return m;
}

void TelegramUpdates::take_message(const Update& update, const telegram::Speaker& speaker) {
  const auto& place = settings_.places.at(speaker.place);
  const bool group = update.chat_type != "private";
  if (group && place.reply == "mentioned" && !update.mentions) return;
  if (update.text.empty() && update.quoted.empty() && !update.attachment)
    return;  // a service message
  auto message = incoming(update, speaker);
  chat::Inbox inbox(state_.db);
  const auto command = update.is_forward ? std::nullopt : chat_command(update.text);
  const bool at_once = command && command->name != "job";
  const bool is_only_file = update.text.empty() && update.quoted.empty();
  const std::string why =
      is_only_file ? why_unreadable(settings_, *update.attachment) : std::string();
  const auto full = at_once ? std::string() : over_quota(state_, settings_, message, now_);
  if (at_once || !why.empty() || !full.empty()) message.state = "done";
  if (!inbox.put(message)) return;  // it came before
  after_.any = true;
  if (at_once) return take_command(update, message);
  if (!full.empty() || !why.empty())
    say(state_, message, answer_key(message), full.empty() ? why : full, now_);
}

void TelegramUpdates::take_command(const Update& update, const chat::Incoming& message) {
  const auto command = *chat_command(update.text);
  std::string text;
  if (command.name == "cancel") {
    chat::Inbox inbox(state_.db);
    int stopped = 0;
    for (const auto& open : inbox.open_of(message.place, message.person)) {
      inbox.set_state(open.key, "cancelled");
      after_.cancelled.push_back(open.key);
      for (const auto& question : chat::Approvals(state_.db).close(open.key))
        close_question(question, "✗ Cancelled: " + question.tool);
      ++stopped;
    }
    text = stopped == 0 ? "There is nothing to stop." : "Stopped.";
  } else {
    text = run_chat_command(state_, settings_, command, message, now_);
  }
  say(state_, message, answer_key(message), text, now_);
}

void TelegramUpdates::take_press(const Update& update, const telegram::Speaker& speaker) {
  after_.any = true;
  const bool yes = update.press.starts_with("y:");
  const std::string id = update.press.size() > 2 ? update.press.substr(2) : std::string();
  chat::Approvals approvals(state_.db);
  const auto question = approvals.find(id);
  const bool here =
      question && question->place == speaker.place && (yes || update.press.starts_with("n:"));
  if (!here) {
    after_.press_answers.emplace_back(update.press_id, "That is no question of mine.");
    return;
  }
  const auto job = job_of_question(question->message);
  chat::Incoming presser;
  presser.place = speaker.place;
  presser.person = speaker.person;
  const bool may_answer = question->person.empty() ? may_run_job(settings_, job, presser)
                                                   : question->person == speaker.person;
  if (!may_answer) {
    after_.press_answers.emplace_back(update.press_id, "This question is for somebody else.");
    return;
  }
  if (!approvals.answer(id, speaker.person, yes, now_)) {
    after_.press_answers.emplace_back(update.press_id, "It is closed already.");
    return;
  }
  chat::Inbox(state_.db).set_state(question->message, "new");
  after_.press_answers.emplace_back(update.press_id, yes ? "Yes." : "No.");
  const zone::Zone zone(zone_name(settings_));
  const auto local = zone.local(now_);
  close_question(*question, fmt::format("{} {}, {:02}:{:02}: {}", yes ? "✓" : "✗", speaker.person,
                                        local.hour, local.minute, question->tool));
}

void TelegramUpdates::close_question(const chat::Approval& question, const std::string& text) {
  chat::Message edit;
  edit.key = "closed:" + question.id;
  edit.owner = edit.key;
  edit.place = question.place;
  edit.edits = "question:" + question.id;
  edit.expires = now_ + useful;
  edit.text_ref = state_.bodies.put(text, now_, true);
  chat::Outbox(state_.db).put(edit, now_);
}

void TelegramUpdates::refuse(const Update& update, const std::string& why) {
  const std::string sender = update.from.empty() ? "chat " + update.chat : update.from;
  if (!chat::Inbox(state_.db).note_stranger(account(), sender, now_)) return;
  base::log::info("telegram", "refused: user {} in chat {}: {}", sender, update.chat, why);
  strangers_.push_back(Value::object(
      {{"channel", "telegram"}, {"user", update.from}, {"chat", update.chat}, {"why", why}}));
}

}  // namespace openclaw::cmd
