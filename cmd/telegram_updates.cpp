// SPDX-License-Identifier: MIT
#include "telegram_updates.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "chat/inbox.h"
#include "chat_context.h"
#include "telegram/bot_channel.h"

namespace openclaw::cmd {
namespace {

using json::Value;
using telegram::Update;

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
      doors_(doors_of(settings)),
      intake_(state, settings) {}

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
  auto message = incoming(update, speaker);
  auto said = said_in(update);
  if (update.kind == Update::Kind::edit) return intake_.edit(message, said, now_);
  const bool group = update.chat_type != "private";
  if (group && settings_.places.at(speaker.place).reply == "mentioned" && !update.mentions) return;
  if (update.text.empty() && update.quoted.empty() && !update.attachment)
    return;  // a service message
  intake_.take(std::move(message), said, now_, after_.taken);
}

Said TelegramUpdates::said_in(const Update& update) {
  Said said{update.is_forward ? std::string() : update.text, update.quoted, {}, update.is_forward};
  if (update.attachment) said.attachments.push_back(*update.attachment);
  return said;
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
  if (!update.album.empty()) m.not_before = now_ + album_time;
  return m;
}

void TelegramUpdates::take_press(const Update& update, const telegram::Speaker& speaker) {
  const bool yes = update.press.starts_with("y:");
  const bool is_ours = yes || update.press.starts_with("n:");
  after_.press_answers.emplace_back(
      update.press_id,
      intake_.press(speaker.place, speaker.person, is_ours ? update.press.substr(2) : std::string(),
                    yes, now_, after_.taken));
}

void TelegramUpdates::refuse(const Update& update, const std::string& why) {
  const std::string sender = update.from.empty() ? "chat " + update.chat : update.from;
  if (!chat::Inbox(state_.db).note_stranger(account(), sender, now_)) return;
  base::log::info("telegram", "refused: user {} in chat {}: {}", sender, update.chat, why);
  strangers_.push_back(Value::object(
      {{"channel", "telegram"}, {"user", update.from}, {"chat", update.chat}, {"why", why}}));
}

}  // namespace openclaw::cmd
