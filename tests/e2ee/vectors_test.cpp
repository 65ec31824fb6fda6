// SPDX-License-Identifier: MIT
// Known answers: what Element's crate (vodozemac) and libolm made, and the specification's own.
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/curve.h"
#include "crypto/derive.h"
#include "e2ee/sas.h"
#include "e2ee/secrets.h"
#include "e2ee/signing.h"
#include "json/parse.h"
#include "ratchet/ratchet.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

const Value& vectors() {
  static const Value all =
      json::parse(base::read_file(OPENCLAW_TEST_DATA "/interop-vectors.json", 1u << 20));
  return all;
}

std::string padded(const std::string& text) { return base::from_base64(text).value(); }

TEST(Signing, TheSpecificationsVectors) {
  const auto seed = key_from("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1").value();
  Value empty = Value::object();
  sign(empty, "domain", "ed25519:1", seed);
  EXPECT_EQ(
      empty["signatures"]["domain"]["ed25519:1"].as_string(),
      "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ");
  Value two = Value::object({{"one", 1}, {"two", "Two"}});
  sign(two, "domain", "ed25519:1", seed);
  EXPECT_EQ(
      two["signatures"]["domain"]["ed25519:1"].as_string(),
      "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw");
}

TEST(Signing, WhatElementSignedIsSignedAndNothingElse) {
  const auto& v = vectors()["signed_json"];
  const auto& device = v["device_keys"];
  const std::string user = device["user_id"].as_string();
  const std::string key = device["keys"]["ed25519:ALICE"].as_string();
  EXPECT_TRUE(is_signed(device, user, "ed25519:ALICE", key));
  const auto public_of = [&](const char* name) {
    return v[name]["keys"].members().front().second.as_string();
  };
  const auto msk = public_of("master_key"), ssk = public_of("self_signing_key");
  EXPECT_TRUE(is_signed(v["self_signing_key"], user, "ed25519:" + msk, msk));
  EXPECT_TRUE(is_signed(device, user, "ed25519:" + ssk, ssk));
  Value changed = device;
  changed.set("device_id", "MALLORY");
  EXPECT_FALSE(is_signed(changed, user, "ed25519:ALICE", key));
  EXPECT_FALSE(is_signed(device, user, "ed25519:ALICE", msk));
  EXPECT_FALSE(is_signed(device, "@mallory:ex", "ed25519:ALICE", key));
  changed = device;
  changed.set("unsigned", Value::object({{"device_display_name", "x"}}));
  EXPECT_TRUE(is_signed(changed, user, "ed25519:ALICE", key)) << "what is unsigned does not count";
}

TEST(Signing, ASignatureBeyondTheOrderIsRefused) {
  // S + L: libolm takes it (CVE-2024-45193).
  const auto seed = std::string(32, 'k');
  auto signature = crypto::ed25519_sign(seed, "text");
  ASSERT_TRUE(crypto::ed25519_verify(crypto::ed25519_public(seed), "text", signature));
  const auto order =
      base::from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  int carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(signature[32 + i]) + static_cast<unsigned char>(order[i]);
    signature[32 + i] = static_cast<char>(carry & 255);
    carry >>= 8;
  }
  EXPECT_FALSE(crypto::ed25519_verify(crypto::ed25519_public(seed), "text", signature));
}

TEST(Signing, KeysOfLowOrderGiveNothing) {
  EXPECT_FALSE(crypto::x25519(std::string(32, 'a'), std::string(32, '\0')));
  EXPECT_FALSE(crypto::x25519(std::string(32, 'a'), "short"));
}

TEST(Base64, IsStrict) {
  EXPECT_EQ(from_base64("aGk").value(), "hi");
  EXPECT_EQ(from_base64("aGk=").value(), "hi");
  EXPECT_FALSE(from_base64("aG k"));
  EXPECT_FALSE(from_base64("aGk_"));
  EXPECT_FALSE(key_from("aGk"));
}

TEST(Ratchet, ReadsWhatElementWrote) {
  const auto& v = vectors()["olm"];
  // Our pickles have keys of 32 bytes; this one was made under its own.
  EXPECT_THROW(ratchet::Account::unpickle("short", v["account_pickle_before"].as_string()),
               base::ConfigError);
  const auto& m = vectors()["megolm"];
  auto session = ratchet::InboundGroup::from_session_key(m["session_key"].as_string());
  EXPECT_EQ(session.id(), m["session_id"].as_string());
  std::uint32_t index = 0;
  for (const auto& event : m["events"].items()) {
    const auto plain = session.decrypt(event["content"]["ciphertext"].as_string());
    EXPECT_EQ(plain.index, index++);
    EXPECT_EQ(json::parse(plain.text), event["plaintext"]);
  }
  EXPECT_EQ(session.export_at(1), m["export_at_1"].as_string());
  auto later = ratchet::InboundGroup::from_export(m["export_at_1"].as_string());
  EXPECT_THROW(later.decrypt(m["events"].at(0)["content"]["ciphertext"].as_string()),
               ratchet::Failure);
}

TEST(Ratchet, TwoAccountsTalk) {
  const std::string key(32, 'k');
  auto alice = ratchet::Account::create(), bob = ratchet::Account::create();
  bob.generate_one_time_keys(1);
  const auto one_time = bob.one_time_keys().at(0);
  auto out = ratchet::Session::outbound(alice, bob.curve25519(), one_time.key);
  const auto first = out.encrypt("hello");
  ASSERT_EQ(first.type, 0);
  auto tampered = first.body;
  tampered[tampered.size() / 2] = tampered[tampered.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_THROW(
      {
        auto bad = ratchet::Session::inbound(bob, alice.curve25519(), tampered);
        bad.decrypt(0, tampered);
      },
      ratchet::Failure);
  auto in = ratchet::Session::inbound(bob, alice.curve25519(), first.body);
  EXPECT_EQ(in.decrypt(0, first.body), "hello") << "a damaged copy burns no key";
  bob.consume(in);
  EXPECT_THROW(ratchet::Session::inbound(bob, alice.curve25519(), first.body), ratchet::Failure);
  const auto answer = in.encrypt("hi");
  auto again = ratchet::Session::unpickle(key, out.pickle(key));
  EXPECT_EQ(again.decrypt(answer.type, answer.body), "hi");
  EXPECT_THROW(ratchet::Session::unpickle(std::string(32, 'x'), out.pickle(key)), ratchet::Failure);
}

TEST(Secrets, StorageBackupAndKeysOfElement) {
  const auto& v = vectors()["ssss"];
  const auto key = padded(v["key_base64"].as_string());
  EXPECT_EQ(recovery_key(key), v["recovery_key"].as_string());
  EXPECT_EQ(from_recovery_key(v["recovery_key"].as_string()).value(), key);
  std::string wrong = v["recovery_key"].as_string();
  wrong[6] = wrong[6] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(from_recovery_key(wrong));
  for (const auto& [name, secret] : v["secrets"].members()) {
    EXPECT_EQ(decrypt_secret(key, name, secret["encrypted"]).value(),
              secret["plaintext"].as_string());
    EXPECT_FALSE(decrypt_secret(key, name + "x", secret["encrypted"]));
  }
  Value check = v["key_check"];
  check.set("algorithm", "m.secret_storage.v1.aes-hmac-sha2");
  EXPECT_TRUE(is_that_key(key, check));
  EXPECT_FALSE(is_that_key(std::string(32, 'x'), check));
  EXPECT_TRUE(is_that_key(key, key_description(key)));
  EXPECT_EQ(base::base64(crypto::pbkdf2_sha512(
                v["pbkdf2"]["passphrase"].as_string(), v["pbkdf2"]["salt"].as_string(),
                static_cast<int>(v["pbkdf2"]["iterations"].as_int()), 32)),
            v["pbkdf2"]["key_base64"].as_string());
  EXPECT_EQ(decrypt_secret(key, "n", encrypt_secret(key, "n", "text")).value(), "text");
}

TEST(Secrets, TheBackupOfElement) {
  const auto& v = vectors()["key_backup"];
  const auto key = from_base64(v["decryption_key_base64"].as_string()).value();
  EXPECT_EQ(base64(crypto::x25519_public(key)), v["public_key"].as_string());
  EXPECT_EQ(from_recovery_key(v["recovery_key"].as_string()).value(), key);
  for (const auto& [session, plain] : v["plaintexts"].members()) {
    const auto& data = v["rooms"]["!r:ex"]["sessions"][session]["session_data"];
    EXPECT_EQ(json::parse(decrypt_from_backup(key, data).value()), plain);
    EXPECT_FALSE(decrypt_from_backup(std::string(32, 'x'), data));
  }
  const auto ours = encrypt_for_backup(crypto::x25519_public(key), "text");
  EXPECT_EQ(decrypt_from_backup(key, ours).value(), "text");
}

TEST(Secrets, TheAttachmentOfElement) {
  const auto& v = vectors()["attachment"];
  const auto ciphertext = padded(v["ciphertext_base64"].as_string());
  EXPECT_EQ(decrypt_file(v["info"], ciphertext).value(), padded(v["plaintext_base64"].as_string()));
  EXPECT_FALSE(decrypt_file(v["info"], ciphertext + "x"));
  const auto ours = encrypt_file("a file");
  EXPECT_EQ(decrypt_file(ours.info, ours.bytes).value(), "a file");
  Value old = ours.info;
  old.set("v", "v1");
  EXPECT_FALSE(decrypt_file(old, ours.bytes));
}

TEST(Sas, TheTranscriptOfElement) {
  const auto& v = vectors()["sas"];
  const auto key_in = [&](const std::string& from) {
    for (const auto& m : v["transcript"].items())
      if (m["from"].as_string() == from && m["content"].contains("key"))
        return m["content"]["key"].as_string();
    return std::string();
  };
  const SasParty alice{"@alice:ex", "ALICE", key_in("alice")}, bot{"@bot:ex", "BOT", key_in("bot")};
  const auto secret = padded(v["bot"]["x25519_private_base64"].as_string());
  EXPECT_EQ(base64(crypto::x25519_public(secret)), bot.key);
  const auto shared = crypto::x25519(secret, key_from(alice.key).value()).value();
  const auto flow = v["flow_id"].as_string();
  const auto bytes = sas_bytes(shared, alice, bot, flow);
  EXPECT_EQ(base::hex(bytes), v["sas_bytes_hex"].as_string());
  const auto emoji = sas_emoji(bytes);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(emoji[i].number, v["emoji"].at(i).as_int());
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(sas_decimals(bytes)[i], v["decimal"].at(i).as_int());
  for (const auto& m : v["transcript"].items()) {
    if (m["type"].as_string() == "m.key.verification.accept") {
      EXPECT_EQ(sas_commitment(bot.key, json::parse(v["start_canonical"].as_string())),
                m["content"]["commitment"].as_string());
    }
    if (m["type"].as_string() != "m.key.verification.mac") continue;
    const bool ours = m["from"].as_string() == "bot";
    const auto& from = ours ? bot : alice;
    const auto& to = ours ? alice : bot;
    std::vector<std::string> ids;
    for (const auto& [id, mac] : m["content"]["mac"].members()) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(sas_mac(shared, base::join(ids, ","), from, to, flow, "KEY_IDS"),
              m["content"]["keys"].as_string());
  }
}

}  // namespace
}  // namespace openclaw::e2ee
