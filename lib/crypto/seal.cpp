// SPDX-License-Identifier: MIT
#include "crypto/seal.h"

#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/gcm.h"

namespace openclaw::crypto {
namespace {

constexpr std::size_t nonce_size = Gcm::nonce_size;
constexpr std::size_t tag_size = Gcm::tag_size;

void check_key(std::string_view key) {
  if (key.size() != 32) throw base::ConfigError("a sealing key must have 32 bytes");
}

std::string seal_with(std::string nonce, std::string_view key, std::string_view label,
                      std::string_view plain) {
  Gcm cipher(Gcm::Way::encrypt, key, nonce);
  std::string sealed = std::move(nonce);
  sealed.resize(nonce_size + plain.size());
  cipher.run(label, plain, sealed.data() + nonce_size);
  return sealed + cipher.tag();
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
  Gcm cipher(Gcm::Way::decrypt, key, sealed.substr(0, nonce_size));
  cipher.run(label, sealed.substr(nonce_size, size), plain.data());
  if (!cipher.has_tag(sealed.substr(nonce_size + size))) return std::nullopt;
  return plain;
}

}  // namespace openclaw::crypto
