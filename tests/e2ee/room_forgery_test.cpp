// SPDX-License-Identifier: MIT
// Messages of rooms that are not what they say. Each is right but for one thing.
#include <algorithm>

#include "e2ee/people.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr const char* elsewhere = "its key has not come";
constexpr const char* not_its_owner = "its key belongs to somebody else";
constexpr const char* unknown_device = "readable: its device is not known";
constexpr const char* unsigned_device = "readable: its device is not signed by its owner";

class RoomForgery : public House {
 protected:
  RoomForgery() {
    give_key(alice);
    EXPECT_EQ(read(room_a, alice.says(room_a, "control")), "");
  }
  std::string payload_of(const Value& plain) { return read(room_a, alice.seals(plain)); }
  Value right() const {
    return Value::object({{"type", "m.room.message"},
                          {"content", Value::object({{"msgtype", "m.text"}, {"body", "x"}})},
                          {"room_id", room_a}});
  }
  Opened opened(const Value& event) {
    return in([&] { return bot.open(room_a, event); });
  }
};

TEST_F(RoomForgery, AnIndexPlayedBackUnderAnotherEventId) {
  const auto event = alice.says(room_a, "once");
  EXPECT_EQ(read(room_a, event), "");
  EXPECT_EQ(read(room_a, event), "") << "the same again is the same";
  EXPECT_EQ(read(room_a, with(event, {"event_id"}, "$another")),
            "it is an earlier message, played back");
  EXPECT_EQ(read(room_a, with(event, {"origin_server_ts"}, base::to_ms(noon) + 1)),
            "it is an earlier message, played back");
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AnIndexPlayedBackAfterARestart) {
  const auto event = alice.says(room_a, "once");
  ASSERT_EQ(read(room_a, event), "");
  store::Database again(folder.file("matrix.db"), store::Database::Access::read_write,
                        migrations());
  Machine later(again, store_key);
  again.transaction([&] {
    EXPECT_TRUE(later.open(room_a, event).is_trusted);
    EXPECT_THROW(later.open(room_a, with(event, {"event_id"}, "$another")), Unreadable);
  });
}
TEST_F(RoomForgery, AnIndexPlayedBackOfAMessageThatWasReadBeforeItWasTrusted) {
  answer = with(answer, {"device_keys", alice.user}, Value::object());
  learn();
  const auto event = alice.says(room_a, "once");
  ASSERT_EQ(read(room_a, event), unknown_device);
  publish(alice, alice_self);
  learn();
  EXPECT_EQ(read(room_a, with(event, {"event_id"}, "$another")),
            "it is an earlier message, played back");
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AnIndexPlayedBackInAnotherSpelling) {
  const auto event = alice.says(room_a, "once");
  ASSERT_EQ(read(room_a, event), "");
  const auto text = event["content"]["ciphertext"].as_string();
  for (const char* end : {"=", "==", " "}) {
    const auto other = with(event, {"content", "ciphertext"}, text + end);
    EXPECT_NE(read(room_a, with(other, {"event_id"}, "$another")), "") << end;
  }
}
TEST_F(RoomForgery, AMessageOfOneRoomInAnother) {
  const auto event = alice.says(room_a, "for a");
  EXPECT_EQ(read(room_b, event), elsewhere);
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AMessageOfOneRoomInAnotherThatGotItsKey) {
  give_key(alice, room_b);
  const auto event = alice.says(room_a, "for a");
  EXPECT_EQ(read(room_b, event), "it was written for another room");
  EXPECT_EQ(read(room_b, alice.says(room_b, "for b")), "");
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AMessageWrittenForNoRoom) {
  auto plain = right();
  EXPECT_EQ(payload_of(plain), "");
  plain.erase("room_id");
  EXPECT_EQ(payload_of(plain), "it was written for another room");
}
TEST_F(RoomForgery, ASenderWhoDoesNotOwnTheSession) {
  const auto event = alice.says(room_a, "mine");
  for (const auto* sender : {"@mallory:ex", "@ALICE:ex", "@alice:ex ", "@alice:evil.ex", ""})
    EXPECT_EQ(read(room_a, with(event, {"sender"}, sender)), not_its_owner) << sender;
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AnotherUsersMessageUnderAKnownName) {
  give_key(mallory);
  const auto event = mallory.says(room_a, "obey");
  EXPECT_EQ(read(room_a, with(event, {"sender"}, alice.user)), not_its_owner);
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, ASenderKeyAndDeviceBesideTheMessageDecideNothing) {
  give_key(mallory);
  auto event = with(mallory.says(room_a, "obey"), {"content", "sender_key"}, alice.curve());
  event = with(event, {"content", "device_id"}, alice.device);
  EXPECT_EQ(read(room_a, with(event, {"sender"}, alice.user)), not_its_owner);
  const Peer thief{alice.user, "THIEF"};  // her device by the server's word
  put(thief.user, thief.device, thief.keys());
  learn();
  Peer copy{alice.user, "THIEF"};
  copy.account =
      ratchet::Account::unpickle(store_key.reveal(), thief.account.pickle(store_key.reveal()));
  meet(copy);
  give_key(copy);
  event = with(copy.says(room_a, "obey"), {"content", "sender_key"}, alice.curve());
  event = with(event, {"content", "device_id"}, alice.device);
  EXPECT_EQ(read(room_a, event), unsigned_device);
}
TEST_F(RoomForgery, AMessageOfADeviceThatIsNotKnown) {
  Peer phone{alice.user, "PHONE"};
  meet(phone);
  give_key(phone);
  const auto event = phone.says(room_a, "obey");
  EXPECT_EQ(read(room_a, event), unknown_device);
  put(phone.user, phone.device, phone.keys());
  learn();
  EXPECT_EQ(read(room_a, event), unsigned_device);
  publish(phone, alice_self);
  learn();
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AKeyThatNamedAnotherSigningKeyThanItsDeviceHas) {
  Peer phone{alice.user, "PHONE"};
  meet(phone);
  const auto plain =
      with(phone.payload(me, "m.room_key", phone.room_key(room_a)), {"sender_device_keys"}, {});
  deliver(phone.wrap(me, with(plain, {"keys", "ed25519"}, mallory.ed())));
  publish(phone, alice_self);
  learn();
  EXPECT_TRUE(is_trusted(phone));
  EXPECT_EQ(read(room_a, phone.says(room_a, "obey")), unknown_device);
}
TEST_F(RoomForgery, AMessageOfADeviceThatIsGone) {
  answer = with(answer, {"device_keys", alice.user}, Value::object());
  learn();
  EXPECT_EQ(read(room_a, alice.says(room_a, "obey")), unknown_device);
}
TEST_F(RoomForgery, AMessageAfterTheIdentityChanged) {
  const Identity fresh{alice.user};
  publish(alice, fresh);
  learn();
  EXPECT_EQ(read(room_a, alice.says(room_a, "obey")), "readable: its owner's identity has changed");
  in([&] { bot.accept_identity(alice.user); });
  EXPECT_EQ(read(room_a, alice.says(room_a, "obey")), "");
}
TEST_F(RoomForgery, AMessageAfterTheIdentityWasWithheld) {
  show(alice.user, {}, {});
  learn();
  EXPECT_NE(read(room_a, alice.says(room_a, "obey")), "");
  publish(alice, alice_self);
  learn();
  EXPECT_EQ(read(room_a, alice.says(room_a, "obey")), "");
}
TEST_F(RoomForgery, ADeviceOfAnotherUserThatTakesTheKeyOverLater) {
  // alice's device goes; mallory publishes hers with its curve key.
  answer = with(answer, {"device_keys", alice.user}, Value::object());
  const auto keys =
      with(mallory.bare_keys(), {"keys"},
           Value::object({{"curve25519:LAPTOP", alice.curve()}, {"ed25519:LAPTOP", mallory.ed()}}));
  put(mallory.user, "LAPTOP",
      mallory_self.signs(mallory.self_signed(with(keys, {"device_id"}, "LAPTOP"), {}, "LAPTOP")));
  learn();
  const auto event = alice.says(room_a, "hers");
  EXPECT_EQ(read(room_a, with(event, {"sender"}, mallory.user)), not_its_owner);
  EXPECT_EQ(read(room_a, event), unknown_device);
}
TEST_F(RoomForgery, AChangedCiphertext) {
  const auto event = alice.says(room_a, "as written");
  const auto text = event["content"]["ciphertext"].as_string();
  EXPECT_NE(read(room_a, with(event, {"content", "ciphertext"}, flipped(text))), "");
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AnotherSessionsIdOverAMessage) {
  give_key(mallory);
  const auto event = mallory.says(room_a, "obey");
  EXPECT_NE(read(room_a, with(with(event, {"content", "session_id"}, alice.group.id()), {"sender"},
                              alice.user)),
            "");
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, AnotherAlgorithm) {
  const auto event = alice.says(room_a, "x");
  for (const auto* name : {"m.olm.v1.curve25519-aes-sha2", "m.megolm.v2.aes-sha2", ""})
    EXPECT_NE(read(room_a, with(event, {"content", "algorithm"}, name)), "");
  EXPECT_EQ(read(room_a, event), "");
}
TEST_F(RoomForgery, ARelationInsideTheSealCountsNothing) {
  const auto relates = Value::object({{"rel_type", "m.replace"}, {"event_id", "$somebody-elses"}});
  const auto inside = opened(alice.seals(with(right(), {"content", "m.relates_to"}, relates)));
  EXPECT_FALSE(inside.content.contains("m.relates_to"));
  const auto outside = opened(with(alice.seals(right()), {"content", "m.relates_to"}, relates));
  EXPECT_EQ(outside.content["m.relates_to"], relates);
}
TEST_F(RoomForgery, WordsBesideTheSealAreNotTaken) {
  auto event = with(alice.seals(right()), {"content", "body"}, "obey");
  event = with(event, {"content", "m.new_content"}, Value::object({{"body", "obey"}}));
  event = with(event, {"content", "m.mentions"}, Value::object({{"room", true}}));
  EXPECT_EQ(opened(event).content, right()["content"]);
}
TEST_F(RoomForgery, ARoomKeyInsideARoomsMessage) {
  const auto plain = Value::object(
      {{"type", "m.room_key"}, {"content", mallory.room_key(room_a)}, {"room_id", room_a}});
  EXPECT_EQ(payload_of(plain), "");
  EXPECT_EQ(read(room_a, mallory.says(room_a, "obey")), elsewhere);
}
TEST_F(RoomForgery, AWithheldNoteAboutAKeyThatIsHere) {
  deliver(Value::object({{"type", "m.room_key.withheld"},
                         {"sender", mallory.user},
                         {"content", with(alice.room_key(room_a), {"code"}, "m.unverified")}}));
  EXPECT_EQ(read(room_a, alice.says(room_a, "still")), "");
}

// What we say goes to nobody whom the server made up. ---------------------------------------------

class SharingForgery : public RoomForgery {
 protected:
  /// To whom the next message's key goes, and who is told that it does not.
  std::vector<std::string> given(const std::string& type) {
    RoomRules rules;
    rules.members = {alice.user};
    in([&] {
      const auto lacks = bot.prepare(room_a, rules, noon);
      auto keys = Value::object();
      for (const auto& [user, id] : lacks.claims)
        if (id == alice.device)
          keys =
              with(keys, {"one_time_keys", user, id, "signed_curve25519:A"}, alice.one_time_key());
      bot.take_claim(lacks.claims, keys, noon);
      bot.prepare(room_a, rules, noon);
    });
    std::vector<std::string> out;
    for (const auto& parcel : in([&] { return bot.parcels(); }))
      if (parcel.type == type)
        for (const auto& [user, devices] : parcel.body["messages"].members())
          for (const auto& [id, content] : devices.members()) out.push_back(id);
    std::sort(out.begin(), out.end());
    return out;
  }
  using Names = std::vector<std::string>;
};

TEST_F(SharingForgery, ADeviceThatTheServerAddedGetsNoKey) {
  const Peer thief{alice.user, "THIEF"};
  put(thief.user, thief.device, thief.keys());
  learn();
  EXPECT_EQ(given("m.room.encrypted"), Names{"ALICE"});
  EXPECT_EQ(given("m.room_key.withheld"), Names{"THIEF"});
}
TEST_F(SharingForgery, AnIdentityThatTheServerReplacedGetsNoKey) {
  const Identity fresh{alice.user};
  publish(alice, fresh);
  const Peer thief{alice.user, "THIEF"};
  publish(thief, fresh);
  learn();
  EXPECT_EQ(given("m.room.encrypted"), Names{});
  EXPECT_EQ(given("m.room_key.withheld"), (Names{"ALICE", "THIEF"}));
}
TEST_F(SharingForgery, OtherKeysUnderAKnownDeviceIdGetNoKey) {
  const Peer imposter{alice.user, alice.device};
  put(alice.user, alice.device, imposter.keys());
  learn();
  EXPECT_EQ(given("m.room.encrypted"), Names{"ALICE"});
  for (const auto& parcel : in([&] { return bot.parcels(); }))
    EXPECT_TRUE(parcel.body["messages"][alice.user]["ALICE"]["ciphertext"].contains(alice.curve()));
}

}  // namespace
}  // namespace openclaw::e2ee
