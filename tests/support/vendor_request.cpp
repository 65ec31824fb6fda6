// SPDX-License-Identifier: MIT
#include "support/vendor_request.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <sys/socket.h>

#include "json/parse.h"

namespace openclaw::test {
namespace {

using json::Value;

Api api_of(const VendorRequest& r) {
  const auto ends = [&](std::string_view tail) { return r.path.ends_with(tail); };
  if (ends("/v1/messages")) return Api::anthropic;
  if (ends("/chat/completions")) return Api::chat;
  if (ends("/responses")) return Api::responses;
  if (ends("/api/chat")) return Api::ollama;
  if (r.path.find("/models/") != std::string::npos &&
      (ends(":generateContent") || ends(":streamGenerateContent?alt=sse")))
    return Api::gemini;
  return Api::none;
}

std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool code = text[i] == '%' && i + 2 < text.size();
    out += code ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    if (code) i += 2;
  }
  return out;
}

const std::set<std::string>& members_of(Api api) {
  static const std::set<std::string> anthropic{
      "model",    "messages",      "max_tokens",   "system",      "stream",
      "tools",    "tool_choice",   "metadata",     "temperature", "stop_sequences",
      "thinking", "output_config", "cache_control"};
  static const std::set<std::string> chat{
      "model",          "messages",    "max_tokens",  "max_completion_tokens", "stream",
      "stream_options", "tools",       "tool_choice", "response_format",       "reasoning_effort",
      "store",          "temperature", "user"};
  static const std::set<std::string> responses{
      "model",        "input",  "max_output_tokens", "store", "include",
      "instructions", "stream", "stream_options",    "tools", "tool_choice",
      "reasoning",    "text",   "metadata"};
  static const std::set<std::string> gemini{"contents", "generationConfig", "systemInstruction",
                                            "tools",    "toolConfig",       "safetySettings"};
  static const std::set<std::string> ollama{"model", "messages", "stream", "options",
                                            "tools", "think",    "format", "keep_alive"};
  switch (api) {
    case Api::anthropic: return anthropic;
    case Api::chat: return chat;
    case Api::responses: return responses;
    case Api::gemini: return gemini;
    default: return ollama;
  }
}

void check_auth(const VendorRequest& r, const std::string& key) {
  if (r.api == Api::ollama) return;
  std::string given = r.headers["authorization"].as_string();
  // Anthropic takes either; its newer libraries send the bearer.
  const bool own_header = r.api == Api::anthropic && r.headers.contains("x-api-key");
  if (own_header) given = r.headers["x-api-key"].as_string();
  if (r.api == Api::gemini) given = r.headers["x-goog-api-key"].as_string();
  const bool bearer = !own_header && r.api != Api::gemini;
  if (given != (bearer ? "Bearer " : "") + key)
    throw Refusal{401, "authentication_error", "invalid api key"};
}

[[noreturn]] void wrong(const std::string& why) {
  throw Refusal{400, "invalid_request_error", why};
}

/// Every result answers a call that an earlier message made, and no call stays without one.
void check_turns(const VendorRequest& r) {
  std::set<std::string> open;
  const auto answer = [&](const Value& id) {
    if (!id.is_string() || id.as_string().empty())
      wrong("a tool result without the id of its call");
    if (open.erase(id.as_string()) == 0) wrong("unexpected tool result: " + id.as_string());
  };
  for (const auto& m : r.body[turns_name(r.api)].items()) {
    const auto& role = m["role"].as_string();
    if (r.api == Api::anthropic && role != "user" && role != "assistant") wrong("messages: role");
    if (r.api == Api::gemini && role != "user" && role != "model") wrong("contents: valid role");
    if ((r.api == Api::chat || r.api == Api::ollama) && role != "system" && role != "developer" &&
        role != "user" && role != "assistant" && role != "tool")
      wrong("messages: role");
    if (r.api == Api::chat && role == "tool") answer(m["tool_call_id"]);
    if (r.api == Api::ollama && role == "tool" && m["tool_name"].as_string().empty())
      wrong("a tool message without tool_name");
    if (m["type"] == Value("function_call_output")) answer(m["call_id"]);
    if (m["type"] == Value("function_call")) open.insert(m["call_id"].as_string());
    for (const auto& part : m["content"].items())
      if (part["type"] == Value("tool_result")) answer(part["tool_use_id"]);
    if (!open.empty() && role == "user") wrong("a tool call without its result");
    for (const auto& part : m["content"].items())
      if (part["type"] == Value("tool_use")) open.insert(part["id"].as_string());
    for (const auto& call : m["tool_calls"].items())
      if (r.api == Api::chat) open.insert(call["id"].as_string());
  }
  if (!open.empty()) wrong("a tool call without its result");
}

void check_tools(const VendorRequest& r) {
  const Value& list =
      r.api == Api::gemini ? r.body["tools"].at(0)["functionDeclarations"] : r.body["tools"];
  std::set<std::string> names;
  for (const auto& tool : list.items()) {
    const bool nested = r.api == Api::chat || r.api == Api::ollama;
    const std::string name = (nested ? tool["function"] : tool)["name"].as_string();
    if (name.empty() || name.size() > 64 || std::any_of(name.begin(), name.end(), [](char c) {
          return !std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-';
        }))
      wrong("tools: name must be 1 to 64 of a-z, A-Z, 0-9, _ and -");
    if (!names.insert(name).second) wrong("tools: names must be unique");
  }
}

}  // namespace

const char* turns_name(Api api) {
  return api == Api::gemini ? "contents" : api == Api::responses ? "input" : "messages";
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::optional<VendorRequest> read_request(int fd) {
  std::string all;
  std::size_t head = std::string::npos;
  std::size_t length = 0;
  char piece[16384];
  VendorRequest out;
  while (head == std::string::npos || all.size() < head + 4 + length) {
    const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
    if (n <= 0) return std::nullopt;
    all.append(piece, static_cast<std::size_t>(n));
    if (head != std::string::npos || (head = all.find("\r\n\r\n")) == std::string::npos) continue;
    const auto space = all.find(' ');
    out.method = all.substr(0, space);
    out.path = all.substr(space + 1, all.find(' ', space + 1) - space - 1);
    for (std::size_t at = all.find("\r\n"); at < head;) {
      const auto end = all.find("\r\n", at + 2);
      const std::string line = all.substr(at + 2, end - at - 2);
      const auto colon = line.find(':');
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const auto value = line.find_first_not_of(' ', colon + 1);
      out.headers.set(name, value == std::string::npos ? "" : line.substr(value));
      at = end;
    }
    length =
        static_cast<std::size_t>(std::atoll(out.headers["content-length"].as_string().c_str()));
    if (out.headers["expect"].as_string() == "100-continue")
      send_all(fd, "HTTP/1.1 100 Continue\r\n\r\n");
  }
  out.text = all.substr(head + 4, length);
  return out;
}

void check(VendorRequest& r, const std::string& key) {
  r.api = api_of(r);
  if (r.api == Api::none) throw Refusal{404, "not_found_error", "no such path"};
  if (r.method != "POST") throw Refusal{405, "invalid_request_error", "only POST"};
  check_auth(r, key);
  if (!r.headers["content-type"].as_string().starts_with("application/json"))
    throw Refusal{415, "invalid_request_error", "content-type must be application/json"};
  try {
    r.body = json::parse(r.text, {.unique_keys = true});
  } catch (const json::ParseError&) {
    wrong("the body is no JSON");
  }
  if (!r.body.is_object()) wrong("the body is no object");
  for (const auto& [name, value] : r.body.members())
    if (!members_of(r.api).contains(name)) wrong(name + ": extra inputs are not permitted");
  if (r.api == Api::anthropic && r.headers["anthropic-version"].as_string().empty())
    wrong("anthropic-version: header is required");
  r.model = r.body["model"].as_string();
  if (r.api == Api::gemini) {
    const auto at = r.path.find("/models/") + 8;
    r.model = unescape(r.path.substr(at, r.path.rfind(':') - at));
  }
  if (r.model.empty()) wrong("model: field required");
  const Value& turns = r.body[turns_name(r.api)];
  if (turns.size() == 0 && !(r.api == Api::responses && turns.is_string()))
    wrong(std::string(turns_name(r.api)) + ": field required");
  if (r.api == Api::anthropic && r.body["max_tokens"].as_int() < 1)
    wrong("max_tokens: field required");
  r.stream = r.body["stream"].as_bool(r.api == Api::ollama);  // Ollama streams unless told not to
  if (r.api == Api::gemini) r.stream = r.path.find(":stream") != std::string::npos;
  if (!r.stream && r.body.contains("stream_options")) wrong("stream_options needs stream");
  check_turns(r);
  check_tools(r);
  static const std::set<std::string> known{"ok",
                                           "claude-sonnet-4-6",
                                           "cached",
                                           "echo",
                                           "refuse",
                                           "length",
                                           "cut",
                                           "slow",
                                           "hang",
                                           "badjson",
                                           "error-in-stream",
                                           "leak",
                                           "401",
                                           "429",
                                           "500",
                                           "503",
                                           "529",
                                           "claude-sonnet-4-6",
                                           "gpt-5.4-mini",
                                           "gemini-3.6-flash",
                                           "llama3.2"};
  if (!known.contains(r.model) && !r.model.starts_with("say:") && !r.model.starts_with("tool:"))
    throw Refusal{404, "not_found_error", "model: " + r.model};
}

}  // namespace openclaw::test
