// SPDX-License-Identifier: MIT
// Verification by emoji, step by step with somebody who does not keep to the rules.
#include "e2ee/verify.h"

#include "e2ee/people.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr const char* flow = "flow";

/// Alice has a new identity, which counts for nothing until she was compared with.
class Verification : public House {
 protected:
  Verification() {
    publish(alice, renewed);
    learn();
    in([&] { bot.keep_secret("user_signing", crypto::random_bytes(32)); });
  }

  /// One step; what the bot sends then.
  std::vector<FlowEvent> take(const std::string& step, Value content, const std::string& sender,
                              const std::string& room = {}) {
    if (room.empty())
      content.set("transaction_id", id);
    else
      content.set("m.relates_to", Value::object({{"event_id", id}}));
    std::vector<FlowEvent> out;
    in([&] {
      verifier.take("m.key.verification." + step, sender, room, "$event", content, noon, out);
    });
    return out;
  }
  std::vector<FlowEvent> take(const std::string& step, Value content) {
    return take(step, std::move(content), alice.user);
  }
  Value request(std::int64_t at = base::to_ms(noon)) const {
    return Value::object({{"from_device", alice.device},
                          {"methods", Value::array({"m.sas.v1"})},
                          {"timestamp", at}});
  }
  Value start() const {
    return Value::object({{"from_device", alice.device},
                          {"method", "m.sas.v1"},
                          {"key_agreement_protocols", Value::array({"curve25519-hkdf-sha256"})},
                          {"hashes", Value::array({"sha256"})},
                          {"message_authentication_codes", Value::array({"hkdf-hmac-sha256.v2"})},
                          {"short_authentication_string", Value::array({"decimal", "emoji"})}});
  }
  Value accept() const {
    return Value::object({{"method", "m.sas.v1"},
                          {"key_agreement_protocol", "curve25519-hkdf-sha256"},
                          {"hash", "sha256"},
                          {"message_authentication_code", "hkdf-hmac-sha256.v2"},
                          {"short_authentication_string", Value::array({"emoji"})},
                          {"commitment", sas_commitment(hers().key, bots_start)}});
  }
  static Value key(const std::string& text) { return Value::object({{"key", text}}); }

  /// She asks and starts; the bot waits for her key.
  void she_starts() {
    take("request", request());
    she_starts_at_once();
  }
  void she_starts_at_once() {
    const auto accepted = take("start", start());
    ASSERT_EQ(accepted.size(), 1u);
    ASSERT_EQ(accepted[0].type, "m.key.verification.accept");
  }
  /// The bot asks and starts; it waits for her to accept.
  void the_bot_starts() {
    std::vector<FlowEvent> out;
    id = in([&] { return verifier.begin(alice.user, noon, out); });
    const auto started = take("ready", request());
    ASSERT_EQ(started.size(), 1u);
    ASSERT_EQ(started[0].type, "m.key.verification.start");
    bots_start = started[0].content;
  }
  /// As far as comparing, where she started.
  void they_compare() {
    she_starts();
    const auto sent = take("key", key(hers().key));
    ASSERT_EQ(sent.size(), 1u);
    bots_key = sent[0].content["key"].as_string();
    ASSERT_EQ(state(), "compare");
  }
  std::vector<FlowEvent> the_bot_agrees() {
    std::vector<FlowEvent> out;
    in([&] { verifier.agree(id, out); });
    return out;
  }

  SasParty hers() const {
    return {alice.user, alice.device, base64(crypto::x25519_public(secret))};
  }
  SasParty bots() const { return {me.user, me.device, bots_key}; }
  std::string mac_of(const std::string& text, const std::string& key_id) const {
    const auto shared = crypto::x25519(secret, from_base64(bots_key).value()).value();
    return sas_mac(shared, text, hers(), bots(), id, key_id);
  }
  /// Her m.key.verification.mac over these keys.
  Value mac(const std::vector<std::pair<std::string, std::string>>& keys) const {
    auto macs = Value::object();
    std::vector<std::string> ids;
    for (const auto& [key_id, value] : keys) {
      macs.set(key_id, mac_of(value, key_id));
      ids.push_back(key_id);
    }
    std::sort(ids.begin(), ids.end());
    return Value::object({{"mac", macs}, {"keys", mac_of(base::join(ids, ","), "KEY_IDS")}});
  }
  std::pair<std::string, std::string> her_device() const {
    return {"ed25519:" + alice.device, alice.ed()};
  }
  std::pair<std::string, std::string> her_master() const { return {"ed25519:" + master, master}; }

  std::string state() {
    const auto found = in([&] { return verifier.find(id); });
    return found ? found->state : "";
  }
  bool is_trusted_now() {
    return !has_changed(alice.user) && in([&] { return verifier.to_sign(); }).size() == 1;
  }
  /// Ended with that code; nothing came of it.
  void is_ended(const std::vector<FlowEvent>& out, const char* code) {
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].type, "m.key.verification.cancel");
    EXPECT_EQ(out[0].content["code"].as_string(), code);
    EXPECT_EQ(state(), "cancelled");
    nothing_came_of_it();
  }
  void nothing_came_of_it() {
    EXPECT_TRUE(has_changed(alice.user));
    EXPECT_TRUE(in([&] { return verifier.to_sign(); }).empty());
  }

  Verifier verifier{db, bot};
  const Identity renewed{"@alice:ex"};
  const std::string master = Identity::public_of(renewed.master_seed);
  const std::string secret = crypto::random_bytes(32);
  std::string id = flow, bots_key;
  Value bots_start;
};

TEST_F(Verification, ToTheEndWhereSheStarts) {
  they_compare();
  nothing_came_of_it();
  const auto sent = the_bot_agrees();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].type, "m.key.verification.mac");
  EXPECT_EQ(take("mac", mac({her_device(), her_master()}))[0].type, "m.key.verification.done");
  EXPECT_TRUE(is_trusted_now());
}

TEST_F(Verification, ToTheEndWhereTheBotStarts) {
  the_bot_starts();
  bots_key = take("accept", accept())[0].content["key"].as_string();
  take("key", key(hers().key));
  ASSERT_EQ(state(), "compare");
  the_bot_agrees();
  take("mac", mac({her_device(), her_master()}));
  EXPECT_TRUE(is_trusted_now());
}

TEST_F(Verification, ToTheEndWithAnOldClientThatDoesNotAsk) {
  she_starts_at_once();
  bots_key = take("key", key(hers().key))[0].content["key"].as_string();
  the_bot_agrees();
  take("mac", mac({her_device(), her_master()}));
  EXPECT_TRUE(is_trusted_now());
}

TEST_F(Verification, AStartInARoomThatNobodyAskedFor) {
  EXPECT_TRUE(take("start", start(), alice.user, room_a).empty());
  EXPECT_EQ(state(), "");
}

TEST_F(Verification, AKeyThatWasNotPromised) {
  the_bot_starts();
  take("accept", accept());
  is_ended(take("key", key(base64(crypto::x25519_public(crypto::random_bytes(32))))),
           "m.mismatched_commitment");
}

TEST_F(Verification, APromiseForAnotherStart) {
  the_bot_starts();
  bots_start.set("hashes", Value::array({"sha256", "md5"}));
  take("accept", accept());
  is_ended(take("key", key(hers().key)), "m.mismatched_commitment");
}

TEST_F(Verification, KeysWithWhichEverySecretIsKnown) {
  for (const auto& weak : low_order_keys()) {
    id = "flow " + weak;
    she_starts();
    is_ended(take("key", key(weak)), "m.key_mismatch");
  }
}

TEST_F(Verification, WhatIsNoKey) {
  for (const auto& none :
       {std::string(), std::string("AAAA"), std::string("not base64!"), hers().key + "AAAA"}) {
    id = "flow " + none;
    she_starts();
    is_ended(take("key", key(none)), "m.key_mismatch");
  }
}

TEST_F(Verification, ASecondKeyChangesNothing) {
  they_compare();
  const auto shown = in([&] { return verifier.find(id); })->emoji;
  EXPECT_TRUE(take("key", key(base64(crypto::x25519_public(crypto::random_bytes(32))))).empty());
  EXPECT_EQ(in([&] { return verifier.find(id); })->emoji, shown);
}

TEST_F(Verification, AStartOnceKeysWereGivenChangesNothing) {
  they_compare();
  EXPECT_TRUE(take("start", start()).empty());
  the_bot_agrees();
  take("mac", mac({her_device(), her_master()}));
  EXPECT_TRUE(is_trusted_now());
}

TEST_F(Verification, AMacOfAnotherDeviceKey) {
  they_compare();
  the_bot_agrees();
  is_ended(take("mac", mac({{her_device().first, mallory.ed()}, her_master()})), "m.key_mismatch");
}

TEST_F(Verification, AMacOfAnotherIdentity) {
  they_compare();
  the_bot_agrees();
  is_ended(take("mac", mac({her_device(), {her_master().first, mallory.ed()}})), "m.key_mismatch");
}

TEST_F(Verification, AListOfKeysThatLeavesOneOut) {
  they_compare();
  the_bot_agrees();
  auto content = mac({her_device(), her_master()});
  content.set("keys", mac_of(her_device().first, "KEY_IDS"));
  is_ended(take("mac", content), "m.key_mismatch");
}

TEST_F(Verification, AMacOfKeysThatNobodyKnows) {
  they_compare();
  the_bot_agrees();
  is_ended(take("mac", mac({{"ed25519:OTHER", mallory.ed()}})), "m.key_mismatch");
}

TEST_F(Verification, AMacOfTheDeviceAloneSaysNothingOfTheIdentity) {
  they_compare();
  the_bot_agrees();
  is_ended(take("mac", mac({her_device()})), "m.key_mismatch");
}

TEST_F(Verification, ItsOwnMacSentBack) {
  they_compare();
  is_ended(take("mac", (the_bot_agrees())[0].content), "m.key_mismatch");
}

TEST_F(Verification, AMacBeforeAnybodyHasLookedWaits) {
  they_compare();
  EXPECT_TRUE(take("mac", mac({her_device(), her_master()})).empty());
  EXPECT_EQ(state(), "compare");
  nothing_came_of_it();
  the_bot_agrees();
  EXPECT_TRUE(is_trusted_now());
}

TEST_F(Verification, APersonWhoSaysNoIsHeard) {
  they_compare();
  take("mac", mac({her_device(), her_master()}));
  std::vector<FlowEvent> out;
  in([&] { verifier.cancel(id, "m.mismatched_sas", "they differ", out); });
  is_ended(out, "m.mismatched_sas");
  EXPECT_TRUE(the_bot_agrees().empty()) << "no is no";
  take("mac", mac({her_device(), her_master()}));
  nothing_came_of_it();
}

TEST_F(Verification, StepsOfSomebodyElse) {
  they_compare();
  the_bot_agrees();
  EXPECT_TRUE(take("mac", mac({her_device(), her_master()}), mallory.user).empty());
  EXPECT_TRUE(take("mac", mac({her_device(), her_master()}), alice.user, room_a).empty());
  EXPECT_TRUE(take("cancel", Value::object(), mallory.user).empty());
  EXPECT_EQ(state(), "agreed");
  nothing_came_of_it();
}

TEST_F(Verification, StepsOutOfTheirOrder) {
  take("request", request());
  for (const auto* step : {"accept", "key", "mac", "done"})
    EXPECT_TRUE(take(step, key(hers().key)).empty()) << step;
  EXPECT_EQ(state(), "ready");
  EXPECT_TRUE(the_bot_agrees().empty());
  nothing_came_of_it();
}

TEST_F(Verification, WeakerWaysAreNotTaken) {
  const std::pair<const char*, const char*> weaker[] = {
      {"key_agreement_protocols", "curve25519"},
      {"hashes", "md5"},
      {"message_authentication_codes", "hkdf-hmac-sha256"}};
  for (const auto& [what, way] : weaker) {
    id = std::string("flow ") + what;
    take("request", request());
    is_ended(take("start", with(start(), {what}, Value::array({way}))), "m.unknown_method");
  }
}

TEST_F(Verification, AWeakerChoiceIsNotTaken) {
  const std::pair<const char*, const char*> weaker[] = {
      {"key_agreement_protocol", "curve25519"},
      {"hash", "md5"},
      {"message_authentication_code", "hkdf-hmac-sha256"}};
  for (const auto& [what, way] : weaker) {
    the_bot_starts();
    is_ended(take("accept", with(accept(), {what}, Value(way))), "m.unknown_method");
  }
}

TEST_F(Verification, ARequestOutOfItsTime) {
  constexpr std::int64_t minute = 60000;
  for (const auto late : {-10 * minute - 1, 5 * minute + 1})
    EXPECT_TRUE(take("request", request(base::to_ms(noon) + late)).empty()) << late;
  EXPECT_EQ(state(), "");
  EXPECT_EQ(take("request", request(base::to_ms(noon) - 9 * minute)).size(), 1u);
}

TEST_F(Verification, ARequestPlayedAgain) {
  they_compare();
  EXPECT_TRUE(take("request", request()).empty());
  EXPECT_EQ(state(), "compare");
}

}  // namespace
}  // namespace openclaw::e2ee
