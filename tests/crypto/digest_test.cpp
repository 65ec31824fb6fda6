// SPDX-License-Identifier: MIT
#include "crypto/digest.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hex.h"

namespace openclaw::test {
namespace {

std::string hex_of(const crypto::Digest& d) { return base::hex(crypto::view(d)); }

std::string counting(int first, int last) {
  std::string out;
  for (int i = first; i <= last; ++i) out += static_cast<char>(i);
  return out;
}

struct Hashed {
  std::string text;
  std::string_view digest;
};

// FIPS 180-4, with the message of a million letters.
const std::vector<Hashed>& sha_vectors() {
  static const std::vector<Hashed> all{
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmn"
       "opqrsmnopqrstnopqrstu",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
  return all;
}

struct Keyed {
  std::string key, text;
  std::string_view digest;
};

// RFC 4231, cases 1 to 7 (the fifth without its truncation).
const std::vector<Keyed>& hmac_vectors() {
  static const std::vector<Keyed> all{
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting(1, 25), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(20, '\x0c'), "Test With Truncation",
       "a3b6167473100ee06e0c796c2955552bfa6f7c0a6a8aef8b93f860aab0cd20c5"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  return all;
}

TEST(Sha256, GivesThePublishedDigests) {
  for (const auto& v : sha_vectors()) EXPECT_EQ(hex_of(crypto::sha256(v.text)), v.digest);
}

TEST(Sha256, TakesAViewOfNothing) {
  EXPECT_EQ(hex_of(crypto::sha256({})), sha_vectors().front().digest);
}

TEST(Sha256, GivesTheSameInPiecesOfAnySize) {
  crypto::Sha256 hash;
  for (const auto& v : sha_vectors()) {
    const std::string_view text = v.text;
    for (const std::size_t size : {std::size_t{1}, std::size_t{63}, std::size_t{64},
                                   std::size_t{65}, std::size_t{100'000}}) {
      if (text.size() / size > 100'000) continue;  // a million single letters say no more
      for (std::size_t at = 0; at < text.size(); at += size) hash.update(text.substr(at, size));
      EXPECT_EQ(hex_of(hash.finish()), v.digest) << "in pieces of " << size;
    }
  }
}

TEST(Sha256, StartsAnewAfterEachFinish) {
  crypto::Sha256 hash;
  hash.update("abc");
  const auto first = hash.finish();
  EXPECT_EQ(hex_of(hash.finish()), sha_vectors()[0].digest);
  hash.update("abc");
  EXPECT_EQ(hash.finish(), first);
}

TEST(Hmac, GivesTheDigestsOfRfc4231) {
  for (const auto& v : hmac_vectors())
    EXPECT_EQ(hex_of(crypto::hmac_sha256(v.key, v.text)), v.digest);
}

TEST(Hmac, TakesAnEmptyKeyAndAnEmptyText) {
  EXPECT_EQ(hex_of(crypto::hmac_sha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(RandomBytes, HaveTheLengthAskedForAndNeverRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string bytes = crypto::random_bytes(16);
    ASSERT_EQ(bytes.size(), 16U);
    ASSERT_TRUE(seen.insert(bytes).second);
  }
  EXPECT_EQ(crypto::random_bytes(0), "");
  EXPECT_EQ(crypto::random_bytes(100'000).size(), 100'000U);
}

}  // namespace
}  // namespace openclaw::test
