// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Curve25519 in its two uses. Keys and signatures are raw bytes: 32, 32 and 64.
namespace openclaw::crypto {

/// The Ed25519 public key of a 32-byte seed (RFC 8032).
std::string ed25519_public(std::string_view seed);
std::string ed25519_sign(std::string_view seed, std::string_view message);
/// Strict: a signature with S beyond the group's order is refused.
bool ed25519_verify(std::string_view key, std::string_view message, std::string_view signature);

/// The X25519 public key of a 32-byte private one (RFC 7748).
std::string x25519_public(std::string_view secret);
/// nullopt: their key is of low order, or no key at all.
std::optional<std::string> x25519(std::string_view secret, std::string_view their_key);

}  // namespace openclaw::crypto
