// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::crypto {

/// AES-256-GCM under a 32-byte key; the result is 12 bytes nonce, ciphertext, 16 bytes tag. label
/// is authenticated with it and not stored.
std::string seal(std::string_view key, std::string_view label, std::string_view plain);

/// As seal(), with the nonce taken from an HMAC of label and plain text under the same key, so that
/// equal texts give equal bytes (they can be stored once) and different texts never share a nonce.
std::string seal_same(std::string_view key, std::string_view label, std::string_view plain);

/// The plain text; nullopt when key, label or bytes are not what was sealed.
std::optional<std::string> unseal(std::string_view key, std::string_view label,
                                  std::string_view sealed);

}  // namespace openclaw::crypto
