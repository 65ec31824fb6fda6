// SPDX-License-Identifier: MIT
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "json/value.h"

namespace openclaw::e2ee {

struct Id {
  std::string user, device;
  auto operator<=>(const Id&) const = default;
  std::string name() const { return user + "/" + device; }
};

/// What goes wrong. Always: requests and answers are lost, letters come late, twice and in another
/// order, devices are killed. Nobody may notice any of it but by the time it takes.
enum class Weather {
  mild,
  keys,     ///< also: one-time keys are given twice or not at all, a server cannot be asked
  letters,  ///< also: letters between devices never come
};

/// A homeserver with one room, in memory.
class Map {
 public:
  Map(std::uint64_t seed, Weather weather) : random_(seed), weather_(weather) {}

  std::size_t below(std::size_t n) { return random_() % n; }
  /// False once it is calm.
  bool luck(std::size_t percent) { return !is_calm_ && below(100) < percent; }
  Weather weather() const { return weather_; }
  /// From here on nothing is lost and no key that was given is given again.
  void calm();

  // Requests. -----------------------------------------------------------------------------------
  json::Value upload(const Id& from, const json::Value& body);
  json::Value query(const std::vector<std::string>& users);
  json::Value claim(const json::Value& body);
  json::Value send_to_device(const Id& from, const std::string& txn, const std::string& type,
                             const json::Value& body);
  json::Value send(const Id& from, const std::string& txn, const json::Value& content);
  json::Value sync(const Id& from, std::size_t since);

  // The room. -----------------------------------------------------------------------------------
  void set_member(const std::string& user, bool is_in);
  std::set<std::string> members_at(std::size_t position) const;
  std::set<std::string> members() const { return members_at(timeline.size()); }

  void set_identity(const std::string& user, const json::Value& master,
                    const json::Value& self_signing);

  // Whoever listens at the wire: also to what never arrives. --------------------------------------
  void hear_message(const json::Value& content);
  void hear_letters(const json::Value& body);

  /// How far a device has been told when it holds this token.
  struct Told {
    std::size_t timeline = 0, lists = 0;
  };
  Told told(const Id& to, std::size_t token) { return boxes_[to].told.at(token); }

  base::Time now = base::from_ms(1'700'000'000'000);
  std::vector<json::Value> timeline;
  std::vector<Id> lists;            ///< devices, as they came
  std::size_t changes = 0;          ///< what requests have changed, counted
  std::vector<std::string> faults;  ///< what must never be

 private:
  struct Letter {
    json::Value event{};
    std::size_t given = 0;  ///< the token it was given with
  };
  struct Box {
    std::map<std::string, json::Value> stock;
    std::set<std::string> given;
    bool is_known = false;
    std::string fallback_id;
    json::Value fallback;
    bool is_fallback_used = false;
    std::vector<Letter> letters;
    std::vector<Told> told{Told{}};
  };
  bool is_rough() const { return weather_ != Weather::mild; }
  void put(Box& box, const json::Value& event);
  void hear(const std::string& place, const std::string& ciphertext);

  std::mt19937_64 random_;
  Weather weather_;
  bool is_calm_ = false;
  std::map<Id, Box> boxes_;
  std::map<std::string, std::map<std::string, json::Value>> devices_;
  std::map<std::string, json::Value> masters_, self_signing_;
  std::map<std::string, std::string> txns_;
  std::map<std::string, std::string> wire_;
};

}  // namespace openclaw::e2ee
