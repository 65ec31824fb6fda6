// SPDX-License-Identifier: MIT
#include "crypto/seal.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/hex.h"

namespace openclaw::test {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view key = "0123456789abcdefghijklmnopqrstuv";
constexpr std::string_view other_key = "0123456789abcdefghijklmnopqrstuw";
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

/// Texts that a length, an ending or an encoding could trip over.
const std::vector<std::string>& texts() {
  static const std::vector<std::string> all{"",
                                            "a",
                                            std::string(1, '\0'),
                                            "fifteen letters",
                                            "sixteen letters.",
                                            std::string(4096, 'x'),
                                            std::string("with \0 inside", 13),
                                            "\xff\xfe not UTF-8 \xc3",
                                            std::string(300'001, '\x5a')};
  return all;
}

using Sealer = std::string (*)(std::string_view, std::string_view, std::string_view);

struct Named {
  const char* name;
  Sealer seal;
};

class Seal : public testing::TestWithParam<Named> {
 protected:
  std::string seal(std::string_view k, std::string_view label, std::string_view plain) const {
    return GetParam().seal(k, label, plain);
  }
};

INSTANTIATE_TEST_SUITE_P(Both, Seal,
                         testing::Values(Named{"random_nonce", crypto::seal},
                                         Named{"derived_nonce", crypto::seal_same}),
                         [](const auto& named) { return named.param.name; });

TEST_P(Seal, GivesBackEveryText) {
  for (const auto& text : texts()) {
    const std::string sealed = seal(key, "label", text);
    EXPECT_EQ(sealed.size(), nonce_size + text.size() + tag_size);
    EXPECT_EQ(crypto::unseal(key, "label", sealed), text);
  }
}

TEST_P(Seal, TakesEmptyViews) { EXPECT_EQ(crypto::unseal(key, {}, seal(key, {}, {})), ""); }

TEST_P(Seal, HidesTheText) {
  const std::string text = "the calendar of tomorrow";
  const std::string sealed = seal(key, "label", text);
  for (std::size_t i = 0; i + 4 <= text.size(); ++i)
    EXPECT_EQ(sealed.find(text.substr(i, 4)), std::string::npos);
}

TEST_P(Seal, RefusesEveryChangedByte) {
  const std::string sealed = seal(key, "label", "thirty-one bytes of plain text.");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string bad = sealed;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ change);
      ASSERT_EQ(crypto::unseal(key, "label", bad), std::nullopt) << "byte " << at;
    }
  }
}

TEST_P(Seal, RefusesEveryOtherLength) {
  const std::string sealed = seal(key, "label", "thirty-one bytes of plain text.");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(crypto::unseal(key, "label", sealed.substr(0, size)), std::nullopt);
    EXPECT_EQ(crypto::unseal(key, "label", sealed.substr(sealed.size() - size)), std::nullopt);
  }
  EXPECT_EQ(crypto::unseal(key, "label", sealed + '\0'), std::nullopt);
  EXPECT_EQ(crypto::unseal(key, "label", sealed + sealed), std::nullopt);
}

TEST_P(Seal, RefusesAnotherKeyAndAnotherLabel) {
  const std::string sealed = seal(key, "label", "text");
  EXPECT_EQ(crypto::unseal(other_key, "label", sealed), std::nullopt);
  for (const auto& label : {""sv, "Label"sv, "labe"sv, "label "sv, "label\0"sv})
    EXPECT_EQ(crypto::unseal(key, label, sealed), std::nullopt);
}

TEST_P(Seal, DemandsAKeyOf32Bytes) {
  for (const std::size_t size : {0U, 1U, 16U, 31U, 33U, 64U}) {
    const std::string bad(size, 'k');
    EXPECT_THROW(seal(bad, "label", "text"), base::ConfigError);
    EXPECT_THROW((void)crypto::unseal(bad, "label", std::string(40, 'x')), base::ConfigError);
  }
}

TEST(Unseal, ReadsThePublishedVectors) {
  // Test cases 13, 14, 15 and 16 of the GCM specification (AES-256, 96-bit nonce).
  const std::string zero_key(32, '\0'), zero_nonce(12, '\0');
  EXPECT_EQ(crypto::unseal(zero_key, "", zero_nonce + from_hex("530f8afbc74536b9a963b4f1c4cb738b")),
            "");
  EXPECT_EQ(crypto::unseal(zero_key, "",
                           zero_nonce + from_hex("cea7403d4d606b6e074ec5d3baf39d18"
                                                 "d0d1c8a799996bf0265b98b5d48ab919")),
            std::string(16, '\0'));
  const std::string k =
      from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string nonce = from_hex("cafebabefacedbaddecaf888");
  const std::string plain = from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
      "b525b16aedf5aa0de657ba637b391aafd255");
  const std::string cipher = from_hex(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
      "8838c5f61e6393ba7a0abcc9f662898015ad");
  EXPECT_EQ(crypto::unseal(k, "", nonce + cipher + from_hex("b094dac5d93471bdec1a502270e3cc6c")),
            plain);
  EXPECT_EQ(
      crypto::unseal(k, from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                     nonce + cipher.substr(0, 60) + from_hex("76fc6ece0f4e1768cddf8853bb2d551b")),
      plain.substr(0, 60));
}

TEST(SealRandom, NeverRepeatsANonce) {
  std::set<std::string> nonces;
  for (int i = 0; i < 2000; ++i)
    ASSERT_TRUE(nonces.insert(crypto::seal(key, "l", "same").substr(0, nonce_size)).second);
}

TEST(SealSame, GivesEqualBytesForEqualTexts) {
  for (const auto& text : texts())
    EXPECT_EQ(crypto::seal_same(key, "label", text), crypto::seal_same(key, "label", text));
}

TEST(SealSame, NeverSharesANonceBetweenDifferentTextsLabelsOrKeys) {
  std::map<std::string, std::string> nonces;
  for (const auto& k : {key, other_key}) {
    for (const auto& label : {""sv, "a"sv, "b"sv, "ab"sv}) {
      for (int i = 0; i < 500; ++i) {
        const std::string text = std::to_string(i);
        const std::string nonce = crypto::seal_same(k, label, text).substr(0, nonce_size);
        const std::string what = std::string(k) + "/" + std::string(label) + "/" + text;
        ASSERT_TRUE(nonces.emplace(nonce, what).second) << what << " and " << nonces[nonce];
      }
    }
  }
}

// A shared nonce under one key gives away both texts, so the border between label and text counts.
TEST(SealSame, KeepsLabelAndTextApart) {
  const std::string one = crypto::seal_same(key, "a\0b"sv, "c");
  const std::string two = crypto::seal_same(key, "a", "b\0c"sv);
  EXPECT_NE(one.substr(0, nonce_size), two.substr(0, nonce_size));
  EXPECT_NE(crypto::seal_same(key, "ab", "c").substr(0, nonce_size),
            crypto::seal_same(key, "a", "bc").substr(0, nonce_size));
}

TEST(SealSame, DoesNotGiveAwayTheDigestOfTheText) {
  const std::string sealed = crypto::seal_same(key, "label", "yes");
  const auto plain_digest = crypto::sha256("yes");
  EXPECT_NE(sealed.substr(0, nonce_size),
            std::string(crypto::view(plain_digest)).substr(0, nonce_size));
}

}  // namespace
}  // namespace openclaw::test
