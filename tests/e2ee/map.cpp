// SPDX-License-Identifier: MIT
#include "e2ee/map.h"

#include <algorithm>

#include "e2ee/signing.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

/// The fields of a message of libolm by their tags, numbers as text; tail: MAC and signature.
std::map<int, std::string> fields(std::string_view message, std::size_t tail) {
  std::map<int, std::string> out;
  if (message.size() <= tail || message[0] != 3) return out;
  message = message.substr(1, message.size() - tail - 1);
  std::size_t at = 0;
  const auto number = [&] {
    std::uint64_t n = 0;
    for (int shift = 0; at < message.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(message[at++]);
      n |= static_cast<std::uint64_t>(byte & 127U) << shift;
      if (byte < 128) break;
    }
    return n;
  };
  while (at < message.size()) {
    const int tag = static_cast<unsigned char>(message[at++]);
    const auto n = number();
    if ((tag & 7) == 0) {
      out[tag] = std::to_string(n);
    } else {
      out[tag] = message.substr(at, n);
      at += n;
    }
  }
  return out;
}

bool is_member_event(const Value& event) { return event["type"].as_string() == "m.room.member"; }

}  // namespace

void Map::calm() {
  is_calm_ = true;
  for (auto& [id, box] : boxes_)
    std::erase_if(box.stock, [&](const auto& key) { return box.given.contains(key.first); });
}

Value Map::upload(const Id& from, const Value& body) {
  auto& box = boxes_[from];
  ++changes;
  if (const auto& keys = body["device_keys"]; !keys.is_null()) {
    auto& known = devices_[from.user][from.device];
    if (!(known == keys)) lists.push_back(from);
    known = keys;
  }
  for (const auto& [id, key] : body["one_time_keys"].members()) {
    // A key that was claimed since this upload was first sent comes again with the same bytes:
    // homeservers take it as new.
    if (box.given.contains(id) && !is_rough()) continue;
    const auto [at, is_new] = box.stock.try_emplace(id, key);
    if (!is_new && !(at->second == key)) faults.push_back("another key is uploaded as " + id);
  }
  // Strangers have claimed nearly all of the first ones, and never use them.
  if (!box.is_known && luck(30))
    for (const auto left = below(3); box.stock.size() > left;)
      box.given.insert(box.stock.extract(box.stock.begin()).key());
  box.is_known = true;
  for (const auto& [id, key] : body["fallback_keys"].members()) {
    if (id == box.fallback_id) continue;
    box.fallback_id = id;
    box.fallback = key;
    box.is_fallback_used = false;
  }
  return Value::object(
      {{"one_time_key_counts", Value::object({{"signed_curve25519", box.stock.size()}})}});
}

void Map::set_identity(const std::string& user, const Value& master, const Value& self_signing) {
  masters_[user] = master;
  self_signing_[user] = self_signing;
}

Value Map::query(const std::vector<std::string>& users) {
  if (is_rough() && luck(5))
    return Value::object({{"failures", Value::object({{"map", Value::object()}})}});
  auto keys = Value::object(), masters = Value::object(), self_signing = Value::object();
  for (const auto& user : users) {
    auto of_user = Value::object();
    for (const auto& [device, object] : devices_[user]) of_user.set(device, object);
    keys.set(user, of_user);
    if (masters_.contains(user)) masters.set(user, masters_[user]);
    if (self_signing_.contains(user)) self_signing.set(user, self_signing_[user]);
  }
  return Value::object(
      {{"device_keys", keys}, {"master_keys", masters}, {"self_signing_keys", self_signing}});
}

Value Map::claim(const Value& body) {
  auto out = Value::object();
  ++changes;
  for (const auto& [user, devices] : body["one_time_keys"].members()) {
    auto of_user = Value::object();
    for (const auto& [device, kind] : devices.members()) {
      auto& box = boxes_[{user, device}];
      if (is_rough() && luck(8)) continue;
      if (const auto first = box.stock.begin(); first != box.stock.end()) {
        of_user.set(device, Value::object({{first->first, first->second}}));
        box.given.insert(first->first);
        if (!is_rough() || !luck(70)) box.stock.erase(first);
      } else if (!box.fallback_id.empty()) {
        of_user.set(device, Value::object({{box.fallback_id, box.fallback}}));
        box.is_fallback_used = true;
      }
    }
    out.set(user, of_user);
  }
  return Value::object({{"one_time_keys", out}});
}

Value Map::send_to_device(const Id& from, const std::string& txn, const std::string& type,
                          const Value& body) {
  // Homeservers forget these ids when they restart.
  if (!txns_.try_emplace(from.name() + " " + txn).second && !luck(20)) return Value::object();
  ++changes;
  for (const auto& [user, devices] : body["messages"].members())
    for (const auto& [device, content] : devices.members()) {
      const auto event =
          Value::object({{"type", type}, {"sender", from.user}, {"content", content}});
      for (const auto& [known, keys] : devices_[user])
        if (device == "*" || device == known) put(boxes_[{user, known}], event);
    }
  return Value::object();
}

void Map::put(Box& box, const Value& event) {
  if (weather_ == Weather::letters && luck(10)) return;
  box.letters.push_back({event});
  if (luck(10)) box.letters.push_back({event});
}

Value Map::send(const Id& from, const std::string& txn, const Value& content) {
  auto& event = txns_[from.name() + " " + txn];
  if (event.empty()) {
    ++changes;
    event = "$" + std::to_string(timeline.size());
    timeline.push_back(Value::object({{"type", "m.room.encrypted"},
                                      {"sender", from.user},
                                      {"event_id", event},
                                      {"origin_server_ts", base::to_ms(now)},
                                      {"content", content}}));
  }
  return Value::object({{"event_id", event}});
}

Value Map::sync(const Id& from, std::size_t since) {
  auto& box = boxes_[from];
  std::erase_if(box.letters, [&](const Letter& l) { return l.given > 0 && l.given <= since; });
  const Told before = box.told.at(since);
  Told after{timeline.size(), lists.size()};
  if (luck(20)) after.timeline = before.timeline + below(after.timeline - before.timeline + 1);
  box.told.push_back(after);
  const std::size_t token = box.told.size() - 1;
  std::vector<Value> letters;
  for (auto& letter : box.letters) {
    // What was given and not acknowledged is always given again.
    if (letter.given == 0 && luck(30)) continue;
    letter.given = token;
    letters.push_back(letter.event);
  }
  if (luck(40)) std::shuffle(letters.begin(), letters.end(), random_);
  auto changed = Value::array(), left = Value::array(), events = Value::array();
  for (std::size_t i = before.lists; i < after.lists; ++i) changed.push(lists[i].user);
  const auto in_the_end = members_at(after.timeline);
  for (std::size_t i = before.timeline; i < after.timeline; ++i) {
    const auto& user = timeline[i]["state_key"].as_string();
    if (is_member_event(timeline[i]) && !in_the_end.contains(user) && user != from.user)
      left.push(user);
    if (is_member_event(timeline[i]) || members_at(i).contains(from.user)) events.push(timeline[i]);
  }
  auto unused = Value::array();
  if (!box.fallback_id.empty() && !box.is_fallback_used) unused.push("signed_curve25519");
  return Value::object(
      {{"next_batch", token},
       {"to_device", Value::object({{"events", Value(std::move(letters))}})},
       {"device_lists", Value::object({{"changed", changed}, {"left", left}})},
       {"device_one_time_keys_count", Value::object({{"signed_curve25519", box.stock.size()}})},
       {"device_unused_fallback_key_types", unused},
       {"timeline", events}});
}

void Map::set_member(const std::string& user, bool is_in) {
  timeline.push_back(
      Value::object({{"type", "m.room.member"},
                     {"state_key", user},
                     {"content", Value::object({{"membership", is_in ? "join" : "leave"}})}}));
}

std::set<std::string> Map::members_at(std::size_t position) const {
  std::set<std::string> out;
  for (std::size_t i = 0; i < position; ++i) {
    if (!is_member_event(timeline[i])) continue;
    const auto& user = timeline[i]["state_key"].as_string();
    if (timeline[i]["content"]["membership"].as_string() == "join")
      out.insert(user);
    else
      out.erase(user);
  }
  return out;
}

void Map::hear(const std::string& place, const std::string& ciphertext) {
  const auto [at, is_new] = wire_.try_emplace(place, ciphertext);
  if (!is_new && at->second != ciphertext) faults.push_back("two ciphertexts at " + place);
}

void Map::hear_message(const Value& content) {
  constexpr int index = 0x08;
  constexpr std::size_t tail = 8 + 64;
  auto found = fields(from_base64(content["ciphertext"].as_string()).value_or(""), tail);
  if (!found.contains(index)) return faults.push_back("a message of the room has no index");
  hear("megolm " + content["session_id"].as_string() + " " + found[index],
       content["ciphertext"].as_string());
}

void Map::hear_letters(const Value& body) {
  constexpr int ratchet_key = 0x0A, chain_index = 0x10, inner = 0x22;
  constexpr std::size_t tail = 8;
  for (const auto& [user, devices] : body["messages"].members())
    for (const auto& [device, content] : devices.members())
      for (const auto& [key, olm] : content["ciphertext"].members()) {
        std::string message = from_base64(olm["body"].as_string()).value_or("");
        if (olm["type"].as_int(-1) == 0) message = fields(message, 0)[inner];
        auto found = fields(message, tail);
        if (found[ratchet_key].empty() || found[chain_index].empty())
          return faults.push_back("a letter has no index");
        hear("olm " + base64(found[ratchet_key]) + " " + found[chain_index], message);
      }
}

}  // namespace openclaw::e2ee
