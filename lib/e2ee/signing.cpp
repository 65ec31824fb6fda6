// SPDX-License-Identifier: MIT
#include "e2ee/signing.h"

#include "base/text.h"
#include "crypto/curve.h"

namespace openclaw::e2ee {

std::string base64(std::string_view bytes) {
  std::string out = base::base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string padded(text);
  while (padded.ends_with('=') && padded.size() + 3 > text.size()) padded.pop_back();
  while (padded.size() % 4 != 0) padded += '=';
  return base::from_base64(padded);
}

std::optional<std::string> key_from(std::string_view text, std::size_t size) {
  auto out = from_base64(text);
  if (!out || out->size() != size || text.ends_with('=')) return std::nullopt;
  return out;
}

bool is_agreement_key(std::string_view text) {
  const auto key = key_from(text);
  return key && crypto::x25519(std::string(32, 'k'), *key).has_value();
}

std::string signed_part(const json::Value& object) {
  json::Value bare = object;
  bare.erase("signatures");
  bare.erase("unsigned");
  return json::canonical(bare);
}

void add_signature(json::Value& object, const std::string& user, const std::string& key_id,
                   const std::string& signature) {
  json::Value signatures =
      object["signatures"].is_object() ? object["signatures"] : json::Value::object();
  json::Value own = signatures[user].is_object() ? signatures[user] : json::Value::object();
  own.set(key_id, signature);
  signatures.set(user, own);
  object.set("signatures", signatures);
}

void sign(json::Value& object, const std::string& user, const std::string& key_id,
          std::string_view seed) {
  add_signature(object, user, key_id, base64(crypto::ed25519_sign(seed, signed_part(object))));
}

bool is_signed(const json::Value& object, const std::string& user, const std::string& key_id,
               const std::string& public_key) {
  const auto key = key_from(public_key);
  const auto signature = key_from(object["signatures"][user][key_id].as_string(), 64);
  return key && signature && crypto::ed25519_verify(*key, signed_part(object), *signature);
}

}  // namespace openclaw::e2ee
