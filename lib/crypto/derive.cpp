// SPDX-License-Identifier: MIT
#include "crypto/derive.h"

#include <memory>

#include <openssl/evp.h>

#include "base/error.h"
#include "crypto/digest.h"

namespace openclaw::crypto {
namespace {

struct Free {
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
};

const unsigned char* bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

bool run(const EVP_CIPHER* cipher, bool encrypts, std::string_view key, std::string_view iv,
         std::string_view in, std::string& out) {
  if (key.size() != 32 || iv.size() != 16) throw base::Error("AES-256 needs 32 and 16 bytes");
  const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
  out.resize(in.size() + 32);
  int size = 0, rest = 0;
  const bool good =
      EVP_CipherInit_ex(context.get(), cipher, nullptr, bytes(key), bytes(iv), encrypts ? 1 : 0) ==
          1 &&
      EVP_CipherUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       bytes(in), static_cast<int>(in.size())) == 1 &&
      EVP_CipherFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()) + size,
                         &rest) == 1;
  out.resize(good ? static_cast<std::size_t>(size + rest) : 0);
  return good;
}

}  // namespace

std::string hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info,
                        std::size_t size) {
  const std::string no_salt(32, '\0');
  const auto prk = hmac_sha256(salt.empty() ? std::string_view(no_salt) : salt, key);
  std::string out, block;
  for (char n = 1; out.size() < size; ++n) {
    block = std::string(view(hmac_sha256(view(prk), block + std::string(info) + n)));
    out += block;
  }
  out.resize(size);
  return out;
}

std::string pbkdf2_sha512(std::string_view passphrase, std::string_view salt, int iterations,
                          std::size_t size) {
  std::string out(size, '\0');
  if (PKCS5_PBKDF2_HMAC(passphrase.data(), static_cast<int>(passphrase.size()), bytes(salt),
                        static_cast<int>(salt.size()), iterations, EVP_sha512(),
                        static_cast<int>(size), reinterpret_cast<unsigned char*>(out.data())) != 1)
    throw base::Error("PBKDF2 failed");
  return out;
}

std::string aes256_ctr(std::string_view key, std::string_view iv, std::string_view in) {
  std::string out;
  if (!run(EVP_aes_256_ctr(), true, key, iv, in, out)) throw base::Error("AES failed");
  return out;
}

std::string aes256_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view in) {
  std::string out;
  if (!run(EVP_aes_256_cbc(), true, key, iv, in, out)) throw base::Error("AES failed");
  return out;
}

bool aes256_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view in,
                        std::string& out) {
  return run(EVP_aes_256_cbc(), false, key, iv, in, out);
}

}  // namespace openclaw::crypto
