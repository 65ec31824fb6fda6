// SPDX-License-Identifier: MIT
#include "matrix/room_channel.h"

#include "base/text.h"
#include "e2ee/secrets.h"
#include "markdown/html.h"

namespace openclaw::matrix {
namespace {

using json::Value;

constexpr std::size_t part_units = 4000;  // an event is at most 64 KiB, sealed and with its HTML

Value content_of(const std::string& body, const std::string& html, bool silent) {
  auto out = Value::object({{"msgtype", silent ? "m.notice" : "m.text"},
                            {"body", body},
                            {"m.mentions", Value::object()}});  // a name in a text rings nobody
  if (html != "<p>" + body + "</p>") {
    out.set("format", "org.matrix.custom.html");
    out.set("formatted_body", html);
  }
  return out;
}

void relate(Value& content, const chat::Message& message) {
  if (!message.thread.empty()) {
    auto relates = Value::object({{"rel_type", "m.thread"},
                                  {"event_id", message.thread},
                                  {"is_falling_back", message.reply_to.empty()}});
    relates.set("m.in_reply_to",
                Value::object(
                    {{"event_id", message.reply_to.empty() ? message.thread : message.reply_to}}));
    content.set("m.relates_to", relates);
  } else if (!message.reply_to.empty()) {
    content.set(
        "m.relates_to",
        Value::object({{"m.in_reply_to", Value::object({{"event_id", message.reply_to}})}}));
  }
}

}  // namespace

Value text_content(const std::string& text, bool inert, bool silent) {
  const auto links = inert ? markdown::Links::inert : markdown::Links::live;
  return content_of(markdown::to_rich(text, links).text, markdown::to_html(text, links), silent);
}

std::string RoomChannel::send_file(const chat::Message& message, const std::string& bytes,
                                   chat::Parts& parts) {
  if (const auto part = parts.find(1)) return part->id;
  const auto sealed = e2ee::encrypt_file(bytes);
  Value info = sealed.info;
  // A file uploaded twice is harmless: only one of them is ever named by an event.
  info.set("url", account_.api().upload(sealed.bytes));
  auto content =
      Value::object({{"msgtype", "m.file"},
                     {"body", message.file},
                     {"filename", message.file},
                     {"file", info},
                     {"info", Value::object({{"size", static_cast<std::int64_t>(bytes.size())}})}});
  relate(content, message);
  const auto id =
      account_.send(room_, message.key + "#1", "m.room.message", content, base::wall_now());
  parts.arrived(1, {id, true, false});
  return id;
}

std::string RoomChannel::send(const chat::Message& message, const std::string& text,
                              chat::Parts& parts) {
  try {
    return send_now(message, text, parts);
  } catch (const LoggedOut&) {
    // The thread that listens renews the login; what it got is in the database.
    account_.read_token();
    return send_now(message, text, parts);
  }
}

std::string RoomChannel::send_now(const chat::Message& message, const std::string& text,
                                  chat::Parts& parts) {
  if (!message.file.empty()) return send_file(message, text, parts);
  const auto links = message.inert ? markdown::Links::inert : markdown::Links::live;
  auto pieces = markdown::split(markdown::to_rich(text, links), part_units);
  if (pieces.empty()) pieces.push_back({"(empty)", {}});
  std::string replaced;
  if (!message.edits.empty()) {
    const auto ids = parts.ids_of(message.edits);
    if (!ids.empty()) replaced = ids.front();
  }
  std::string first;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    auto part = parts.find(number);
    if (!part) {
      auto content = pieces.size() == 1 ? text_content(text, message.inert, message.silent)
                                        : content_of(pieces[i].text, markdown::to_html(pieces[i]),
                                                     message.silent || i > 0);
      if (!message.question.empty() && i + 1 == pieces.size()) {
        // The words name the question: what an event replies to is not sealed.
        const auto code = message.question.substr(0, 4);
        content.set("body",
                    content["body"].as_string() + "\n\nWrite: yes " + code + ", or: no " + code);
        content.set("format", "org.matrix.custom.html");
        content.set("formatted_body",
                    (content["formatted_body"].is_string() ? content["formatted_body"].as_string()
                                                           : std::string()) +
                        "<p>Write <code>yes " + code + "</code> or <code>no " + code +
                        "</code>.</p>");
      }
      if (!replaced.empty() && i == 0) {
        const Value fresh = content;
        content.set("body", "* " + content["body"].as_string());
        content.set("m.new_content", fresh);
        content.set("m.relates_to",
                    Value::object({{"rel_type", "m.replace"}, {"event_id", replaced}}));
      } else {
        relate(content, message);
      }
      part = chat::Parts::Part{account_.send(room_, message.key + "#" + std::to_string(number),
                                             "m.room.message", content, base::wall_now()),
                               true, false};
      parts.arrived(number, *part);
    }
    if (first.empty()) first = part->id;
  }
  return first;
}

}  // namespace openclaw::matrix
