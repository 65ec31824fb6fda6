// SPDX-License-Identifier: MIT
#include "crypto/seal.h"

#include <memory>

#include <openssl/evp.h>

#include "base/error.h"
#include "crypto/digest.h"

namespace openclaw::crypto {
namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* in(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* out(std::string& s, std::size_t at) {
  return reinterpret_cast<unsigned char*>(s.data()) + at;
}

void check_key(std::string_view key) {
  if (key.size() != 32) throw base::ConfigError("a sealing key must have 32 bytes");
}

std::string seal_with(std::string nonce, std::string_view key, std::string_view label,
                      std::string_view plain) {
  std::string sealed = std::move(nonce);
  sealed.resize(nonce_size + plain.size() + tag_size);
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  const bool good =
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(sealed)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &n, in(label), static_cast<int>(label.size())) ==
          1 &&
      EVP_EncryptUpdate(context.get(), out(sealed, nonce_size), &n, in(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), out(sealed, nonce_size + plain.size()), &n) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_size,
                          out(sealed, nonce_size + plain.size())) == 1;
  if (!good) throw base::Error("cannot seal a text");
  return sealed;
}

}  // namespace

std::string seal(std::string_view key, std::string_view label, std::string_view plain) {
  check_key(key);
  return seal_with(random_bytes(nonce_size), key, label, plain);
}

std::string seal_same(std::string_view key, std::string_view label, std::string_view plain) {
  check_key(key);
  const auto nonce_key = hmac_sha256(key, "openclaw nonce");
  std::string text = std::to_string(label.size()) + ":";  // keeps label and text apart
  text += label;
  text += plain;
  return seal_with(std::string(view(hmac_sha256(view(nonce_key), text)).substr(0, nonce_size)), key,
                   label, plain);
}

std::optional<std::string> unseal(std::string_view key, std::string_view label,
                                  std::string_view sealed) {
  check_key(key);
  if (sealed.size() < nonce_size + tag_size) return std::nullopt;
  const std::size_t size = sealed.size() - nonce_size - tag_size;
  std::string plain(size, '\0');
  std::string tag(sealed.substr(nonce_size + size));
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  const bool good =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(sealed)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &n, in(label), static_cast<int>(label.size())) ==
          1 &&
      EVP_DecryptUpdate(context.get(), out(plain, 0), &n, in(sealed.substr(nonce_size)),
                        static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_size, out(tag, 0)) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out(plain, 0) + size, &n) == 1;
  if (!good) return std::nullopt;
  return plain;
}

}  // namespace openclaw::crypto
