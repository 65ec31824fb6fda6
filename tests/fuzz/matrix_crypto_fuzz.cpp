// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "e2ee/secrets.h"
#include "e2ee/signing.h"
#include "json/parse.h"
#include "ratchet/ratchet.h"

/// What servers and strangers give as keys, signatures, secrets and room keys is read or refused,
/// never more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  e2ee::from_recovery_key(text);
  if (const auto bytes = e2ee::from_base64(text);
      bytes && e2ee::from_base64(e2ee::base64(*bytes)) != bytes)
    std::abort();
  json::Value value;
  try {
    value = json::parse(text);
  } catch (const base::Error&) {
    return 0;
  }
  const std::string key(32, 'k');
  e2ee::decrypt_secret(key, "name", value);
  e2ee::is_that_key(key, value);
  const auto& user = value["user_id"].as_string();
  const auto& id = value["device_id"].as_string();
  e2ee::is_signed(value, user, "ed25519:" + id, value["keys"]["ed25519:" + id].as_string());
  for (const bool exported : {false, true}) {
    try {
      const auto& words = value["session_key"].as_string();
      auto session = exported ? ratchet::InboundGroup::from_export(words)
                              : ratchet::InboundGroup::from_session_key(words);
      session.decrypt(value["ciphertext"].as_string());
    } catch (const base::Error&) {
    }
  }
  return 0;
}
