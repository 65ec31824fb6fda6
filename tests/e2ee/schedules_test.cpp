// SPDX-License-Identifier: MIT
// Machines joined by a map under random schedules of losses, delays, repeats and kills: what is
// said is read by whom it was said to, by nobody else, and nothing is encrypted twice at one index.
#include <memory>

#include <gtest/gtest.h>

#include "base/log.h"
#include "crypto/curve.h"
#include "e2ee/phone.h"
#include "e2ee/signing.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

class World {
 public:
  World(std::uint64_t seed, Weather weather) : map(seed, weather), is_signed_(map.luck(70)) {
    // Where letters never come only a new session of the room gives the next chance.
    constexpr std::int64_t few = 2, some = 5, many = 100;
    most_messages_ = weather == Weather::letters ? few : map.luck(50) ? some : many;
    const std::size_t users = 2 + map.below(2);
    for (std::size_t i = 0; i < users; ++i) add_person("@" + std::string(1, "abc"[i]) + ":map");
    for (const auto& person : people_) add_phone(person);
    if (is_signed_ && map.luck(50)) add_phone(people_[map.below(users)]);
  }

  /// Two things at one moment are rare, but they happen.
  void storm(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (map.luck(95)) map.now += base::Millis(1 + map.below(3000));
      if (map.luck(12)) say(*phones[map.below(phones.size())]);
      if (map.luck(4)) come_or_go(people_[map.below(people_.size())].user);
      if (is_signed_ && phones.size() < 4 && map.luck(1)) add_phone(people_[0]);
      phones[map.below(phones.size())]->step();
    }
  }

  /// Everybody does everything until nothing more happens.
  void rest() {
    constexpr int most = 40;
    std::map<Phone*, std::size_t> done;  // what there was when it found nothing more to do
    for (int round = 0; round < most; ++round)
      for (const auto& phone : phones) {
        if (const auto at = done.find(phone.get()); at != done.end() && at->second == map.changes)
          continue;
        const auto before = map.changes;
        map.now += base::Millis(10);
        phone->work();
        if (before == map.changes && phone->is_idle()) done[phone.get()] = before;
      }
    for (const auto& phone : phones)
      if (!phone->is_idle()) map.faults.push_back(phone->id().name() + " does not come to rest");
  }

  void calm() {
    map.calm();
    for (const auto& person : people_)
      if (!map.members().contains(person.user)) map.set_member(person.user, true);
    rest();
    // Time enough for whatever is tried once an hour, and for new sessions of the room.
    const int rounds = map.weather() == Weather::mild ? 0 : 3;
    for (int i = 0; i < rounds; ++i) {
      map.now += base::Millis(7200000);
      say_last();
    }
    last_ = map.timeline.size();
    say_last();
  }

  void check() {
    std::set<std::string> seen;
    for (const auto& [event, text] : record.texts)
      if (!seen.insert(text).second) map.faults.push_back("'" + text + "' was sent twice");
    for (const auto& phone : phones) {
      const auto heard = phone->heard();
      for (std::size_t i = 0; i < map.timeline.size(); ++i)
        if (map.timeline[i]["type"].as_string() == "m.room.encrypted") check(*phone, heard, i);
    }
  }

  void say(Phone& phone) {
    if (!map.members().contains(phone.id().user)) return;
    phone.say(phone.id().name() + " says " + std::to_string(++said_));
  }

  Map map;
  Record record;
  test::TempDir dir;
  std::vector<std::unique_ptr<Phone>> phones;

 private:
  void add_person(const std::string& user) {
    Person person{user, {}, {}};
    if (is_signed_) {
      person.master = std::string(32, user[1]);
      person.self_signing = std::string(31, 's') + user[1];
      const auto object = [&](const char* usage, const std::string& seed) {
        const auto key = base64(crypto::ed25519_public(seed));
        return Value::object({{"user_id", user},
                              {"usage", Value::array({usage})},
                              {"keys", Value::object({{"ed25519:" + key, key}})}});
      };
      const auto master = object("master", person.master);
      auto self_signing = object("self_signing", person.self_signing);
      sign(self_signing, user, master["keys"].members()[0].first, person.master);
      map.set_identity(user, master, self_signing);
    }
    people_.push_back(person);
    map.set_member(user, true);
  }

  void add_phone(const Person& person) {
    const std::string device = "D" + std::to_string(phones.size());
    phones.push_back(std::make_unique<Phone>(map, record, person, device, dir.file(device + ".db"),
                                             most_messages_));
  }

  /// Sometimes only one speaks: the others must come to read it without a word of their own.
  void say_last() {
    for (const auto& phone : phones)
      if (phone == phones[0] || !is_alone_) say(*phone);
    rest();
  }

  /// Who has something to say stays until it is said.
  void come_or_go(const std::string& user) {
    const bool is_in = map.members().contains(user);
    if (is_in)
      for (const auto& phone : phones)
        if (phone->id().user == user && !phone->is_idle()) return;
    map.set_member(user, !is_in);
  }

  void check(Phone& phone, const std::map<std::string, std::string>& heard, std::size_t at) {
    const auto& event = map.timeline[at];
    const auto& text = record.texts.at(event["event_id"].as_string());
    const auto& said = record.said.at(text);
    const auto opened = phone.read(event);
    const auto fault = [&](const std::string& what) {
      map.faults.push_back(phone.id().name() + " " + what + " '" + text + "'");
    };
    const auto early = heard.find(event["event_id"].as_string());
    if (early != heard.end() && early->second != text) fault("has heard something else for");
    if (opened && opened->content["body"].as_string() != text) fault("reads something else for");
    if (early != heard.end() && !opened) fault("can read no more");
    if (opened && !said.members.contains(phone.id().user)) fault("was not told and reads");
    const bool is_for = said.devices.contains(phone.id()) || said.sender == phone.id();
    const bool is_there = map.members_at(at).contains(phone.id().user);
    if (!is_for || !is_there || (map.weather() != Weather::mild && at < last_)) return;
    if (!opened)
      fault("cannot read");
    else if (early == heard.end())
      fault("has not heard");
    else if (opened->is_trusted != is_signed_)
      fault("is wrong to trust or not to trust (" + opened->why_not + ")");
  }

  bool is_signed_;
  std::int64_t most_messages_ = 0;
  std::vector<Person> people_;
  bool is_alone_ = map.luck(50);
  int said_ = 0;
  std::size_t last_ = 0;  ///< from here on everything is to be read
};

void run(Weather weather, int schedules, std::uint64_t salt) {
  base::log::set_level(base::log::Level::error);
  for (int i = 0; i < schedules; ++i) {
    const auto seed = test::seed() + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("OPENCLAW_SEED=" + std::to_string(seed));
    World world(seed * 4 + salt, weather);
    world.storm(60 + static_cast<int>(world.map.below(60)));
    world.calm();
    world.check();
    for (const auto& fault : world.map.faults) ADD_FAILURE() << fault;
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Schedules, InMildWeatherEverythingIsRead) { run(Weather::mild, test::times(8, 2000), 0); }
TEST(Schedules, WhenKeysGoWrongTheLastIsRead) { run(Weather::keys, test::times(5, 2000), 1); }
TEST(Schedules, WhenLettersAreLostTheLastIsRead) { run(Weather::letters, test::times(4, 2000), 2); }

TEST(Schedules, TheMapNoticesAReusedIndex) {
  World world(test::seed(), Weather::mild);
  world.calm();
  auto& phone = *world.phones[0];
  phone.copy_to(world.dir.file("copy"));
  world.say(phone);
  world.rest();
  ASSERT_TRUE(world.map.faults.empty()) << world.map.faults[0];
  phone.restore(world.dir.file("copy"));
  world.say(phone);
  world.rest();
  ASSERT_FALSE(world.map.faults.empty());
  EXPECT_EQ(world.map.faults[0].substr(0, 26), "two ciphertexts at megolm ");
}

}  // namespace
}  // namespace openclaw::e2ee
