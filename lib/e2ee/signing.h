// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"

/// e2ee may use ratchet, store, json, crypto and base. It is end-to-end encryption of Matrix
/// without IO: changes in, requests out, answers in; everything pending is a row.
namespace openclaw::e2ee {

/// Unpadded base64, as everywhere in Matrix (appendices, "Unpadded Base64").
std::string base64(std::string_view bytes);
/// Strict: only the alphabet, no padding but what is right; nullopt otherwise.
std::optional<std::string> from_base64(std::string_view text);
/// base64 that stands for exactly so many bytes.
std::optional<std::string> key_from(std::string_view text, std::size_t size = 32);

/// A Curve25519 key that gives a secret with others: none of low order.
bool is_agreement_key(std::string_view text);

/// What is signed of an object: canonical JSON without "signatures" and "unsigned" (appendices,
/// "Signing JSON").
std::string signed_part(const json::Value& object);
/// Adds a signature by the Ed25519 seed under that key id ("ed25519:DEVICE").
void sign(json::Value& object, const std::string& user, const std::string& key_id,
          std::string_view seed);
void add_signature(json::Value& object, const std::string& user, const std::string& key_id,
                   const std::string& signature);
/// Whether `user` has signed it with that public key (base64), under the id that names it.
bool is_signed(const json::Value& object, const std::string& user, const std::string& key_id,
               const std::string& public_key);

}  // namespace openclaw::e2ee
