// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace openclaw::crypto {

/// HKDF with SHA-256 (RFC 5869). An empty salt is one of 32 zero bytes.
std::string hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info,
                        std::size_t size);
/// PBKDF2 with HMAC-SHA-512, as passphrases of secret storage are stretched.
std::string pbkdf2_sha512(std::string_view passphrase, std::string_view salt, int iterations,
                          std::size_t size);
/// AES-256 in counter mode; encrypts and decrypts. iv: 16 bytes.
std::string aes256_ctr(std::string_view key, std::string_view iv, std::string_view in);
/// AES-256 in CBC mode with padding (key backup); nullopt: it cannot be decrypted.
std::string aes256_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view in);
bool aes256_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view in,
                        std::string& out);

}  // namespace openclaw::crypto
