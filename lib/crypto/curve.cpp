// SPDX-License-Identifier: MIT
#include "crypto/curve.h"

#include <memory>

#include <openssl/evp.h>

#include "base/error.h"

namespace openclaw::crypto {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

const unsigned char* bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

Key private_key(int type, std::string_view secret) {
  Key key(EVP_PKEY_new_raw_private_key(type, nullptr, bytes(secret), secret.size()));
  if (!key) throw base::Error("a private key must have 32 bytes");
  return key;
}

std::string public_of(int type, std::string_view secret) {
  const Key key = private_key(type, secret);
  std::string out(32, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), bytes(out), &size) != 1 || size != 32)
    throw base::Error("no public key");
  return out;
}

}  // namespace

std::string ed25519_public(std::string_view seed) { return public_of(EVP_PKEY_ED25519, seed); }

std::string ed25519_sign(std::string_view seed, std::string_view message) {
  const Key key = private_key(EVP_PKEY_ED25519, seed);
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::string out(64, '\0');
  std::size_t size = out.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), bytes(out), &size, bytes(message), message.size()) != 1)
    throw base::Error("cannot sign");
  return out;
}

bool ed25519_verify(std::string_view key, std::string_view message, std::string_view signature) {
  if (key.size() != 32 || signature.size() != 64) return false;
  const Key theirs(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(key), key.size()));
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return theirs &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, theirs.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                          message.size()) == 1;
}

std::string x25519_public(std::string_view secret) { return public_of(EVP_PKEY_X25519, secret); }

std::optional<std::string> x25519(std::string_view secret, std::string_view their_key) {
  const Key ours = private_key(EVP_PKEY_X25519, secret);
  const Key theirs(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, bytes(their_key), their_key.size()));
  const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new(ours.get(), nullptr));
  std::string out(32, '\0');
  std::size_t size = out.size();
  if (!theirs || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), theirs.get()) != 1 ||
      EVP_PKEY_derive(context.get(), bytes(out), &size) != 1)
    return std::nullopt;
  return out;
}

}  // namespace openclaw::crypto
