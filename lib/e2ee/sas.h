// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

/// Short authentication strings: m.sas.v1 with curve25519-hkdf-sha256, sha256 and
/// hkdf-hmac-sha256.v2, and nothing else (client-server API, "SAS verification").
namespace openclaw::e2ee {

struct SasParty {
  std::string user, device, key;  ///< key: the ephemeral public one, base64
};

/// The six bytes that both sides show. starter: who sent m.key.verification.start.
std::string sas_bytes(std::string_view shared_secret, const SasParty& starter,
                      const SasParty& accepter, const std::string& flow);
struct Emoji {
  int number;  ///< 0 to 63, of the specification's table
  const char *symbol, *name;
};
std::vector<Emoji> sas_emoji(std::string_view bytes);
std::vector<int> sas_decimals(std::string_view bytes);
/// unpadded base64 of SHA-256 over the accepter's key and the start's content as it was sent.
std::string sas_commitment(const std::string& accepter_key, const json::Value& start_content);
/// The MAC of a text (a key, or the list of key ids) from one party to the other.
std::string sas_mac(std::string_view shared_secret, const std::string& text, const SasParty& from,
                    const SasParty& to, const std::string& flow, const std::string& key_id);

}  // namespace openclaw::e2ee
