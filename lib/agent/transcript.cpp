// SPDX-License-Identifier: MIT
#include "agent/transcript.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"

namespace openclaw::agent {
namespace {

using json::Value;

Value part_json(const llm::Part& part, Images images) {
  if (const auto* text = std::get_if<llm::Text>(&part))
    return Value::object({{"text", text->text}});
  if (const auto* image = std::get_if<llm::Image>(&part); image && images == Images::kept)
    return Value::object({{"image", image->media_type}, {"bytes", base::base64(image->bytes)}});
  if (const auto* image = std::get_if<llm::Image>(&part))
    return Value::object({{"text", "[an image (" + image->media_type + ") was here]"}});
  if (const auto* call = std::get_if<llm::ToolCall>(&part))
    return Value::object(
        {{"call", call->id}, {"name", call->name}, {"arguments", call->arguments}});
  const auto& result = std::get<llm::ToolResult>(part);
  return Value::object({{"result", result.call_id},
                        {"name", result.name},
                        {"text", result.text},
                        {"error", result.error}});
}

llm::Part part_from(const Value& value) {
  if (value.contains("call"))
    return llm::ToolCall{value["call"].as_string(), value["name"].as_string(),
                         value["arguments"].as_string()};
  if (value.contains("result"))
    return llm::ToolResult{value["result"].as_string(), value["name"].as_string(),
                           value["text"].as_string(), value["error"].as_bool()};
  if (value.contains("image"))
    return llm::Image{value["image"].as_string(),
                      base::from_base64(value["bytes"].as_string()).value_or(std::string())};
  return llm::Text{value["text"].as_string()};
}

}  // namespace

Value to_json(const Transcript& transcript, Images images) {
  auto messages = Value::array();
  for (const auto& m : transcript.messages) {
    auto parts = Value::array();
    for (const auto& part : m.parts) parts.push(part_json(part, images));
    auto out = Value::object(
        {{"role", m.role == llm::Role::user ? "user" : "assistant"}, {"parts", parts}});
    if (!m.raw.is_null()) out.set("origin", m.origin).set("raw", m.raw);
    if (!m.key.empty()) out.set("key", m.key);
    messages.push(out);
  }
  return Value::object({{"messages", messages},
                        {"untrusted", transcript.taint.untrusted},
                        {"private", transcript.taint.private_text}});
}

Transcript transcript_from(const Value& value) {
  if (!value["messages"].is_array()) throw base::ProtocolError("that is no transcript");
  Transcript out;
  out.taint = {value["untrusted"].as_bool(true), value["private"].as_bool(true)};
  for (const auto& m : value["messages"].items()) {
    llm::Message message;
    message.role = m["role"] == Value("assistant") ? llm::Role::assistant : llm::Role::user;
    for (const auto& part : m["parts"].items()) message.parts.push_back(part_from(part));
    message.origin = m["origin"].as_string();
    message.raw = m["raw"];
    message.key = m["key"].as_string();
    out.messages.push_back(std::move(message));
  }
  return out;
}

std::optional<Conversation> Conversations::find(const std::string& id, const std::string& agent,
                                                const std::string& place,
                                                const std::string& person) {
  auto& query = db_.statement(
      "SELECT conversation, agent, place, person, transcript_ref FROM conversations"
      " WHERE place=? AND person=? AND (?='' OR conversation=?) AND (?='' OR agent=?)"
      " ORDER BY at DESC LIMIT 1");
  int at = 1;
  for (const auto& value : {place, person, id, id, agent, agent}) query.bind(at++, value);
  std::optional<Conversation> out;
  if (query.executeStep())
    out = Conversation{query.getColumn(0).getString(), query.getColumn(1).getString(),
                       query.getColumn(2).getString(), query.getColumn(3).getString(),
                       query.getColumn(4).getString()};
  query.reset();
  return out;
}

std::optional<Conversation> Conversations::at(const std::string& place, const std::string& id) {
  auto& query = db_.statement(
      "SELECT conversation, agent, place, person, transcript_ref FROM conversations"
      " WHERE place=? AND conversation=?");
  query.bind(1, place);
  query.bind(2, id);
  std::optional<Conversation> out;
  if (query.executeStep())
    out = Conversation{query.getColumn(0).getString(), query.getColumn(1).getString(),
                       query.getColumn(2).getString(), query.getColumn(3).getString(),
                       query.getColumn(4).getString()};
  query.reset();
  return out;
}

std::string Conversations::ref_of(const std::string& id) {
  auto& query = db_.statement("SELECT transcript_ref FROM conversations WHERE conversation=?");
  query.bind(1, id);
  const std::string ref = query.executeStep() ? query.getColumn(0).getString() : std::string();
  query.reset();
  return ref;
}

std::string Conversations::forget(const std::string& id) {
  const std::string ref = ref_of(id);
  auto& one = db_.statement("DELETE FROM conversations WHERE conversation=?");
  one.bind(1, id);
  one.exec();
  one.reset();
  return ref;
}

bool Conversations::cut(const std::string& id, const std::string& key) {
  const Conversation c{id, {}, {}, {}, ref_of(id)};
  auto transcript = load(c);
  if (!transcript) return false;
  auto& messages = transcript->messages;
  const auto begins = [](const llm::Message& m) {
    return m.role == llm::Role::user &&
           std::any_of(m.parts.begin(), m.parts.end(),
                       [](const auto& part) { return std::holds_alternative<llm::Text>(part); });
  };
  const auto from =
      std::find_if(messages.begin(), messages.end(), [&](const auto& m) { return m.key == key; });
  if (from == messages.end()) return false;
  messages.erase(from, std::find_if(from + 1, messages.end(), begins));
  const auto known = messages.size();
  auto& query = db_.statement("SELECT at FROM conversations WHERE conversation=?");
  query.bind(1, id);
  query.executeStep();
  const auto at = base::from_ms(query.getColumn(0).getInt64());
  query.reset();
  save(c, *transcript, known, at);
  return true;
}

std::vector<std::string> Conversations::older_than(const std::string& place, base::Time before) {
  auto& query = db_.statement("SELECT conversation FROM conversations WHERE place=? AND at<?");
  query.bind(1, place);
  query.bind(2, base::to_ms(before));
  std::vector<std::string> out;
  while (query.executeStep()) out.push_back(query.getColumn(0).getString());
  query.reset();
  return out;
}

std::optional<Transcript> Conversations::load(const Conversation& conversation) {
  const auto text = bodies_.get(conversation.ref);
  if (!text) return std::nullopt;
  return transcript_from(json::parse(*text));
}

void Conversations::save(Conversation c, Transcript transcript, std::size_t known, base::Time now) {
  const std::string old = ref_of(c.id);
  if (old != c.ref) {
    auto& messages = transcript.messages;
    const auto all = std::min(known, messages.size());
    messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(all));
    if (const auto there = load({c.id, {}, {}, {}, old})) {
      messages.insert(messages.begin(), there->messages.begin(), there->messages.end());
      transcript.taint = transcript.taint | there->taint;
    }
  }
  // With its name in it no other conversation has the same text, and the one before can go.
  auto text = to_json(transcript);
  text.set("conversation", c.id);
  c.ref = bodies_.put(json::dump(text), now, true);
  if (old != c.ref) bodies_.drop(old);
  auto& upsert = db_.statement(
      "INSERT INTO conversations VALUES(?,?,?,?,?,?) ON CONFLICT(conversation) DO UPDATE SET"
      " at=excluded.at, transcript_ref=excluded.transcript_ref");
  int at = 1;
  for (const auto& value : {c.id, c.agent, c.place, c.person}) upsert.bind(at++, value);
  upsert.bind(at++, base::to_ms(now));
  upsert.bind(at, c.ref);
  upsert.exec();
  upsert.reset();
}

}  // namespace openclaw::agent
