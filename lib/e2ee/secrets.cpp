// SPDX-License-Identifier: MIT
#include "e2ee/secrets.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "crypto/curve.h"
#include "crypto/derive.h"
#include "crypto/digest.h"
#include "e2ee/signing.h"

namespace openclaw::e2ee {
namespace {

using json::Value;

constexpr std::string_view alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view prefix = "\x8B\x01";

std::string base58(std::string_view bytes) {
  std::vector<int> digits;  // lowest first
  for (const char c : bytes) {
    int carry = static_cast<unsigned char>(c);
    for (int& digit : digits) {
      carry += digit * 256;
      digit = carry % 58;
      carry /= 58;
    }
    for (; carry > 0; carry /= 58) digits.push_back(carry % 58);
  }
  std::string out;
  for (std::size_t i = 0; i < bytes.size() && bytes[i] == 0; ++i) out += alphabet[0];
  for (auto at = digits.rbegin(); at != digits.rend(); ++at)
    out += alphabet[static_cast<std::size_t>(*at)];
  return out;
}

std::optional<std::string> from_base58(std::string_view text) {
  std::vector<int> bytes;  // lowest first
  for (const char c : text) {
    const auto at = alphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    int carry = static_cast<int>(at);
    for (int& byte : bytes) {
      carry += byte * 58;
      byte = carry % 256;
      carry /= 256;
    }
    for (; carry > 0; carry /= 256) bytes.push_back(carry % 256);
  }
  std::string out;
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at) out += static_cast<char>(*at);
  return out;
}

char parity(std::string_view bytes) {
  unsigned char out = 0;
  for (const char c : bytes) out = static_cast<unsigned char>(out ^ static_cast<unsigned char>(c));
  return static_cast<char>(out);
}

std::string padded_base64(std::string_view bytes) { return base::base64(bytes); }

bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  int difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= a[i] ^ b[i];
  return difference == 0;
}

struct Pair {
  std::string aes, mac;
};

Pair keys_for(std::string_view key, std::string_view name) {
  const auto both = crypto::hkdf_sha256(key, {}, name, 64);
  return {both.substr(0, 32), both.substr(32)};
}

/// Bit 63 of the counter stays zero: some implementations carry into it differently.
std::string fresh_iv() {
  std::string iv = crypto::random_bytes(16);
  iv[8] = static_cast<char>(iv[8] & 0x7F);
  return iv;
}

Value encrypt_with(std::string_view key, const std::string& name, std::string_view plain,
                   const std::string& iv) {
  const auto keys = keys_for(key, name);
  const auto ciphertext = crypto::aes256_ctr(keys.aes, iv, plain);
  const auto mac = crypto::hmac_sha256(keys.mac, ciphertext);
  return Value::object({{"iv", padded_base64(iv)},
                        {"ciphertext", padded_base64(ciphertext)},
                        {"mac", padded_base64(crypto::view(mac))}});
}

struct BackupKeys {
  std::string aes, mac, iv;
};

BackupKeys backup_keys(std::string_view shared) {
  const auto all = crypto::hkdf_sha256(shared, {}, {}, 80);
  return {all.substr(0, 32), all.substr(32, 32), all.substr(64, 16)};
}

}  // namespace

std::string recovery_key(std::string_view key) {
  std::string bytes = std::string(prefix) + std::string(key);
  bytes += parity(bytes);
  const auto text = base58(bytes);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += ' ';
    out += text[i];
  }
  return out;
}

std::optional<std::string> from_recovery_key(std::string_view text) {
  std::string bare;
  for (const char c : text)
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') bare += c;
  const auto bytes = from_base58(bare);
  if (!bytes || bytes->size() != 35 || !bytes->starts_with(prefix) || parity(*bytes) != 0)
    return std::nullopt;
  return bytes->substr(2, 32);
}

Value encrypt_secret(std::string_view key, const std::string& name, std::string_view secret) {
  return encrypt_with(key, name, secret, fresh_iv());
}

std::optional<std::string> decrypt_secret(std::string_view key, const std::string& name,
                                          const Value& encrypted) {
  const auto iv = from_base64(encrypted["iv"].as_string());
  const auto ciphertext = from_base64(encrypted["ciphertext"].as_string());
  const auto mac = from_base64(encrypted["mac"].as_string());
  if (!iv || iv->size() != 16 || !ciphertext || !mac) return std::nullopt;
  const auto keys = keys_for(key, name);
  if (!same(crypto::view(crypto::hmac_sha256(keys.mac, *ciphertext)), *mac)) return std::nullopt;
  return crypto::aes256_ctr(keys.aes, *iv, *ciphertext);
}

Value key_description(std::string_view key) {
  auto check = encrypt_with(key, "", std::string(32, '\0'), fresh_iv());
  return Value::object({{"algorithm", "m.secret_storage.v1.aes-hmac-sha2"},
                        {"iv", check["iv"]},
                        {"mac", check["mac"]}});
}

bool is_that_key(std::string_view key, const Value& description) {
  if (description["algorithm"].as_string() != "m.secret_storage.v1.aes-hmac-sha2") return false;
  if (!description.contains("mac")) return true;
  const auto iv = from_base64(description["iv"].as_string());
  const auto mac = from_base64(description["mac"].as_string());
  if (!iv || iv->size() != 16 || !mac) return false;
  const auto again = encrypt_with(key, "", std::string(32, '\0'), *iv);
  return same(from_base64(again["mac"].as_string()).value_or(""), *mac);
}

Value encrypt_for_backup(std::string_view public_key, std::string_view text) {
  const auto secret = crypto::random_bytes(32);
  const auto shared = crypto::x25519(secret, public_key);
  if (!shared) return {};
  const auto keys = backup_keys(*shared);
  // The mac is over nothing: a mistake of libolm that became the format (MSC4048).
  const auto mac = crypto::hmac_sha256(keys.mac, "");
  return Value::object({{"ciphertext", base64(crypto::aes256_cbc_encrypt(keys.aes, keys.iv, text))},
                        {"ephemeral", base64(crypto::x25519_public(secret))},
                        {"mac", base64(crypto::view(mac).substr(0, 8))}});
}

std::optional<std::string> decrypt_from_backup(std::string_view private_key,
                                               const Value& session_data) {
  const auto ephemeral = key_from(session_data["ephemeral"].as_string());
  const auto ciphertext = from_base64(session_data["ciphertext"].as_string());
  const auto mac = from_base64(session_data["mac"].as_string());
  if (!ephemeral || !ciphertext || !mac) return std::nullopt;
  const auto shared = crypto::x25519(private_key, *ephemeral);
  if (!shared) return std::nullopt;
  const auto keys = backup_keys(*shared);
  if (!same(crypto::view(crypto::hmac_sha256(keys.mac, "")).substr(0, 8), *mac))
    return std::nullopt;
  std::string out;
  if (!crypto::aes256_cbc_decrypt(keys.aes, keys.iv, *ciphertext, out)) return std::nullopt;
  return out;
}

EncryptedFile encrypt_file(std::string_view plain) {
  const auto key = crypto::random_bytes(32);
  const auto iv = crypto::random_bytes(8) + std::string(8, '\0');
  EncryptedFile out;
  out.bytes = crypto::aes256_ctr(key, iv, plain);
  std::string url_key = base64(key);
  std::replace(url_key.begin(), url_key.end(), '+', '-');
  std::replace(url_key.begin(), url_key.end(), '/', '_');
  out.info = Value::object(
      {{"v", "v2"},
       {"key", Value::object({{"kty", "oct"},
                              {"key_ops", Value::array({"encrypt", "decrypt"})},
                              {"alg", "A256CTR"},
                              {"k", url_key},
                              {"ext", true}})},
       {"iv", base64(iv)},
       {"hashes", Value::object({{"sha256", base64(crypto::view(crypto::sha256(out.bytes)))}})}});
  return out;
}

std::optional<std::string> decrypt_file(const Value& info, std::string_view bytes) {
  if (info["v"].as_string() != "v2" || info["key"]["alg"].as_string() != "A256CTR")
    return std::nullopt;
  std::string url_key = info["key"]["k"].as_string();
  std::replace(url_key.begin(), url_key.end(), '-', '+');
  std::replace(url_key.begin(), url_key.end(), '_', '/');
  const auto key = from_base64(url_key);
  const auto iv = from_base64(info["iv"].as_string());
  const auto hash = from_base64(info["hashes"]["sha256"].as_string());
  if (!key || key->size() != 32 || !iv || iv->size() != 16 || !hash ||
      !same(crypto::view(crypto::sha256(bytes)), *hash))
    return std::nullopt;
  return crypto::aes256_ctr(*key, *iv, bytes);
}

}  // namespace openclaw::e2ee
