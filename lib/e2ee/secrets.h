// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"

namespace openclaw::e2ee {

/// A 32-byte key as people write it down: base58 in groups of four (client-server API, "Recovery
/// key").
std::string recovery_key(std::string_view key);
/// nullopt: a letter is wrong.
std::optional<std::string> from_recovery_key(std::string_view text);

// Secret storage, m.secret_storage.v1.aes-hmac-sha2.
json::Value encrypt_secret(std::string_view key, const std::string& name, std::string_view secret);
/// nullopt: another key, or it was changed.
std::optional<std::string> decrypt_secret(std::string_view key, const std::string& name,
                                          const json::Value& encrypted);
/// The description of a key that lets a client know it again; without iv and mac any key fits.
json::Value key_description(std::string_view key);
bool is_that_key(std::string_view key, const json::Value& description);

// Key backup, m.megolm_backup.v1.curve25519-aes-sha2. Its mac authenticates nothing, so what comes
// out of a backup is readable and never trusted.
json::Value encrypt_for_backup(std::string_view public_key, std::string_view text);
std::optional<std::string> decrypt_from_backup(std::string_view private_key,
                                               const json::Value& session_data);

/// A file as it rests on the media server (client-server API, "Sending encrypted attachments").
struct EncryptedFile {
  std::string bytes;
  json::Value info;  ///< EncryptedFile without "url"
};
EncryptedFile encrypt_file(std::string_view plain);
/// The hash first. nullopt: not what the event names.
std::optional<std::string> decrypt_file(const json::Value& info, std::string_view bytes);

}  // namespace openclaw::e2ee
