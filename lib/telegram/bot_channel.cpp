// SPDX-License-Identifier: MIT
#include "telegram/bot_channel.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"

namespace openclaw::telegram {
namespace {

using json::Value;
using markdown::Rich;
using markdown::Span;

constexpr std::size_t most_units = 4096;
constexpr std::size_t part_units = 3900;  // room for "(again) " and "(2/3)"
constexpr std::size_t push_units = 200;   // of the first line, which a phone shows
constexpr std::size_t most_entities = 100;

const char* type_of(Span::Kind kind) {
  switch (kind) {
    case Span::Kind::bold: return "bold";
    case Span::Kind::italic: return "italic";
    case Span::Kind::strike: return "strikethrough";
    case Span::Kind::code: return "code";
    case Span::Kind::pre: return "pre";
    case Span::Kind::quote: return "blockquote";
    case Span::Kind::link: return "text_link";
  }
  return "";
}

Rich with_prefix(const std::string& prefix, Rich rich) {
  const std::size_t more = markdown::utf16_length(prefix);
  for (auto& span : rich.spans) span.offset += more;
  rich.text = prefix + rich.text;
  return rich;
}

/// Numbers as numbers: what the schema calls Integer.
Value integer(const std::string& text) { return Value(std::int64_t{std::atoll(text.c_str())}); }

Value buttons_for(const std::string& question) {
  return Value::object(
      {{"inline_keyboard",
        Value::array({Value::array(
            {Value::object({{"text", "✓ Yes"}, {"callback_data", "y:" + question}}),
             Value::object({{"text", "✗ No"}, {"callback_data", "n:" + question}})})})}});
}

bool says(const Rejected& e, std::string_view words) {
  return base::lower(e.description()).find(words) != std::string::npos;
}

}  // namespace

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps{
      {1, "telegram",
       "CREATE TABLE telegram_moves(chat TEXT NOT NULL PRIMARY KEY, moved_to TEXT NOT NULL) "
       "STRICT;"}};
  return steps;
}

void remember_move(store::Database& db, const std::string& from, const std::string& to) {
  auto& put = db.statement("INSERT OR REPLACE INTO telegram_moves VALUES(?,?)");
  put.bind(1, from);
  put.bind(2, to);
  put.exec();
  put.reset();
}

bool is_moved_to(store::Database& db, const std::string& chat) {
  auto& query = db.statement("SELECT 1 FROM telegram_moves WHERE moved_to=?");
  query.bind(1, chat);
  const bool found = query.executeStep();
  query.reset();
  return found;
}

Value text_params(const Rich& rich) {
  auto entities = Value::array();
  for (const auto& span : rich.spans) {
    if (entities.size() >= most_entities) break;
    auto entity = Value::object({{"type", type_of(span.kind)},
                                 {"offset", static_cast<std::int64_t>(span.offset)},
                                 {"length", static_cast<std::int64_t>(span.length)}});
    if (span.kind == Span::Kind::link) entity.set("url", span.detail);
    if (span.kind == Span::Kind::pre && !span.detail.empty()) entity.set("language", span.detail);
    entities.push(entity);
  }
  auto out = Value::object(
      {{"text", rich.text}, {"link_preview_options", Value::object({{"is_disabled", true}})}});
  if (entities.size() > 0) out.set("entities", entities);
  return out;
}

Value draft_params(const std::string& chat, const std::string& message,
                   const std::string& markdown) {
  const auto pieces =
      markdown::split(markdown::to_rich(markdown, markdown::Links::inert), part_units);
  auto out = Value::object({{"chat_id", integer(chat)}, {"draft_id", integer(message)}});
  if (pieces.empty()) return out;
  const auto styled = text_params(pieces.size() > 1 ? with_prefix("… ", pieces.back()) : pieces[0]);
  out.set("text", styled["text"]);
  if (styled.contains("entities")) out.set("entities", styled["entities"]);
  return out;
}

base::Millis Pace::draw(Bucket& bucket, double most, double per_second, base::Millis now) {
  const double since = static_cast<double>((now - bucket.at).count()) / 1000;
  bucket.tokens =
      bucket.at.count() == 0 ? most : std::min(most, bucket.tokens + since * per_second);
  bucket.at = now;
  if (bucket.tokens >= 1) return base::Millis(0);
  return base::Millis(
      static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / per_second * 1000)));
}

base::Millis Pace::take(const std::string& chat, base::Millis now) {
  const bool group = chat.starts_with('-');
  Bucket& own = chats_[chat];
  const auto wait =
      std::max(draw(own, group ? 10 : 6, group ? 20.0 / 60 : 1, now), draw(all_, 30, 30, now));
  if (wait.count() > 0) return wait;
  own.tokens -= 1;
  all_.tokens -= 1;
  return base::Millis(0);
}

std::string BotChannel::chat_id() {
  auto& query = db_.statement("SELECT moved_to FROM telegram_moves WHERE chat=?");
  query.bind(1, chat_);
  std::string out = chat_;
  if (query.executeStep()) out = query.getColumn(0).getString();
  query.reset();
  return out;
}

Value BotChannel::call_here(const std::string& method, Value params, const chat::Message* file,
                            const std::string& bytes) {
  const auto call = [&] {
    return file ? api_.upload(method, params, "document", file->file, bytes)
                : api_.call(method, params);
  };
  params.set("chat_id", integer(chat_id()));
  try {
    return call();
  } catch (const Rejected& e) {
    if (e.moved_to()) {
      const std::string to = std::to_string(*e.moved_to());
      base::log::warning("telegram",
                         "the group {} is the supergroup {} now: change it in the "
                         "configuration, will send there",
                         chat_, to);
      db_.transaction([&] { remember_move(db_, chat_, to); });
      params.set("chat_id", *e.moved_to());
      return call();
    }
    // What the server cannot make of the styles, it gets without them.
    if (e.code() == 400 && params.contains("entities") && says(e, "entit")) {
      params.erase("entities");
      return api_.call(method, params);
    }
    if (e.code() == 400 && params.contains("message_thread_id") && says(e, "thread not found")) {
      params.erase("message_thread_id");
      return call();
    }
    throw;
  }
}

std::string BotChannel::send_new(const chat::Message& message, const Rich& rich, bool first) {
  auto params = text_params(rich);
  if (message.silent || !first) params.set("disable_notification", true);
  if (!message.thread.empty()) params.set("message_thread_id", integer(message.thread));
  if (first && !message.reply_to.empty())
    params.set("reply_parameters", Value::object({{"message_id", integer(message.reply_to)},
                                                  {"allow_sending_without_reply", true}}));
  const auto wait = pace_.take(chat_, base::boot_now());
  if (wait.count() > 0) throw chat::TooSoon("not so fast in one chat", wait);
  const auto sent = call_here("sendMessage", params);
  if (!sent["message_id"].is_int()) throw chat::OutcomeUnknown("Telegram gave no message id");
  return std::to_string(sent["message_id"].as_int());
}

void BotChannel::edit(const chat::Message& message, const std::string& id, const Rich& rich,
                      bool with_buttons) {
  auto params = text_params(rich);
  params.set("message_id", integer(id));
  if (with_buttons && !message.question.empty())
    params.set("reply_markup", buttons_for(message.question));
  try {
    call_here("editMessageText", params);
  } catch (const Rejected& e) {
    // Twice the same edit is one; a message that a person deleted was seen.
    if (e.code() != 400 ||
        (!says(e, "not modified") && !says(e, "to edit not found") && !says(e, "can't be edited")))
      throw;
  }
}

/// A file cannot be edited to a whole one: what may be a repeat says so beside it.
std::string BotChannel::send_file(const chat::Message& message, const std::string& bytes,
                                  chat::Parts& parts) {
  if (const auto part = parts.find(1)) return part->id;
  auto params = Value::object();
  const bool marked = message.repeat || message.again;
  if (marked) params.set("caption", "(again)");
  if (message.silent) params.set("disable_notification", true);
  if (!message.thread.empty()) params.set("message_thread_id", integer(message.thread));
  const auto wait = pace_.take(chat_, base::boot_now());
  if (wait.count() > 0) throw chat::TooSoon("not so fast in one chat", wait);
  const auto sent = call_here("sendDocument", params, &message, bytes);
  if (!sent["message_id"].is_int()) throw chat::OutcomeUnknown("Telegram gave no message id");
  const auto id = std::to_string(sent["message_id"].as_int());
  base::failpoint("part sent, not stored");
  parts.arrived(1, {id, true, marked});
  return id;
}

std::string BotChannel::send(const chat::Message& message, const std::string& text,
                             chat::Parts& parts) {
  if (!message.file.empty()) return send_file(message, text, parts);
  const auto rich =
      markdown::to_rich(text, message.inert ? markdown::Links::inert : markdown::Links::live);
  auto pieces = markdown::split(rich, part_units);
  if (pieces.empty()) pieces.push_back({"(empty)", {}});
  if (!message.edits.empty()) {
    const auto ids = parts.ids_of(message.edits);
    if (!ids.empty()) {
      edit(message, ids.front(), pieces.front(), true);
      return ids.front();
    }
  }
  std::string first_id;
  bool in_doubt = message.repeat;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    auto part = parts.find(number);
    const bool is_new = !part;
    if (is_new) part = chat::Parts::Part{{}, false, in_doubt || (message.again && i == 0)};
    // What was marked stays so: a person may have seen the other one.
    const Rich whole = part->marked ? with_prefix("(again) ", pieces[i]) : pieces[i];
    if (is_new) {
      const Rich line = markdown::first_line(whole, push_units);
      part->id = send_new(message, line, i == 0);
      in_doubt = false;
      base::failpoint("part sent, not stored");
      part->whole = line.text == whole.text && message.question.empty();
      parts.arrived(number, *part);
      base::failpoint("part stored");
    }
    if (!part->whole) {
      edit(message, part->id, whole, i + 1 == pieces.size());
      base::failpoint("part edited, not stored");
      part->whole = true;
      parts.arrived(number, *part);
    }
    if (i == 0) first_id = part->id;
  }
  return first_id;
}

}  // namespace openclaw::telegram
