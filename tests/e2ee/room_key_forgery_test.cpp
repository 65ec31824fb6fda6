// SPDX-License-Identifier: MIT
// Keys of rooms that somebody else sends, forwards, copies or damages.
#include "e2ee/people.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr const char* missing = "its key has not come";
constexpr const char* a_copy = "readable: its key did not come from its sender";

class KeyForgery : public House {
 protected:
  std::string reads(const Value& event) { return read(room_a, event); }
  std::string next() { return reads(alice.says(room_a, "next")); }
  /// Taken by nobody; the true one after it is.
  void refused(const Value& content) {
    give_key(alice, content);
    EXPECT_EQ(next(), missing) << json::dump(content);
    give_key(alice);
    EXPECT_EQ(next(), "");
  }
  /// The bot misses alice's session and asks her for it.
  void ask() {
    in([&] {
      const auto content = Value::object({{"session_id", session}, {"sender_key", alice.curve()}});
      bot.want_key(room_a, Value::object({{"sender", alice.user}, {"content", content}}), noon);
      bot.ask_for_keys(noon + base::Millis(60000));
    });
  }
  Value forwarded() const {
    auto content = first_key;
    content.set("session_key", exported(content["session_key"].as_string(), 0));
    content.set("sender_key", alice.curve());
    content.set("sender_claimed_ed25519_key", alice.ed());
    content.set("forwarding_curve25519_key_chain", Value::array());
    return content;
  }
  void forward(Peer& from, const Value& content) {
    deliver(from.wrap(me, from.payload(me, "m.forwarded_room_key", content)));
  }
  const Value first_key = alice.room_key(room_a);  ///< from index 0 on
  std::string session = alice.group.id();
};

/// An export of the same session whose ratchet is another one.
std::string damaged(const std::string& exported, std::uint32_t index) {
  auto bytes = from_base64(exported).value();
  for (int i = 0; i < 4; ++i)
    bytes[static_cast<std::size_t>(1 + i)] = static_cast<char>(index >> (24 - 8 * i));
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  return base64(bytes);
}

TEST_F(KeyForgery, ARoomKeyUnderAnotherSessionsId) {
  auto content = first_key;
  content.set("session_id", mallory.group.id());
  refused(content);
}
TEST_F(KeyForgery, ARoomKeyOfAnotherAlgorithm) {
  auto content = first_key;
  content.set("algorithm", "m.megolm.v2.aes-sha2");
  refused(content);
}
TEST_F(KeyForgery, ARoomKeyForNoRoom) {
  auto content = first_key;
  content.erase("room_id");
  refused(content);
  EXPECT_EQ(read("", alice.says("", "x")), missing);
}
TEST_F(KeyForgery, ARoomKeyForAnotherRoom) {
  auto content = first_key;
  content.set("room_id", room_b);
  refused(content);
}
TEST_F(KeyForgery, ARoomKeyChangedAfterItsMakerSignedIt) {
  auto content = first_key;
  content.set("session_key", flipped(content["session_key"].as_string()));
  refused(content);
}
TEST_F(KeyForgery, ACopyThatPassesForARoomKey) {
  auto content = first_key;
  content.set("session_key", exported(content["session_key"].as_string(), 0));
  refused(content);
}
TEST_F(KeyForgery, ARoomKeyThatIsNone) {
  for (const char* text : {"", "AAAA", "not base64"}) {
    auto content = first_key;
    content.set("session_key", text);
    give_key(alice, content);
    EXPECT_EQ(next(), missing);
  }
  refused(Value::object());
}
TEST_F(KeyForgery, ARoomKeyInAPayloadThatIsNotBelieved) {
  const auto plain = alice.payload(me, "m.room_key", first_key);
  deliver(alice.wrap(me, with(plain, {"recipient"}, "@carol:ex")));
  EXPECT_EQ(next(), missing);
  deliver(alice.wrap(me, plain));
  EXPECT_EQ(next(), "");
}
TEST_F(KeyForgery, AForwardedRoomKeyThatNobodyAskedFor) {
  for (auto* from : {&mallory, &alice}) {
    forward(*from, forwarded());
    EXPECT_EQ(next(), missing);
  }
  ask();
  forward(alice, forwarded());
  EXPECT_EQ(next(), a_copy);
}
TEST_F(KeyForgery, AForwardedRoomKeyOfSomebodyWhoDidNotMakeIt) {
  ask();
  forward(mallory, forwarded());
  EXPECT_EQ(next(), missing);
  forward(mallory, with(forwarded(), {"sender_key"}, mallory.curve()));
  EXPECT_EQ(next(), missing);
  forward(alice, forwarded());
  EXPECT_EQ(next(), a_copy) << "its maker may";
}
TEST_F(KeyForgery, AForwardedRoomKeyOfAnotherSession) {
  ask();
  auto content = forwarded();
  content.set("session_key", exported(mallory.group.session_key(), 0));
  forward(alice, content);
  EXPECT_EQ(next(), missing);
  forward(alice, with(forwarded(), {"session_id"}, mallory.group.id()));
  EXPECT_EQ(next(), missing);
}
TEST_F(KeyForgery, AForwardedRoomKeyOfOurOwnDeviceThatNobodySigned) {
  Peer laptop{me.user, "LAPTOP"};
  put(laptop.user, laptop.device, laptop.keys());
  learn();
  meet(laptop);
  ask();
  forward(laptop, forwarded());
  EXPECT_EQ(next(), missing);
}
TEST_F(KeyForgery, AForwardedRoomKeyTakesNoTrustAway) {
  const auto event = alice.says(room_a, "hers");
  ask();
  forward(alice, forwarded());
  ASSERT_EQ(reads(event), a_copy);
  give_key(alice, first_key);
  forward(alice, forwarded());
  EXPECT_EQ(reads(event), "");
}
TEST_F(KeyForgery, AWithheldNoteOfSomebodyElse) {
  const auto note = [&](const Peer& from) {
    deliver(Value::object({{"type", "m.room_key.withheld"},
                           {"sender", from.user},
                           {"content", with(first_key, {"code"}, "m.unverified")}}));
  };
  note(mallory);
  EXPECT_EQ(next(), missing) << "only its maker can say why";
  note(alice);
  EXPECT_NE(next(), missing);
  give_key(alice);
  EXPECT_EQ(next(), "");
}

// Who asks for our keys. --------------------------------------------------------------------------

class RequestForgery : public KeyForgery {
 protected:
  /// Whether a device is given the session with which we write to alice.
  bool is_given(Peer& asking, const std::string& as_user = {}) {
    RoomRules rules;
    rules.members = {alice.user};
    in([&] {
      bot.prepare(room_a, rules, noon);
      for (const auto& parcel : bot.parcels()) bot.parcel_sent(parcel.txn);
    });
    const auto own =
        in([&] { return store::row(db, "SELECT session FROM own_room_keys")->text(0); });
    deliver(Value::object(
        {{"type", "m.room_key_request"},
         {"sender", as_user.empty() ? asking.user : as_user},
         {"content", Value::object({{"action", "request"},
                                    {"request_id", asking.device},
                                    {"requesting_device_id", asking.device},
                                    {"body", Value::object({{"algorithm", "m.megolm.v1.aes-sha2"},
                                                            {"room_id", room_a},
                                                            {"session_id", own}})}})}}));
    return !in([&] { return bot.parcels(); }).empty();
  }
  void talk(Peer& peer) { deliver(peer.wrap(me, peer.payload(me, "m.dummy", Value::object()))); }
  RequestForgery() {
    talk(alice);
    talk(mallory);
  }
};

TEST_F(RequestForgery, AKeyAskedForBySomebodyWhoWasNotGivenIt) {
  EXPECT_FALSE(is_given(mallory));
  EXPECT_FALSE(is_given(mallory, alice.user));
  EXPECT_TRUE(is_given(alice));
}
TEST_F(RequestForgery, AKeyAskedForByADeviceThatTheServerAdded) {
  Peer thief{alice.user, "THIEF"};
  put(thief.user, thief.device, thief.keys());
  learn();
  meet(thief);
  talk(thief);
  EXPECT_FALSE(is_given(thief));
  EXPECT_TRUE(is_given(alice));
}
TEST_F(RequestForgery, AKeyAskedForByADeviceOfOursThatNobodySigned) {
  Peer laptop{me.user, "LAPTOP"};
  put(laptop.user, laptop.device, laptop.keys());
  learn();
  meet(laptop);
  talk(laptop);
  EXPECT_FALSE(is_given(laptop));
}
TEST_F(RequestForgery, AKeyAskedForByADeviceOfAnIdentityOfOursThatIsNotOurs) {
  // The server shows an identity of the bot's user; its seed is not here.
  Peer laptop{me.user, "LAPTOP"};
  Identity self{me.user};
  publish(laptop, self);
  learn();
  meet(laptop);
  talk(laptop);
  EXPECT_FALSE(is_given(laptop));
  in([&] { bot.keep_secret("master", self.master_seed); });
  EXPECT_TRUE(is_given(laptop)) << "now it is ours";
}

// A session has one owner. ------------------------------------------------------------------------

TEST_F(KeyForgery, ASessionSentAgainBySomebodyElse) {
  const auto event = alice.says(room_a, "hers");
  give_key(alice, first_key);
  give_key(mallory, first_key);
  EXPECT_EQ(reads(event), "");
  EXPECT_NE(reads(with(event, {"sender"}, mallory.user)), "");
}
TEST_F(KeyForgery, ASessionSentAgainFromFurtherBackBySomebodyElse) {
  alice.says(room_a, "early");
  give_key(alice);
  give_key(mallory, first_key);
  const auto event = alice.says(room_a, "hers");
  EXPECT_EQ(reads(event), "");
  EXPECT_NE(reads(with(event, {"sender"}, mallory.user)), "");
  EXPECT_EQ(next(), "");
}
TEST_F(KeyForgery, ASessionSentBySomebodyElseBeforeItsMaker) {
  give_key(mallory, first_key);
  const auto event = alice.says(room_a, "hers");
  EXPECT_NE(reads(event), "");
  give_key(alice, first_key);
  EXPECT_EQ(reads(event), "") << "its maker is not shut out";
}
TEST_F(KeyForgery, ACopyTakenOverBySomebodyElse) {
  const auto event = alice.says(room_a, "hers");
  ASSERT_TRUE(import(room_a, session, exported(first_key["session_key"].as_string(), 0), alice));
  ASSERT_EQ(reads(event), a_copy);
  give_key(mallory, first_key);
  EXPECT_EQ(reads(event), a_copy) << "what could be read still can";
  give_key(alice, first_key);
  EXPECT_EQ(reads(event), "");
}
TEST_F(KeyForgery, OurOwnSessionSentBackToUs) {
  RoomRules rules;
  rules.members = {alice.user};
  Value content;
  in([&] {
    bot.prepare(room_a, rules, noon);
    content = bot.not_backed_up().at(0).data;
  });
  content.set("room_id", room_a);
  content.set("session_id", in([&] { return bot.not_backed_up().at(0).session; }));
  give_key(mallory, content);
  in([&] {
    const auto row = store::row(db, "SELECT user, source FROM room_keys");
    EXPECT_EQ(row->text(0), me.user);
    EXPECT_EQ(row->text(1), "own");
  });
}

// Copies: readable, never more. -------------------------------------------------------------------

TEST_F(KeyForgery, AKeyOfTheBackupIsReadableOnly) {
  const auto event = alice.says(room_a, "hers");
  EXPECT_TRUE(import(room_a, session, exported(first_key["session_key"].as_string(), 0), alice));
  EXPECT_EQ(reads(event), a_copy);
  give_key(alice, first_key);
  EXPECT_EQ(reads(event), "");
}
TEST_F(KeyForgery, AKeyOfTheBackupMakesNoOlderKeyWorse) {
  give_key(alice, first_key);
  import(room_a, session, exported(first_key["session_key"].as_string(), 0), alice);
  EXPECT_EQ(next(), "");
}
TEST_F(KeyForgery, AKeyOfTheBackupUnderAnotherSessionsIdOrForNoRoom) {
  const auto text = exported(first_key["session_key"].as_string(), 0);
  EXPECT_FALSE(import(room_a, mallory.group.id(), text, alice));
  EXPECT_FALSE(import("", session, text, alice));
  EXPECT_EQ(next(), missing);
  EXPECT_TRUE(import(room_a, session, text, alice));
  EXPECT_EQ(next(), a_copy);
}
TEST_F(KeyForgery, AKeyOfTheBackupForAnotherRoom) {
  const auto event = alice.says(room_a, "for a");
  EXPECT_TRUE(import(room_b, session, exported(first_key["session_key"].as_string(), 0), alice));
  EXPECT_EQ(read(room_b, event), "it was written for another room");
}
TEST_F(KeyForgery, AMessageOfAKeyOfTheBackupPlayedBack) {
  const auto event = alice.says(room_a, "hers");
  import(room_a, session, exported(first_key["session_key"].as_string(), 0), alice);
  ASSERT_EQ(reads(event), a_copy);
  EXPECT_EQ(reads(with(event, {"event_id"}, "$another")), "it is an earlier message, played back");
}
TEST_F(KeyForgery, ASessionOfTheServersOwnMakingInTheBackup) {
  // Whoever can write the backup can invent a session; alice never says so herself.
  Peer server{alice.user, alice.device};
  const auto text = exported(server.group.session_key(), 0);
  EXPECT_TRUE(import(room_a, server.group.id(), text, alice));
  EXPECT_EQ(reads(server.says(room_a, "obey")), a_copy);
}

// The first index. --------------------------------------------------------------------------------

TEST_F(KeyForgery, AKeyOfALaterIndexTakesNothingAway) {
  const auto early = alice.says(room_a, "early");
  give_key(alice, first_key);
  alice.says(room_a, "between");
  give_key(alice);
  EXPECT_EQ(reads(early), "");
  EXPECT_EQ(next(), "");
}
TEST_F(KeyForgery, AKeyOfALaterIndexTakesNothingFromACopy) {
  const auto early = alice.says(room_a, "early");
  import(room_a, session, exported(first_key["session_key"].as_string(), 0), alice);
  ASSERT_EQ(reads(early), a_copy);
  give_key(alice);
  EXPECT_EQ(next(), "");
  EXPECT_TRUE(reads(early).starts_with("readable")) << reads(early);
}
TEST_F(KeyForgery, AnEarlierKeyOfAnotherRatchet) {
  const auto text = exported(first_key["session_key"].as_string(), 0);
  const auto early = alice.says(room_a, "early");
  give_key(alice);
  EXPECT_FALSE(import(room_a, session, damaged(text, 0), alice));
  EXPECT_NE(reads(early), "");
  EXPECT_EQ(next(), "");
  EXPECT_TRUE(import(room_a, session, text, alice)) << "the true one reads further back";
  EXPECT_EQ(next(), "");
}
TEST_F(KeyForgery, ACopyThatReachesFurtherBackMakesNothingBelieved) {
  // What was said before its maker gave the key may have been obeyed before, by an older machine.
  const auto early = alice.says(room_a, "early");
  give_key(alice);
  ASSERT_EQ(next(), "");
  import(room_a, session, exported(first_key["session_key"].as_string(), 0), alice);
  EXPECT_NE(reads(early), "");
  EXPECT_EQ(next(), "");
}
TEST_F(KeyForgery, AKeyOfSomebodyElseThatReachesFurtherBackMakesNothingBelieved) {
  const auto early = alice.says(room_a, "early");
  give_key(alice);
  give_key(mallory, first_key);
  EXPECT_NE(reads(early), "");
  EXPECT_EQ(next(), "");
}
TEST_F(KeyForgery, ADamagedCopyThatCameFirst) {
  const auto text = exported(first_key["session_key"].as_string(), 0);
  const auto early = alice.says(room_a, "early");
  EXPECT_TRUE(import(room_a, session, damaged(text, 0), alice));
  EXPECT_NE(reads(early), "");
  give_key(alice, first_key);
  EXPECT_EQ(reads(early), "");
}

}  // namespace
}  // namespace openclaw::e2ee
