// SPDX-License-Identifier: MIT
// What comes between devices and is not what it says. Each message is right but for one thing.
#include "e2ee/people.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

class OlmForgery : public House {
 protected:
  /// Right before, wrong with the change, right again after: the ratchet has moved on.
  void refused(Peer& from, const std::vector<std::string>& path, const Value& to) {
    EXPECT_TRUE(is_heard(from.wrap(me, good(from))));
    EXPECT_FALSE(is_heard(from.wrap(me, with(good(from), path, to))));
    EXPECT_TRUE(is_heard(from.wrap(me, good(from))));
  }
  /// The same with a change of the event around it, which touches no ratchet.
  void refused_outside(Peer& from, const std::vector<std::string>& path, const Value& to) {
    EXPECT_TRUE(is_heard(from.wrap(me, good(from))));
    const auto event = from.wrap(me, good(from));
    EXPECT_FALSE(is_heard(with(event, path, to)));
    EXPECT_TRUE(is_heard(event)) << "the true one is still read";
  }
  /// The key inside, of a device that nothing else is known of.
  void refused_of_unknown(const Value& ed) {
    Peer phone{alice.user, "PHONE"};
    meet(phone);
    const auto plain = with(good(phone), {"sender_device_keys"}, {});
    EXPECT_TRUE(is_heard(phone.wrap(me, plain)));
    EXPECT_FALSE(is_heard(phone.wrap(me, with(plain, {"keys", "ed25519"}, ed))));
    EXPECT_TRUE(is_heard(phone.wrap(me, plain)));
  }
  Value good(const Peer& from) { return from.payload(me, "m.test", Value::object({{"x", 1}})); }
};

TEST_F(OlmForgery, AnotherSenderInside) { refused(alice, {"sender"}, mallory.user); }
TEST_F(OlmForgery, NoSenderInside) { refused(alice, {"sender"}, {}); }
TEST_F(OlmForgery, AnotherRecipient) { refused(alice, {"recipient"}, "@carol:ex"); }
TEST_F(OlmForgery, NoRecipient) { refused(alice, {"recipient"}, {}); }
TEST_F(OlmForgery, AnotherDeviceOfTheRecipient) {
  refused(alice, {"recipient_keys", "ed25519"}, mallory.ed());
}
TEST_F(OlmForgery, NoKeyOfTheRecipient) { refused(alice, {"recipient_keys"}, {}); }
TEST_F(OlmForgery, AnotherKeyOfTheSender) {
  auto plain = with(good(alice), {"sender_device_keys"}, {});
  EXPECT_TRUE(is_heard(alice.wrap(me, plain))) << "which may be absent";
  EXPECT_FALSE(is_heard(alice.wrap(me, with(plain, {"keys", "ed25519"}, mallory.ed()))));
}
TEST_F(OlmForgery, NoKeyOfTheSender) { refused_of_unknown({}); }
TEST_F(OlmForgery, AKeyOfTheSenderThatIsNone) { refused_of_unknown("short"); }

TEST_F(OlmForgery, DeviceKeysInsideOfAnotherUser) {
  auto keys = alice.bare_keys();
  keys.set("user_id", mallory.user);
  refused(alice, {"sender_device_keys"}, alice.self_signed(keys, mallory.user));
  refused(alice, {"sender_device_keys"}, alice.self_signed(keys));
}
TEST_F(OlmForgery, DeviceKeysInsideOfAnotherDevice) {
  refused(alice, {"sender_device_keys"}, mallory.keys());
}
TEST_F(OlmForgery, DeviceKeysInsideWithAnotherCurveKey) {
  const auto keys = with(alice.bare_keys(), {"keys", "curve25519:ALICE"}, mallory.curve());
  refused(alice, {"sender_device_keys"}, alice.self_signed(keys));
}
TEST_F(OlmForgery, DeviceKeysInsideWithAnotherSigningKey) {
  const auto keys = with(alice.bare_keys(), {"keys", "ed25519:ALICE"}, mallory.ed());
  refused(alice, {"sender_device_keys"}, mallory.self_signed(keys, alice.user, alice.device));
  refused(alice, {"sender_device_keys"}, alice.self_signed(keys));
}
TEST_F(OlmForgery, DeviceKeysInsideThatWereChangedAfterSigning) {
  refused(alice, {"sender_device_keys", "algorithms"}, Value::array());
}
TEST_F(OlmForgery, DeviceKeysInsideWithoutSignature) {
  refused(alice, {"sender_device_keys"}, alice.bare_keys());
}
TEST_F(OlmForgery, DeviceKeysInsideThatAreNoObject) {
  refused(alice, {"sender_device_keys"}, "none");
}

TEST_F(OlmForgery, ASenderSwappedByTheServer) {
  EXPECT_TRUE(is_heard(mallory.wrap(me, good(mallory))));
  EXPECT_FALSE(is_heard(with(mallory.wrap(me, good(mallory)), {"sender"}, alice.user)));
  EXPECT_FALSE(is_heard(with(mallory.wrap(me, good(mallory)), {"sender"}, {})));
  EXPECT_TRUE(is_heard(mallory.wrap(me, good(mallory))));
}
TEST_F(OlmForgery, AStrangersDeviceThatSpeaksForAKnownUser) {
  auto plain = with(good(mallory), {"sender"}, alice.user);
  plain.erase("sender_device_keys");
  EXPECT_FALSE(is_heard(with(mallory.wrap(me, plain), {"sender"}, alice.user)));
  EXPECT_TRUE(is_heard(mallory.wrap(me, good(mallory))));
}
TEST_F(OlmForgery, ASenderKeySwappedByTheServer) {
  refused_outside(mallory, {"content", "sender_key"}, alice.curve());
}
TEST_F(OlmForgery, ASenderKeySwappedWithinASession) {
  // alice has a session, so that the bot tries it.
  ASSERT_TRUE(is_heard(alice.wrap(me, good(alice))));
  refused_outside(mallory, {"content", "sender_key"}, alice.curve());
  refused_outside(mallory, {"content", "sender_key"}, low_order_keys()[0]);
}
TEST_F(OlmForgery, AnotherAlgorithm) {
  refused_outside(alice, {"content", "algorithm"}, "m.megolm.v1.aes-sha2");
}
TEST_F(OlmForgery, ACiphertextForAnotherDevice) {
  const auto event = alice.wrap(me, good(alice));
  const Value sealed = event["content"]["ciphertext"][me.curve25519];
  EXPECT_FALSE(
      is_heard(with(event, {"content", "ciphertext"}, Value::object({{mallory.curve(), sealed}}))));
  EXPECT_TRUE(is_heard(event));
}
/// A first message without the field of that tag; its lengths are below 128 or of two bytes.
std::string without_field(const std::string& body, char tag) {
  const auto bytes = from_base64(body).value();
  std::string out(1, bytes.at(0));
  for (std::size_t at = 1; at < bytes.size();) {
    std::size_t length = 0, head = 1;
    for (int shift = 0;; shift += 7) {
      const auto digit = static_cast<unsigned char>(bytes.at(at + head++));
      length |= static_cast<std::size_t>(digit & 127) << shift;
      if (digit < 128) break;
    }
    if (bytes.at(at) != tag) out += bytes.substr(at, head + length);
    at += head + length;
  }
  return base64(out);
}

TEST_F(OlmForgery, AFirstMessageThatLeavesSomethingOut) {
  for (const char tag : {'\x0a', '\x12', '\x1a', '\x22'}) {
    Peer phone{alice.user, "PHONE"};
    meet(phone);
    const auto event = phone.wrap(me, good(phone));
    const std::vector<std::string> path{"content", "ciphertext", me.curve25519, "body"};
    const auto& body = event["content"]["ciphertext"][me.curve25519]["body"].as_string();
    EXPECT_NE(without_field(body, tag), body);
    EXPECT_FALSE(is_heard(with(event, path, without_field(body, tag)))) << int(tag);
    EXPECT_TRUE(is_heard(event)) << "it has used nothing up";
  }
}

TEST_F(OlmForgery, AChangedCiphertext) {
  const std::vector<std::string> path{"content", "ciphertext", me.curve25519, "body"};
  for (int i = 0; i < 2; ++i) {  // the first one and a later one
    const auto event = alice.wrap(me, good(alice));
    const auto& body = event["content"]["ciphertext"][me.curve25519]["body"].as_string();
    EXPECT_FALSE(is_heard(with(event, path, flipped(body))));
    EXPECT_TRUE(is_heard(event));
  }
}
TEST_F(OlmForgery, AMessagePlayedBack) {
  const auto event = alice.wrap(me, good(alice));
  EXPECT_TRUE(is_heard(event));
  EXPECT_FALSE(is_heard(event));
  EXPECT_FALSE(is_heard(with(event, {"sender"}, mallory.user)));
  EXPECT_TRUE(in([&] { return bot.wedged(noon); }).empty()) << "nor does it mend what is whole";
}
TEST_F(OlmForgery, AMessagePlayedBackInAnotherSpelling) {
  const auto event = alice.wrap(me, good(alice));
  EXPECT_TRUE(is_heard(event));
  const auto body = event["content"]["ciphertext"][me.curve25519]["body"].as_string();
  for (const char* end : {"=", "==", " ", "\n"})
    EXPECT_FALSE(
        is_heard(with(event, {"content", "ciphertext", me.curve25519, "body"}, body + end)));
}
TEST_F(OlmForgery, AFirstMessagePlayedBackAfterItsSessionIsForgotten) {
  // A fallback key is not used up: libolm would make the same session again.
  const auto& one = fallback_keys.members().at(0).second["key"].as_string();
  for (const auto& known : {one, std::string()}) {
    if (known.empty())
      meet(alice);
    else
      alice.olm = ratchet::Session::outbound(alice.account, me.curve25519, known);
    const auto event = alice.wrap(me, good(alice));
    EXPECT_TRUE(is_heard(event));
    in([&] {
      store::run(db, "DELETE FROM olm_sessions");
      store::run(db, "DELETE FROM olm_seen");
    });
    EXPECT_FALSE(is_heard(event));
  }
}

// What may only come sealed. ----------------------------------------------------------------------

TEST_F(OlmForgery, ARoomKeyInClear) {
  EXPECT_FALSE(is_heard(Value::object(
      {{"type", "m.room_key"}, {"sender", alice.user}, {"content", alice.room_key(room_a)}})));
  EXPECT_EQ(read(room_a, alice.says(room_a, "hi")), "its key has not come");
  give_key(alice);
  EXPECT_EQ(read(room_a, alice.says(room_a, "hi")), "");
}
TEST_F(OlmForgery, AForwardedRoomKeyInClear) {
  auto content = alice.room_key(room_a);
  content.set("session_key", exported(alice.group.session_key(), 0));
  const auto clear = Value::object(
      {{"type", "m.forwarded_room_key"}, {"sender", alice.user}, {"content", content}});
  EXPECT_FALSE(is_heard(clear));
  EXPECT_EQ(read(room_a, alice.says(room_a, "hi")), "its key has not come");
}
TEST_F(OlmForgery, ASecretInClear) {
  const auto content = Value::object({{"request_id", "r"}, {"secret", "s"}});
  EXPECT_TRUE(is_heard(alice.wrap(me, alice.payload(me, "m.secret.send", content))));
  EXPECT_FALSE(is_heard(
      Value::object({{"type", "m.secret.send"}, {"sender", alice.user}, {"content", content}})));
}
TEST_F(OlmForgery, AVerificationInClearNamesNoDevice) {
  auto content = Value::object({{"transaction_id", "t"}, {"sender_key", alice.curve()}});
  const auto sealed = alice.payload(me, "m.key.verification.done", content);
  const auto heard = deliver(alice.wrap(me, sealed));
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].sender_key, alice.curve());
  auto event = Value::object(
      {{"type", "m.key.verification.done"}, {"sender", alice.user}, {"content", content}});
  event.set("sender_key", alice.curve());
  const auto clear = deliver(event);
  ASSERT_EQ(clear.size(), 1u);
  EXPECT_EQ(clear[0].sender_key, "");
}
TEST_F(OlmForgery, ADummyIsNothing) {
  EXPECT_FALSE(is_heard(alice.wrap(me, alice.payload(me, "m.dummy", Value::object()))));
  EXPECT_TRUE(is_heard(alice.wrap(me, good(alice))));
}

// Keys that the server hands out for others. ------------------------------------------------------

class ClaimForgery : public House {
 protected:
  /// Whether the bot has a session with alice after this answer.
  bool takes(const std::string& name, const Value& one_time_key) {
    return in([&] {
      const auto claimed =
          with(Value::object(), {"one_time_keys", alice.user, alice.device, name}, one_time_key);
      bot.take_claim({{alice.user, alice.device}}, claimed, noon);
      return bot.send_to(*bot.device(alice.user, alice.device), "m.dummy", Value::object(), noon);
    });
  }
  void TearDown() override {
    EXPECT_TRUE(takes("signed_curve25519:AAAAAA", alice.one_time_key())) << "the true one";
  }
};

TEST_F(ClaimForgery, AOneTimeKeyWithoutSignature) {
  auto one = alice.one_time_key();
  one.erase("signatures");
  EXPECT_FALSE(takes("signed_curve25519:AAAAAA", one));
}
TEST_F(ClaimForgery, AOneTimeKeyWithADamagedSignature) {
  const auto one = alice.one_time_key();
  const auto signature = one["signatures"][alice.user]["ed25519:ALICE"].as_string();
  EXPECT_FALSE(takes("signed_curve25519:AAAAAA",
                     with(one, {"signatures", alice.user, "ed25519:ALICE"}, flipped(signature))));
}
TEST_F(ClaimForgery, AOneTimeKeyThatAnotherHasSigned) {
  EXPECT_FALSE(takes("signed_curve25519:AAAAAA", mallory.one_time_key()));
  mallory.account.generate_one_time_keys(1);
  const auto bare = Value::object({{"key", mallory.account.one_time_keys().at(0).key}});
  EXPECT_FALSE(
      takes("signed_curve25519:AAAAAA", mallory.self_signed(bare, alice.user, alice.device)));
}
TEST_F(ClaimForgery, AOneTimeKeySwappedUnderItsSignature) {
  EXPECT_FALSE(
      takes("signed_curve25519:AAAAAA", with(alice.one_time_key(), {"key"}, mallory.curve())));
}
TEST_F(ClaimForgery, AOneTimeKeyThatCallsItselfUnsigned) {
  auto one = alice.one_time_key();
  EXPECT_FALSE(takes("curve25519:AAAAAA", one));
  EXPECT_FALSE(takes("curve25519:AAAAAA", one["key"]));
}
TEST_F(ClaimForgery, AOneTimeKeyThatIsNone) {
  for (const char* text : {"", "AAAA", "not base64 at all, and forty-three letters."})
    EXPECT_FALSE(
        takes("signed_curve25519:AAAAAA", alice.self_signed(Value::object({{"key", text}}))));
}
TEST_F(ClaimForgery, AOneTimeKeyOfLowOrder) {
  for (const auto& point : low_order_keys())
    EXPECT_FALSE(
        takes("signed_curve25519:AAAAAA", alice.self_signed(Value::object({{"key", point}}))))
        << point;
}
TEST_F(ClaimForgery, AOneTimeKeyOfADeviceThatWasNotAskedFor) {
  in([&] {
    const auto path = std::vector<std::string>{"one_time_keys", mallory.user, mallory.device,
                                               "signed_curve25519:AAAAAA"};
    bot.take_claim({{alice.user, alice.device}},
                   with(Value::object(), path, mallory.one_time_key()), noon);
    EXPECT_FALSE(
        bot.send_to(*bot.device(mallory.user, mallory.device), "m.dummy", Value::object(), noon));
  });
}

}  // namespace
}  // namespace openclaw::e2ee
