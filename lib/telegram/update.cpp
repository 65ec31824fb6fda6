// SPDX-License-Identifier: MIT
#include "telegram/update.h"

#include <algorithm>

#include "base/text.h"

namespace openclaw::telegram {
namespace {

using json::Value;

constexpr std::size_t most_quoted = 16384;

std::string id_of(const Value& value) {
  return value.is_int() ? std::to_string(value.as_int()) : std::string();
}

std::string text_of(const Value& message) {
  const auto& text = message["text"].as_string();
  return base::valid_utf8(text.empty() ? message["caption"].as_string() : text);
}

/// Senders that are not a person, or for whom somebody else speaks. GroupAnonymousBot, Channel_Bot
/// and the linked channel's 777000 are senders of many people: naming one in the configuration
/// would open the bot to all of them.
std::string impostor_of(const Value& message) {
  for (const auto* field : {"sender_chat", "via_bot", "business_connection_id",
                            "sender_business_bot", "guest_query_id", "guest_bot_caller_user"})
    if (message.contains(field)) return field;
  if (message["is_automatic_forward"].as_bool()) return "automatic forward";
  const auto& from = message["from"];
  if (!from["id"].is_int()) return "no sender";
  if (from["is_bot"].as_bool(false)) return "bot";
  const auto id = from["id"].as_int();
  if (id == 1087968824 || id == 136817688 || id == 777000) return "a shared account";
  if (message["chat"]["type"].as_string() == "channel") return "channel";
  return {};
}

std::optional<chat::Attachment> attachment_of(const Value& message) {
  // An animation is a document too, for old clients.
  for (const auto* kind : {"animation", "photo", "document", "voice", "audio", "video",
                           "video_note", "sticker", "location", "contact", "poll"}) {
    if (!message.contains(kind)) continue;
    // Of a photo all sizes are listed, the largest last.
    const auto& sizes = message[kind];
    const auto& file = sizes.is_array() && sizes.size() > 0 ? sizes.items().back() : sizes;
    return chat::Attachment{
        kind, std::string(base::prefix_bytes(base::valid_utf8(file["file_name"].as_string()), 255)),
        std::string(base::prefix_bytes(base::valid_utf8(file["mime_type"].as_string()), 100)),
        std::max<std::int64_t>(0, file["file_size"].as_int()), file["file_id"].as_string()};
  }
  return std::nullopt;
}

/// Text that the sender passes on: the forward itself, a quote, or the message replied to when it
/// is neither ours nor his.
std::string foreign_text(const Value& m, const std::string& bot) {
  if (m.contains("forward_origin")) return text_of(m);
  if (m["quote"]["text"].is_string() && id_of(m["reply_to_message"]["from"]["id"]) != bot)
    return base::valid_utf8(m["quote"]["text"].as_string());
  const auto& reply = m["reply_to_message"];
  if (m.contains("external_reply")) return "(a message of another chat)";
  if (!reply.is_object() || reply.contains("forum_topic_created")) return {};
  const auto author = id_of(reply["from"]["id"]);
  return author == bot || author == id_of(m["from"]["id"]) ? std::string() : text_of(reply);
}

bool names_us(const Value& message, const std::string& text, const std::string& name) {
  if (name.empty()) return false;
  const std::string at = "@" + base::lower(name);
  const std::string low = base::lower(text);
  for (std::size_t pos = low.find(at); pos != std::string::npos; pos = low.find(at, pos + 1)) {
    const std::size_t end = pos + at.size();
    if (end == low.size() || (!base::is_alnum(low[end]) && low[end] != '_')) return true;
  }
  return message["chat"]["type"].as_string() == "private";
}

void read_message(Update& out, const Value& m, const std::string& bot, const std::string& name) {
  out.chat = id_of(m["chat"]["id"]);
  out.chat_type = m["chat"]["type"].as_string();
  out.message = id_of(m["message_id"]);
  if (m["is_topic_message"].as_bool()) out.thread = id_of(m["message_thread_id"]);
  out.from = id_of(m["from"]["id"]);
  out.text = text_of(m);
  out.impostor = impostor_of(m);
  out.is_forward = m.contains("forward_origin");
  out.quoted = std::string(base::prefix_bytes(foreign_text(m, bot), most_quoted));
  out.attachment = attachment_of(m);
  out.album = m["media_group_id"].as_string();
  out.moved_to = id_of(m["migrate_to_chat_id"]);
  const auto& reply = m["reply_to_message"];
  if (reply["message_id"].is_int()) out.reply_to = id_of(reply["message_id"]);
  out.reply_to_us = id_of(reply["from"]["id"]) == bot && !bot.empty();
  out.mentions = out.reply_to_us || names_us(m, out.text, name);
}

}  // namespace

Update read_update(const Value& update, const std::string& bot, const std::string& name) {
  Update out;
  out.id = update["update_id"].as_int();
  if (update["message"].is_object()) {
    out.kind = Update::Kind::message;
    read_message(out, update["message"], bot, name);
  } else if (update["edited_message"].is_object()) {
    out.kind = Update::Kind::edit;
    read_message(out, update["edited_message"], bot, name);
  } else if (update["callback_query"].is_object()) {
    const auto& press = update["callback_query"];
    out.kind = Update::Kind::press;
    out.press = press["data"].as_string();
    out.press_id = press["id"].as_string();
    out.from = id_of(press["from"]["id"]);
    out.chat = id_of(press["message"]["chat"]["id"]);
    out.chat_type = press["message"]["chat"]["type"].as_string();
    out.message = id_of(press["message"]["message_id"]);
    if (!press["from"]["id"].is_int()) out.impostor = "no sender";
    if (press["from"]["is_bot"].as_bool()) out.impostor = "bot";
  } else if (update["my_chat_member"].is_object()) {
    const auto& member = update["my_chat_member"];
    out.kind = Update::Kind::membership;
    out.chat = id_of(member["chat"]["id"]);
    out.chat_type = member["chat"]["type"].as_string();
    out.from = id_of(member["from"]["id"]);
    out.standing = member["new_chat_member"]["status"].as_string();
  } else {
    // A kind that was not asked for: business and guest messages among them.
    for (const auto& [key, value] : update.members()) {
      if (key == "update_id" || !value.is_object()) continue;
      out.impostor = base::one_line(base::prefix_bytes(key, 60));
      out.from = id_of(value["from"]["id"]);
      out.chat = id_of(value["chat"]["id"]);
    }
  }
  return out;
}

Speaker judge(const Update& update, const Doors& doors) {
  Speaker out;
  const auto refuse = [&](const std::string& why) {
    out = {};
    out.refusal = why;
    return out;
  };
  if (update.kind == Update::Kind::other)
    return refuse("not asked for: " + (update.impostor.empty() ? "unknown kind" : update.impostor));
  if (!update.impostor.empty()) return refuse(update.impostor);
  if (update.chat.empty() || update.from.empty()) return refuse("no sender");
  out.place = doors.place(update.chat);
  if (out.place.empty()) return refuse("a chat that is not declared");
  out.person = doors.person(update.from);
  if (out.person.empty()) return refuse("nobody that is declared");
  if (!doors.allows(out.place, out.person)) return refuse("not allowed in this place");
  return out;
}

}  // namespace openclaw::telegram
