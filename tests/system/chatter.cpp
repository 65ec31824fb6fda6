// SPDX-License-Identifier: MIT
#include "system/chatter.h"

#include <filesystem>
#include <fstream>

#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "json/parse.h"

namespace openclaw::test {
namespace {

namespace fs = std::filesystem;
using json::Value;

std::string event(const Value& delta, const char* finish = nullptr) {
  auto choice = Value::object({{"index", 0}, {"delta", delta}});
  if (finish) choice.set("finish_reason", finish);
  return "data: " +
         json::dump(Value::object({{"id", "chatcmpl_1"},
                                   {"object", "chat.completion.chunk"},
                                   {"model", "talker"},
                                   {"choices", Value::array({choice})}})) +
         "\n\n";
}

/// In two pieces, where there is a space between them.
std::string say(const std::string& text) {
  const auto half = std::min(text.find(' ', text.size() / 2), text.size());
  return event(Value::object({{"role", "assistant"}, {"content", text.substr(0, half)}})) +
         (half < text.size() ? event(Value::object({{"content", text.substr(half)}})) : "") +
         event(Value::object(), "stop");
}

std::string call(const std::string& tool, const std::string& arguments, std::size_t times,
                 std::size_t n) {
  auto calls = Value::array();
  for (std::size_t i = 0; i < times; ++i)
    calls.push(
        Value::object({{"index", static_cast<std::int64_t>(i)},
                       {"id", "call_" + std::to_string(n) + "_" + std::to_string(i)},
                       {"type", "function"},
                       {"function", Value::object({{"name", tool}, {"arguments", arguments}})}}));
  return event(Value::object({{"role", "assistant"}, {"tool_calls", calls}})) +
         event(Value::object(), "tool_calls");
}

/// The text of a message, whose content is a string or parts.
std::string text_of(const Value& message) {
  if (message["content"].is_string()) return message["content"].as_string();
  std::string out;
  for (const auto& part : message["content"].items()) out += part["text"].as_string();
  return out;
}

std::string reply_to(const Value& request) {
  const auto& messages = request["messages"].items();
  if (messages.empty()) return say("nothing");
  const auto& last = messages.back();
  // What the person said last; a chain goes on after its first result.
  std::string text;
  std::size_t results = 0;
  for (const auto& m : messages) {
    if (m["role"].as_string() == "user") {
      text = text_of(m);
      results = 0;
    }
    results += m["role"].as_string() == "tool" ? 1U : 0U;
  }
  const bool is_chain = text.starts_with("chain ");
  if (last["role"].as_string() == "tool" && (!is_chain || results > 1))
    return say("result: " + text_of(last));
  if (is_chain) {
    const auto middle = text.find(" ;; ");
    text = "call " + (results == 0 ? text.substr(6, middle - 6) : text.substr(middle + 4));
  }
  if (text.starts_with('[')) text.erase(0, text.find(' ') + 1);  // who said it, in a group
  const auto space = text.find(' ');
  const std::string verb = text.substr(0, space);
  std::string rest = space == std::string::npos ? "" : text.substr(space + 1);
  if (verb == "call") {
    rest = rest.substr(0, rest.find('\n'));
    const auto end = rest.find(' ');
    return call(rest.substr(0, end), end == std::string::npos ? "{}" : rest.substr(end + 1), 1,
                messages.size());
  }
  if (verb == "twice") {
    const auto end = rest.find(' ');
    return call(rest.substr(0, end), rest.substr(end + 1), 2, messages.size());
  }
  if (text.starts_with("nod")) return say("ok");
  if (verb == "say") return say(rest);
  if (text.ends_with("context")) {
    std::string all;
    for (const auto& m : messages) all += "[" + m["role"].as_string() + "] " + text_of(m) + "\n";
    return say("```\n" + all + "```");
  }
  return say("you said: " + text);
}

}  // namespace

std::string Talker::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void Talker::answer(const HttpAsk& ask, const HttpPeer& peer) {
  const auto request = json::parse(ask.body);
  ++asked_;
  {
    const std::lock_guard lock(mutex_);
    last_ = json::dump(request["messages"]);
  }
  const auto& messages = request["messages"].items();
  if (!messages.empty() && text_of(messages.back()).find("wait") != std::string::npos)
    while (!released_)
      if (!peer.wait(5)) return;
  const std::string body =
      reply_to(request) + "data: " +
      json::dump(Value::object({{"id", "chatcmpl_1"},
                                {"choices", Value::array()},
                                {"usage", Value::object({{"prompt_tokens", 100},
                                                         {"completion_tokens", 10},
                                                         {"total_tokens", 110}})}})) +
      "\n\ndata: [DONE]\n\n";
  const std::string whole =
      http_answer(200, {{"Content-Type", "text/event-stream"}, {"x-request-id", "req_1"}}, body);
  std::size_t cut = 0;
  if (json::dump(request["messages"]).find("slowly") != std::string::npos &&
      body.find("tool_calls") == std::string::npos) {
    cut = whole.find("\n\n", whole.find("\r\n\r\n")) + 2;
    peer.send(whole.substr(0, cut));
    while (!released_)
      if (!peer.wait(5)) return;
  }
  if (peer.send(whole.substr(cut))) ++answered_;
}

Chatter::Chatter() : house_(dir_.path().string(), {}) {
  fs::create_directories(dir_.file("effects"));
  write(dir_.file("token"), BotApiServer::token);
  house_.environment()["OPENCLAW_CLOCK_AHEAD"] = dir_.file("clock-ahead");
  fs::permissions(dir_.file("token"), fs::perms::owner_read);
  write(dir_.file("notes.txt"), "the note");
  write(dir_.file("openclaw.json"),
        fmt::format(R"({{ "time_zone": "Europe/Amsterdam", "state_dir": "{0}/state",
  "people": {{ "me": {{ "uid": {1}, "telegram": {2} }}, "eva": {{ "telegram": {3} }} }},
  "providers": {{ "main": {{ "api": "openai-chat", "base_url": "{4}", "private_text": true }} }},
  "models": {{ "m": {{ "try": ["main:talker"] }} }},
  "prices": {{ "main:talker": {{ "input_usd_per_mtok": "1.00", "output_usd_per_mtok": "2.00" }} }},
  "commands": {{
    "mark": {{ "argv": ["/usr/bin/mktemp", "-p", "{0}/effects", "{{name}}.XXXXXX"], "write": ["{0}/effects"] }} }},
  "groups": {{
    "free": [ {{"tool": "clock"}}, {{"tool": "command_mark", "args": {{"name": {{"eq": "free"}}}}}} ],
    "asked": [ {{"tool": "command_mark", "args": {{"name": {{"eq": "asked"}}}}, "confirm": true}} ],
    "files": [ {{"tool": "file_read", "args": {{"path": {{"under": ["{0}/notes.txt"]}}}}, "other_args": true}} ] }},
  "agents": {{ "ops": {{ "model": "m", "groups": ["free", "asked", "files"] }}, "reader": {{ "model": "m" }} }},
  "places": {{
    "phone": {{ "telegram": {2}, "private_text": true, "allow": [ {{"who": ["me"], "agents": ["ops", "reader"], "groups": "all"}} ] }},
    "family": {{ "telegram": -1001, "reply": "mentioned", "private_text": true,
      "allow": [ {{"who": ["me", "eva"], "agents": ["ops"], "groups": ["free", "asked"]}} ] }} }},
  "sources": {{ "promises": {{ "kind": "commitments", "path": "promises.md" }} }},
  "jobs": {{ "review": {{ "schedule": "Mon 09:00", "max_late": "7d", "gather": [ {{"from": "promises"}} ],
     "agent": "ops", "prompt": "review.md", "deliver": [ {{"to": "phone"}} ] }} }},
  "telegram": {{ "token": {{"file": "{0}/token"}}, "base_url": "{5}" }} }}
)",
                    dir_.path().string(), ::getuid(), me, eva, talker.url(), telegram.origin()));
  write(dir_.file("review.md"), "Review my promises.\n");
  write(dir_.file("promises.md"), "# Promises\n- [ ] Send the tax form due:2026-11-20 ^tax\n");
}

Chatter::~Chatter() {
  if (listener_) listener_->kill(SIGKILL);
  EXPECT_EQ(base::join(telegram.complaints(), "\n"), "");
  if (HasFailure()) fmt::print("{}\n", log());
}

void Chatter::start() {
  const int ready = telegram.count("setMyCommands");
  listener_ = std::make_unique<Program>(house_.words({"listen-telegram"}), house_.environment(),
                                        Files{"/dev/null", "/dev/null", dir_.file("listener.log")});
  ASSERT_TRUE(comes_true([&] { return telegram.count("setMyCommands") > ready; }, 30)) << log();
}

int Chatter::stop() {
  const int code = listener_->kill(SIGTERM);
  listener_.reset();
  return code;
}

void Chatter::kill() {
  listener_->kill(SIGKILL);
  listener_.reset();
}

void Chatter::pass(std::int64_t ms) {
  const std::string file = dir_.file("clock-ahead");
  std::int64_t so_far = 0;
  std::ifstream(file) >> so_far;
  write(file + ".new", std::to_string(so_far + ms));
  fs::rename(file + ".new", file);
  const base::Fd bell(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = house_.state() + "/telegram.wake";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ::sendto(bell.get(), "", 0, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

std::string Chatter::log() const { return read(dir_.file("listener.log")); }

void Chatter::replace(const std::string& what, const std::string& with) {
  std::string config = read(dir_.file("openclaw.json"));
  const auto at = config.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  config.replace(at, what.size(), with);
  write(dir_.file("openclaw.json"), config);
}

void Chatter::add_chats(std::int64_t first, std::int64_t count) {
  std::string places = "\"places\": {";
  for (std::int64_t i = 0; i < count; ++i)
    places += fmt::format(
        R"( "p{0}": {{ "telegram": {1}, "private_text": true, "memory": false,
      "allow": [ {{"who": ["me"], "agents": ["ops"], "groups": "all"}} ] }},)",
        i, first + i);
  replace("\"places\": {", places);
}

std::vector<std::string> Chatter::rows(const std::string& sql) const {
  sqlite3* db = nullptr;
  std::vector<std::string> out;
  const std::string file = house_.state() + "/openclaw.db";
  if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(db, 5000);
    sqlite3_exec(
        db, sql.c_str(),
        [](void* to, int columns, char** values, char**) {
          std::string line;
          for (int i = 0; i < columns; ++i)
            line += (i > 0 ? "|" : "") + std::string(values[i] ? values[i] : "");
          static_cast<std::vector<std::string>*>(to)->push_back(line);
          return 0;
        },
        &out, nullptr);
  }
  sqlite3_close(db);
  return out;
}

bool Chatter::settles() {
  return comes_true([this] {
    return telegram.is_drained() &&
           rows("SELECT 1 FROM inbox WHERE state IN ('new','job')").empty() &&
           rows("SELECT 1 FROM outbox WHERE state IN ('waiting','sending') AND not_before IS NULL")
               .empty();
  });
}

std::string Chatter::told(std::int64_t chat, std::size_t number) {
  comes_true(
      [&] {
        const auto shown = telegram.shown(chat);
        return shown.size() >= number &&
               rows(
                   "SELECT 1 FROM outbox WHERE state IN ('waiting','sending') AND not_before IS "
                   "NULL")
                   .empty();
      },
      30);
  const auto shown = telegram.shown(chat);
  return shown.size() < number ? "(only " + std::to_string(shown.size()) + " messages)"
                               : shown[number - 1].text;
}

std::size_t Chatter::effects(const std::string& name) const {
  std::size_t n = 0;
  for (const auto& entry : fs::directory_iterator(dir_.file("effects")))
    n += entry.path().filename().string().starts_with(name + ".") ? 1U : 0U;
  return n;
}

}  // namespace openclaw::test
