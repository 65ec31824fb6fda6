// SPDX-License-Identifier: MIT
// Devices and identities that the server makes up, swaps or changes in /keys/query.
#include "e2ee/people.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

class DeviceForgery : public House {
 protected:
  DeviceForgery() { EXPECT_TRUE(is_trusted(alice) && is_trusted(mallory)); }

  /// These keys under that name are not taken; the same name with its true keys is.
  void refused(const Peer& peer, const Value& keys) {
    put(peer.user, peer.device, keys);
    learn();
    EXPECT_FALSE(device(peer)) << json::dump(keys);
    put(peer.user, peer.device, peer.keys());
    learn();
    EXPECT_TRUE(device(peer));
    in([&] { store::run(db, "DELETE FROM devices WHERE device=?", peer.device); });
  }
  /// mallory says that her laptop has the peer's curve key, and signs that.
  void claim_key_of(const Peer& peer) {
    auto keys = with(mallory.bare_keys(), {"device_id"}, "LAPTOP");
    keys.set("keys", Value::object(
                         {{"curve25519:LAPTOP", peer.curve()}, {"ed25519:LAPTOP", mallory.ed()}}));
    put(mallory.user, "LAPTOP", mallory_self.signs(mallory.self_signed(keys, {}, "LAPTOP")));
  }
  Peer phone{"@alice:ex", "PHONE"};  ///< another device of hers, not known yet
};

TEST_F(DeviceForgery, ADeviceThatNamesAnotherUser) {
  auto keys = phone.bare_keys();
  keys.set("user_id", mallory.user);
  refused(phone, phone.self_signed(keys));
}
TEST_F(DeviceForgery, ADeviceUnderAnotherId) {
  auto keys = phone.bare_keys();
  keys.set("device_id", "TABLET");
  refused(phone, phone.self_signed(keys));
  refused(phone, Peer{"@alice:ex", "TABLET"}.keys());
}
TEST_F(DeviceForgery, DevicesSwappedBetweenTwoUsers) {
  put(alice.user, mallory.device, mallory_self.signs(mallory.keys()));
  put(mallory.user, alice.device, alice_self.signs(alice.keys()));
  learn();
  in([&] {
    EXPECT_FALSE(bot.device(alice.user, mallory.device));
    EXPECT_FALSE(bot.device(mallory.user, alice.device));
  });
  EXPECT_TRUE(is_trusted(alice) && is_trusted(mallory));
}
TEST_F(DeviceForgery, ADeviceWithoutSignature) { refused(phone, phone.bare_keys()); }
TEST_F(DeviceForgery, ADeviceChangedAfterSigning) {
  refused(phone, with(phone.keys(), {"algorithms"}, Value::array()));
}
TEST_F(DeviceForgery, ADeviceThatAnotherHasSigned) {
  refused(phone, mallory.self_signed(phone.bare_keys(), phone.user, phone.device));
  refused(phone, phone.self_signed(phone.bare_keys(), mallory.user));
  refused(phone, phone.self_signed(phone.bare_keys(), {}, "TABLET"));
}
TEST_F(DeviceForgery, ADeviceThatOnlyItsIdentityHasSigned) {
  refused(phone, alice_self.signs(phone.bare_keys()));
}
TEST_F(DeviceForgery, KeysThatAreNone) {
  for (const char* text : {"", "AAAA", "not base64 at all, and forty-three letters."})
    refused(phone, phone.self_signed(with(phone.bare_keys(), {"keys", "curve25519:PHONE"}, text)));
  refused(phone, with(phone.keys(), {"keys", "ed25519:PHONE"}, {}));
}
TEST_F(DeviceForgery, ACurveKeyOfLowOrder) {
  for (const auto& point : low_order_keys())
    refused(phone, phone.self_signed(with(phone.bare_keys(), {"keys", "curve25519:PHONE"}, point)));
}
TEST_F(DeviceForgery, OtherKeysUnderAKnownDeviceId) {
  const Peer imposter{alice.user, alice.device};
  put(alice.user, alice.device, imposter.keys());
  learn();
  EXPECT_TRUE(is_trusted(alice)) << "what was known stays";
  put(alice.user, alice.device, alice_self.signs(imposter.keys()));
  learn();
  EXPECT_TRUE(is_trusted(alice));
}
TEST_F(DeviceForgery, OtherKeysUnderTheIdOfADeviceThatWasGone) {
  answer = with(answer, {"device_keys", alice.user}, Value::object());
  learn();
  EXPECT_FALSE(device(alice));
  const Peer imposter{alice.user, alice.device};
  put(alice.user, alice.device, imposter.keys());
  learn();
  EXPECT_FALSE(device(alice));
  publish(alice, alice_self);
  learn();
  EXPECT_TRUE(is_trusted(alice));
}
TEST_F(DeviceForgery, ASecondDeviceWithTheCurveKeyOfAKnownOne) {
  refused(phone,
          phone.self_signed(with(phone.bare_keys(), {"keys", "curve25519:PHONE"}, alice.curve())));
  EXPECT_TRUE(is_trusted(alice));
}
TEST_F(DeviceForgery, ADeviceOfAnotherUserWithTheCurveKeyOfAKnownOne) {
  claim_key_of(alice);
  learn();
  EXPECT_TRUE(is_trusted(alice));
  give_key(alice);
  EXPECT_EQ(read(room_a, alice.says(room_a, "hi")), "");
}
TEST_F(DeviceForgery, ADeviceThatNamesTheCurveKeyOfOneThatComesLater) {
  Peer zoe{"@zoe:ex", "ZOE"};
  const Identity self{"@zoe:ex"};
  claim_key_of(zoe);
  publish(zoe, self);
  learn();
  meet(zoe);
  give_key(zoe);
  learn();
  EXPECT_EQ(read(room_a, zoe.says(room_a, "hi")), "") << "only its owner can speak with it";
}
TEST_F(DeviceForgery, ADeviceCalledLikeAnIdentitysKey) {
  for (const auto& seed : {alice_self.master_seed, alice_self.signing_seed}) {
    const Peer odd{alice.user, Identity::public_of(seed)};
    put(odd.user, odd.device, odd.keys());
    learn();
    EXPECT_FALSE(device(odd));
  }
  const Peer odd{alice.user, Identity::public_of(crypto::random_bytes(32))};
  put(odd.user, odd.device, odd.keys());
  learn();
  EXPECT_TRUE(device(odd)) << "the name alone is no fault";
}
TEST_F(DeviceForgery, AUserWhoWasNotAskedFor) {
  const Peer carol{"@carol:ex", "CAROL"};
  const Identity self{"@carol:ex"};
  publish(carol, self);
  in([&] {
    bot.mark_changed(alice.user);
    bot.take_query(bot.query(noon), answer, noon);
  });
  EXPECT_FALSE(device(carol));
  in([&] { EXPECT_EQ(bot.master_key(carol.user), ""); });
  learn();
  EXPECT_TRUE(is_trusted(carol));
}

// Identities. -------------------------------------------------------------------------------------

TEST_F(DeviceForgery, AnotherMasterKey) {
  const Identity fresh{alice.user};
  publish(alice, fresh);
  learn();
  EXPECT_TRUE(has_changed(alice.user));
  EXPECT_FALSE(is_trusted(alice)) << "though all of it is signed";
  learn();
  EXPECT_TRUE(has_changed(alice.user)) << "a second look makes it no better";
  in([&] { bot.accept_identity(alice.user); });
  EXPECT_TRUE(is_trusted(alice));
}
TEST_F(DeviceForgery, AnOlderMasterKeyAfterANewOneWasAccepted) {
  const Identity fresh{alice.user};
  publish(alice, fresh);
  learn();
  in([&] { bot.accept_identity(alice.user); });
  ASSERT_TRUE(is_trusted(alice));
  publish(alice, alice_self);
  learn();
  EXPECT_TRUE(has_changed(alice.user));
  EXPECT_FALSE(is_trusted(alice));
}
TEST_F(DeviceForgery, AnIdentityThatIsWithheld) {
  show(alice.user, {}, {});
  learn();
  EXPECT_FALSE(is_trusted(alice));
  in([&] { bot.accept_identity(alice.user); });
  EXPECT_FALSE(is_trusted(alice));
  const Identity fresh{alice.user};
  publish(alice, fresh);
  learn();
  EXPECT_FALSE(is_trusted(alice)) << "an interval without any makes no first sight";
}
TEST_F(DeviceForgery, AnIdentityOfAnotherUser) {
  show(alice.user, mallory_self.master(), mallory_self.self_signing());
  put(alice.user, phone.device, mallory_self.signs(phone.keys()));
  learn();
  EXPECT_FALSE(is_trusted(phone));
  EXPECT_FALSE(is_trusted(alice));
  publish(alice, alice_self);
  publish(phone, alice_self);
  learn();
  EXPECT_TRUE(is_trusted(alice) && is_trusted(phone));
}
TEST_F(DeviceForgery, AMasterKeyOfTwoKeysOrForAnotherUseOrUnderAnotherName) {
  const auto other = Identity::public_of(mallory_self.master_seed);
  const auto own = Identity::public_of(alice_self.master_seed);
  const auto master = alice_self.master();
  for (const auto& bad : {with(master, {"keys", "ed25519:" + other}, other),
                          with(master, {"usage"}, Value::array({"self_signing"})),
                          with(master, {"keys"}, Value::object({{"ed25519:" + other, own}}))}) {
    show(alice.user, bad, alice_self.self_signing());
    learn();
    EXPECT_FALSE(is_trusted(alice)) << json::dump(bad);
  }
  publish(alice, alice_self);
  learn();
  EXPECT_TRUE(is_trusted(alice));
}

class SigningForgery : public DeviceForgery {
 protected:
  /// A self-signing key that is not the master key's own signs nothing.
  void refused_signer(const Value& self_signing, const std::string& its_seed) {
    auto keys = alice.keys();
    sign(keys, alice.user, "ed25519:" + Identity::public_of(its_seed), its_seed);
    put(alice.user, alice.device, keys);
    show(alice.user, alice_self.master(), self_signing);
    learn();
    EXPECT_FALSE(is_trusted(alice));
    EXPECT_FALSE(has_changed(alice.user));
    publish(alice, alice_self);
    learn();
    EXPECT_TRUE(is_trusted(alice));
  }
  const std::string seed = crypto::random_bytes(32);
  const std::string master = "ed25519:" + Identity::public_of(alice_self.master_seed);
};

TEST_F(SigningForgery, ASelfSigningKeyWithoutSignature) {
  refused_signer(Identity::key(alice.user, "self_signing", seed), seed);
}
TEST_F(SigningForgery, ASelfSigningKeyThatAnotherHasSigned) {
  auto signer = Identity::key(alice.user, "self_signing", seed);
  sign(signer, alice.user, master, mallory_self.master_seed);
  refused_signer(signer, seed);
  sign(signer, mallory.user, "ed25519:" + Identity::public_of(mallory_self.master_seed),
       mallory_self.master_seed);
  refused_signer(signer, seed);
}
TEST_F(SigningForgery, ASelfSigningKeyThatSignedItself) {
  auto signer = Identity::key(alice.user, "self_signing", seed);
  sign(signer, alice.user, "ed25519:" + Identity::public_of(seed), seed);
  refused_signer(signer, seed);
}
TEST_F(SigningForgery, AUserSigningKeyInItsPlace) {
  auto signer = Identity::key(alice.user, "user_signing", seed);
  sign(signer, alice.user, master, alice_self.master_seed);
  refused_signer(signer, seed);
}
TEST_F(SigningForgery, ASelfSigningKeyOfAnotherUser) {
  auto signer = Identity::key(mallory.user, "self_signing", seed);
  sign(signer, alice.user, master, alice_self.master_seed);
  refused_signer(signer, seed);
}
TEST_F(SigningForgery, ADeviceThatOnlyTheMasterKeyHasSigned) {
  auto keys = phone.keys();
  sign(keys, alice.user, master, alice_self.master_seed);
  put(phone.user, phone.device, keys);
  learn();
  EXPECT_TRUE(device(phone));
  EXPECT_FALSE(is_trusted(phone));
  publish(phone, alice_self);
  learn();
  EXPECT_TRUE(is_trusted(phone));
}
TEST_F(SigningForgery, ASignatureTakenFromAnotherDevice) {
  auto keys = phone.keys();
  const auto signer = "ed25519:" + Identity::public_of(alice_self.signing_seed);
  add_signature(keys, alice.user, signer,
                alice_self.signs(alice.keys())["signatures"][alice.user][signer].as_string());
  put(phone.user, phone.device, keys);
  learn();
  EXPECT_FALSE(is_trusted(phone));
  EXPECT_TRUE(is_trusted(alice));
}
TEST_F(SigningForgery, ASignatureOfSomebodyElsesIdentity) {
  put(phone.user, phone.device, mallory_self.signs(phone.keys()));
  learn();
  EXPECT_TRUE(device(phone));
  EXPECT_FALSE(is_trusted(phone));
}
TEST_F(SigningForgery, ASignatureOfASelfSigningKeyThatWasReplaced) {
  ASSERT_TRUE(is_trusted(alice));
  Identity fresh{alice.user};
  fresh.master_seed = alice_self.master_seed;
  show(alice.user, fresh.master(), fresh.self_signing());
  learn();
  EXPECT_FALSE(is_trusted(alice));
  EXPECT_FALSE(has_changed(alice.user));
  publish(alice, fresh);
  learn();
  EXPECT_TRUE(is_trusted(alice));
}

}  // namespace
}  // namespace openclaw::e2ee
