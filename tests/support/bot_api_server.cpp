// SPDX-License-Identifier: MIT
#include "support/bot_api_server.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/text.h"
#include "json/parse.h"

namespace openclaw::test {
namespace {

using json::Value;
using Answer = std::pair<int, Value>;

/// The parameters of each method that the bot may use, from the published schema; "!" = required.
const std::map<std::string, std::set<std::string>> methods{
    {"getMe", {}},
    {"getUpdates", {"offset", "limit", "timeout", "allowed_updates"}},
    {"deleteWebhook", {"drop_pending_updates"}},
    {"getWebhookInfo", {}},
    {"sendMessage",
     {"!chat_id", "message_thread_id", "!text", "parse_mode", "entities", "link_preview_options",
      "disable_notification", "protect_content", "reply_parameters", "reply_markup",
      // Of earlier versions; the server still takes them.
      "disable_web_page_preview", "reply_to_message_id", "allow_sending_without_reply"}},
    {"editMessageText",
     {"chat_id", "message_id", "text", "parse_mode", "entities", "link_preview_options",
      "reply_markup"}},
    {"sendDocument",
     {"!chat_id", "message_thread_id", "!document", "caption", "parse_mode", "caption_entities",
      "disable_notification", "reply_parameters", "reply_markup",
      "disable_content_type_detection"}},
    {"getFile", {"!file_id"}},
    {"answerCallbackQuery", {"!callback_query_id", "text", "show_alert", "url", "cache_time"}},
    {"sendChatAction", {"!chat_id", "message_thread_id", "!action"}},
    {"sendMessageDraft",
     {"!chat_id", "message_thread_id", "!draft_id", "text", "parse_mode", "entities"}},
    {"setMyCommands", {"!commands", "scope", "language_code"}},
    {"leaveChat", {"!chat_id"}},
};

std::string fault_in(const std::string& method, const Value& params) {
  const auto known = methods.find(method);
  if (known == methods.end()) return "no such method: " + method;
  for (const auto& [name, value] : params.members())
    if (!known->second.contains(name) && !known->second.contains("!" + name))
      return method + ": unknown parameter " + name;
  for (const auto& name : known->second)
    if (name.starts_with('!') && !params.contains(name.substr(1)))
      return method + ": " + name.substr(1) + " is missing";
  if (params.contains("chat_id") && !params["chat_id"].is_int())
    return method + ": chat_id is text";
  return {};
}

/// The real server takes numbers, booleans and structures as text too, as forms give them.
Value as_typed(const Value& params) {
  static const std::set<std::string> numbers{"offset",     "limit",
                                             "timeout",    "chat_id",
                                             "message_id", "message_thread_id",
                                             "draft_id",   "reply_to_message_id"};
  static const std::set<std::string> structures{"entities",         "reply_markup",
                                                "allowed_updates",  "link_preview_options",
                                                "reply_parameters", "commands"};
  auto out = Value::object();
  for (const auto& [name, value] : params.members()) {
    if (value.is_string() && (numbers.contains(name) || structures.contains(name))) {
      try {
        out.set(name, json::parse(value.as_string()));
        continue;
      } catch (const std::exception&) {
      }
    }
    out.set(name, value);
  }
  return out;
}

/// The value of a header, by its lower-case name.
std::string header_of(const HttpAsk& ask, const std::string& name) {
  const std::string low = base::lower(ask.head);
  const auto at = low.find("\r\n" + name + ":");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 3;
  return std::string(base::trim(ask.head.substr(from, ask.head.find("\r\n", from) - from)));
}

/// multipart/form-data: each field as text; a file as {"name", "bytes" in base64}.
Value form_fields(const HttpAsk& ask) {
  const std::string type = header_of(ask, "content-type");
  const auto at = type.find("boundary=");
  if (at == std::string::npos) return {};
  const std::string line = "--" + type.substr(at + 9);
  auto out = Value::object();
  for (std::size_t pos = ask.body.find(line); pos != std::string::npos;) {
    pos += line.size();
    const auto next = ask.body.find("\r\n" + line, pos);
    const auto head = ask.body.find("\r\n\r\n", pos);
    if (next == std::string::npos || head > next) break;
    const std::string names = ask.body.substr(pos, head - pos);
    const std::string bytes = ask.body.substr(head + 4, next - head - 4);
    const auto quoted = [&](const std::string& key) {
      const auto from = names.find(" " + key + "=\"");
      if (from == std::string::npos) return std::string();
      const auto start = from + key.size() + 3;
      return names.substr(start, names.find('"', start) - start);
    };
    if (const auto file = quoted("filename"); !file.empty())
      out.set(quoted("name"), Value::object({{"name", file}, {"bytes", base::base64(bytes)}}));
    else
      out.set(quoted("name"), bytes);
    pos = next + 2;
  }
  return out;
}

std::int64_t units_of(const std::string& text) {
  std::int64_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

Answer failed(int code, const std::string& words, const Value& parameters = {}) {
  auto out = Value::object({{"ok", false}, {"error_code", code}, {"description", words}});
  if (!parameters.is_null()) out.set("parameters", parameters);
  return {code, out};
}

Answer good(Value result) {
  return {200, Value::object({{"ok", true}, {"result", std::move(result)}})};
}

}  // namespace

BotApiServer::BotApiServer()
    : server_([this](const HttpAsk& ask, const HttpPeer& peer) { answer(ask, peer); },
              HttpServer::Family::v4, HttpServer::Order::at_once) {}

bool BotApiServer::chance(double share) {
  return share > 0 && std::uniform_real_distribution<>(0, 1)(random_) < share;
}

void BotApiServer::answer(const HttpAsk& ask, const HttpPeer& peer) {
  const std::string prefix = std::string("/bot") + token + "/";
  const auto reply = [&](const Answer& a) {
    HttpHeaders headers{{"Content-Type", "application/json"}};
    const auto wait = a.second["parameters"]["retry_after"].as_int();
    if (wait > 0) headers.emplace_back("Retry-After", std::to_string(wait));
    peer.send(http_answer(a.first, headers, json::dump(a.second)));
  };
  if (const std::string files = std::string("/file/bot") + token + "/files/";
      ask.target.starts_with(files)) {
    const auto bytes = with([&] { return files_[ask.target.substr(files.size())]; });
    if (bytes.empty()) return reply(failed(404, "Not Found"));
    peer.send(http_answer(200, {{"Content-Type", "application/octet-stream"}}, bytes));
    return;
  }
  if (!ask.target.starts_with(prefix)) return reply(failed(401, "Unauthorized"));
  const std::string method = ask.target.substr(prefix.size());
  const bool is_form = header_of(ask, "content-type").starts_with("multipart/");
  const Value params = ask.body.empty() ? Value::object()
                       : is_form        ? as_typed(form_fields(ask))
                                        : as_typed(json::parse(ask.body));
  const bool html = with([&] {
    calls_.push_back(method);
    return html_answers > 0 && html_answers-- > 0;
  });
  if (html) {
    peer.send(http_answer(502, {{"Content-Type", "text/html"}}, "<html>502 Bad Gateway</html>"));
    return;
  }
  if (const auto fault = fault_in(method, params); !fault.empty()) {
    with([&] { complaints_.push_back(fault); });
    return reply(failed(method.empty() ? 404 : 400, "Bad Request: " + fault));
  }
  if (method == "getUpdates") return poll(params, peer);
  Answer result;
  bool lost = false;
  {
    const std::lock_guard lock(mutex_);
    const bool writes = method.starts_with("send") || method.starts_with("edit");
    if (writes && chance(lost_requests)) return peer.reset();
    result = perform(method, params);
    lost = writes && chance(lost_answers);
  }
  if (lost) return peer.reset();
  reply(result);
}

void BotApiServer::poll(const Value& params, const HttpPeer& peer) {
  int mine = 0;
  std::int64_t wait_ms = std::clamp<std::int64_t>(params["timeout"].as_int(), 0, 50) * 1000;
  {
    const std::lock_guard lock(mutex_);
    mine = ++pollers_;
    if (params["allowed_updates"].is_array()) {
      allowed_.clear();
      for (const auto& kind : params["allowed_updates"].items())
        allowed_.push_back(kind.as_string());
    }
    const auto offset = params["offset"].as_int();
    if (offset < 0) complaints_.push_back("getUpdates: a negative offset forgets all others");
    const std::int64_t tail = next_update_;
    // Too far ahead, or of another age: served from the head.
    const bool odd = offset > tail + 10;
    if (offset > 0 && !odd)
      while (!queue_.empty() && queue_.front()["update_id"].as_int() < offset) queue_.pop_front();
  }
  while (true) {
    Answer out;
    bool ready = false;
    {
      const std::lock_guard lock(mutex_);
      if (webhook) {
        out = failed(409,
                     "Conflict: can't use getUpdates method while webhook is active; use "
                     "deleteWebhook to delete the webhook first");
        ready = true;
      } else if (mine != pollers_) {
        out = failed(409,
                     "Conflict: terminated by other getUpdates request; make sure that only one "
                     "bot instance is running");
        ready = true;
      } else if (!queue_.empty() || wait_ms <= 0) {
        auto list = Value::array();
        const auto most =
            static_cast<std::size_t>(std::clamp<std::int64_t>(params["limit"].as_int(100), 1, 100));
        for (std::size_t i = 0; i < queue_.size() && i < most; ++i) list.push(queue_[i]);
        out = good(list);
        ready = true;
      }
    }
    if (ready) {
      peer.send(
          http_answer(out.first, {{"Content-Type", "application/json"}}, json::dump(out.second)));
      return;
    }
    if (!peer.wait(0)) return;
    std::unique_lock lock(mutex_);
    const auto begin = std::chrono::steady_clock::now();
    came_.wait_for(lock, std::chrono::milliseconds(20));
    wait_ms -= std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now() - begin)
                   .count() +
               1;
  }
}

std::string BotApiServer::text_fault(const Value& params) const {
  const auto& text = params["text"].as_string();
  const auto units = units_of(text);
  if (text.find_first_not_of(" \n\t") == std::string::npos) return "message text is empty";
  if (units > 4096) return "message is too long";
  if (params.contains("parse_mode")) return "parse_mode is not to be used";
  for (const auto& e : params["entities"].items()) {
    const auto from = e["offset"].as_int(-1), length = e["length"].as_int(-1);
    if (from < 0 || length < 1 || from + length > units) return "entity beyond the text";
    if (e["type"].as_string() == "text_link" && e["url"].as_string().empty())
      return "text_link without url";
  }
  return {};
}

Answer BotApiServer::chat_fault(std::int64_t chat) {
  if (blocked_.contains(chat)) return failed(403, "Forbidden: bot was blocked by the user");
  if (const auto moved = moved_.find(chat); moved != moved_.end())
    return failed(400, "Bad Request: group chat was upgraded to a supergroup chat",
                  Value::object({{"migrate_to_chat_id", moved->second}}));
  if (!chats_.contains(chat)) return failed(400, "Bad Request: chat not found");
  return {};
}

Answer BotApiServer::send_document(const Value& params) {
  const auto chat = params["chat_id"].as_int();
  if (const auto fault = chat_fault(chat); fault.first != 0) return fault;
  auto& here = chats_[chat];
  Shown shown;
  shown.id = here.next_message++;
  shown.text = params["caption"].as_string();
  shown.file_name = params["document"]["name"].as_string();
  shown.file = base::from_base64(params["document"]["bytes"].as_string()).value_or("");
  if (shown.file.empty()) return failed(400, "Bad Request: file must be non-empty");
  here.messages[shown.id] = shown;
  return good(message_json(chat, shown));
}

Answer BotApiServer::send_message(const Value& params) {
  if (floods > 0 && floods-- > 0)
    return failed(429, "Too Many Requests: retry after " + std::to_string(retry_after),
                  Value::object({{"retry_after", retry_after}}));
  const auto chat = params["chat_id"].as_int();
  if (const auto fault = chat_fault(chat); fault.first != 0) return fault;
  if (const auto fault = text_fault(params); !fault.empty()) {
    complaints_.push_back("sendMessage: " + fault);
    return failed(400, "Bad Request: " + fault);
  }
  auto& here = chats_[chat];
  Shown shown;
  shown.id = here.next_message++;
  shown.text = params["text"].as_string();
  shown.entities = params["entities"];
  shown.buttons = params["reply_markup"];
  shown.silent = params["disable_notification"].as_bool();
  shown.reply_to = static_cast<int>(params["reply_parameters"]["message_id"].as_int());
  shown.thread = static_cast<int>(params["message_thread_id"].as_int());
  here.messages[shown.id] = shown;
  return good(message_json(chat, shown));
}

Answer BotApiServer::edit_message(const Value& params) {
  if (const auto fault = text_fault(params); !fault.empty()) {
    complaints_.push_back("editMessageText: " + fault);
    return failed(400, "Bad Request: " + fault);
  }
  const auto chat = params["chat_id"].as_int();
  auto& messages = chats_[chat].messages;
  const auto at = messages.find(static_cast<int>(params["message_id"].as_int()));
  if (at == messages.end()) return failed(400, "Bad Request: message to edit not found");
  Shown& shown = at->second;
  if (shown.text == params["text"].as_string() && shown.buttons == params["reply_markup"] &&
      shown.entities == params["entities"])
    return failed(400,
                  "Bad Request: message is not modified: specified new message content and reply "
                  "markup are exactly the same as a current content and reply markup of the "
                  "message");
  shown.before.push_back(shown.text);
  shown.text = params["text"].as_string();
  shown.entities = params["entities"];
  shown.buttons = params["reply_markup"];
  return good(message_json(chat, shown));
}

Answer BotApiServer::perform(const std::string& method, const Value& params) {
  if (method == "getMe")
    return good(Value::object({{"id", 4242},
                               {"is_bot", true},
                               {"first_name", "Ops"},
                               {"username", "ops_bot"},
                               {"can_join_groups", false},
                               {"can_read_all_group_messages", false},
                               {"supports_inline_queries", false}}));
  if (method == "sendMessage") return send_message(params);
  if (method == "sendDocument") return send_document(params);
  if (method == "getFile") {
    const auto& id = params["file_id"].as_string();
    if (!files_.contains(id))
      return failed(400, "Bad Request: wrong file_id or the file is temporarily unavailable");
    const auto size = static_cast<std::int64_t>(files_[id].size());
    if (size > (20 << 20)) return failed(400, "Bad Request: file is too big");
    return good(Value::object({{"file_id", id},
                               {"file_unique_id", "u" + id},
                               {"file_size", size},
                               {"file_path", "files/" + id}}));
  }
  if (method == "editMessageText") return edit_message(params);
  if (method == "deleteWebhook") {
    if (params["drop_pending_updates"].as_bool()) complaints_.push_back("updates were dropped");
    webhook = false;
    return good(true);
  }
  if (method == "getWebhookInfo")
    return good(
        Value::object({{"url", webhook ? "https://other.example/hook" : ""},
                       {"pending_update_count", static_cast<std::int64_t>(queue_.size())}}));
  if (method == "sendMessageDraft") {
    const auto chat = params["chat_id"].as_int();
    if (auto fault = chat_fault(chat); fault.first != 0) return fault;
    if (chat < 0) return failed(400, "Bad Request: the method is for private chats");
    if (params["draft_id"].as_int() == 0) return failed(400, "Bad Request: DRAFT_ID_INVALID");
    if (const auto fault = text_fault(params); !fault.empty() && params.contains("text"))
      return failed(400, fault);
    chats_[chat].drafts.push_back(params["text"].as_string());
  }
  if (method == "leaveChat") left_.push_back(std::to_string(params["chat_id"].as_int()));
  if (method == "answerCallbackQuery")
    presses_[params["callback_query_id"].as_string()] = params["text"].as_string();
  return good(true);
}

}  // namespace openclaw::test
