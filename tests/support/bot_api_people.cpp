// SPDX-License-Identifier: MIT
// What people do in the chats of the stand-in, and what they see there.
#include <algorithm>

#include "support/bot_api_server.h"

namespace openclaw::test {
namespace {

using json::Value;

Value user(std::int64_t id) {
  return Value::object({{"id", id}, {"is_bot", false}, {"first_name", "Somebody"}});
}

Value chat_json(std::int64_t id) {
  return Value::object({{"id", id}, {"type", id < 0 ? "supergroup" : "private"}});
}

}  // namespace

void BotApiServer::queue(Value update) {
  std::string kind;
  for (const auto& [key, value] : update.members())
    if (key != "update_id") kind = key;
  const bool wanted =
      allowed_.empty() || std::find(allowed_.begin(), allowed_.end(), kind) != allowed_.end();
  if (!wanted) return;
  update.set("update_id", next_update_++);
  queue_.push_back(std::move(update));
  came_.notify_all();
}

int BotApiServer::say(std::int64_t chat, std::int64_t from, const std::string& text,
                      const Value& more) {
  return with([&] {
    auto& here = chats_[chat];
    const int id = here.next_message++;
    auto message = Value::object({{"message_id", id},
                                  {"from", user(from)},
                                  {"chat", chat_json(chat)},
                                  {"date", 1795417800}});
    if (!text.empty()) message.set("text", text);
    for (const auto& [key, value] : more.members()) message.set(key, value);
    const auto reply = more["reply_to_message"]["message_id"].as_int();
    if (const auto ours = here.messages.find(static_cast<int>(reply));
        ours != here.messages.end()) {
      auto replied = message_json(chat, ours->second);
      replied.erase("reply_to_message");  // they do not nest
      message.set("reply_to_message", replied);
    }
    here.said[id] = message;
    queue(Value::object({{"message", message}}));
    return id;
  });
}

void BotApiServer::edit(std::int64_t chat, int id, const std::string& text) {
  with([&] {
    auto message = chats_[chat].said[id];
    message.set("text", text).set("edit_date", 1795417900);
    queue(Value::object({{"edited_message", message}}));
  });
}

bool BotApiServer::press(std::int64_t chat, int id, std::int64_t from, const std::string& label) {
  return with([&] {
    const auto& shown = chats_[chat].messages[id];
    for (const auto& row : shown.buttons["inline_keyboard"].items())
      for (const auto& button : row.items()) {
        if (!button["text"].as_string().starts_with(label)) continue;
        queue(Value::object(
            {{"callback_query", Value::object({{"id", "press" + std::to_string(next_press_++)},
                                               {"from", user(from)},
                                               {"message", message_json(chat, shown)},
                                               {"chat_instance", "1"},
                                               {"data", button["callback_data"].as_string()}})}}));
        return true;
      }
    return false;
  });
}

std::string BotApiServer::keep_file(const std::string& bytes) {
  return with([&] {
    const std::string id = "file" + std::to_string(files_.size() + 1);
    files_[id] = bytes;
    return id;
  });
}

void BotApiServer::push(Value update) {
  with([&] { queue(std::move(update)); });
}
void BotApiServer::block(std::int64_t chat) {
  with([&] { blocked_[chat] = true; });
}
void BotApiServer::move(std::int64_t from, std::int64_t to) {
  with([&] { moved_[from] = to; });
}
void BotApiServer::reseed(std::int64_t next) {
  with([&] { next_update_ = next; });
}

Value BotApiServer::message_json(std::int64_t chat, const Shown& shown) const {
  auto out = Value::object(
      {{"message_id", shown.id},
       {"from", Value::object({{"id", 4242}, {"is_bot", true}, {"first_name", "Ops"}})},
       {"chat", chat_json(chat)},
       {"date", 1795417800},
       {"text", shown.text}});
  if (shown.reply_to != 0)
    out.set("reply_to_message",
            Value::object(
                {{"message_id", shown.reply_to}, {"date", 1795417800}, {"chat", chat_json(chat)}}));
  if (shown.buttons.is_object()) out.set("reply_markup", shown.buttons);
  return out;
}

std::vector<BotApiServer::Shown> BotApiServer::shown(std::int64_t chat) {
  return with([&] {
    std::vector<Shown> out;
    for (const auto& [id, message] : chats_[chat].messages) out.push_back(message);
    return out;
  });
}

std::vector<std::string> BotApiServer::drafts(std::int64_t chat) {
  return with([&] { return chats_[chat].drafts; });
}

std::vector<std::string> BotApiServer::left_chats() {
  return with([&] { return left_; });
}
std::map<std::string, std::string> BotApiServer::press_answers() {
  return with([&] { return presses_; });
}
bool BotApiServer::is_drained() {
  return with([&] { return queue_.empty(); });
}
std::vector<std::string> BotApiServer::calls() {
  return with([&] { return calls_; });
}
int BotApiServer::count(const std::string& method) {
  return with([&] { return static_cast<int>(std::count(calls_.begin(), calls_.end(), method)); });
}
std::vector<std::string> BotApiServer::complaints() {
  return with([&] { return complaints_; });
}

}  // namespace openclaw::test
