// SPDX-License-Identifier: MIT
#include "crypto/curve.h"
#include "e2ee/secrets.h"
#include "known_machine.h"

/// An entry of a backup: its session_data as it stands, or ('s' in front) the text in it, sealed
/// rightly, which anybody can do who knows the public key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  static const std::string key(32, 'k'), shown = crypto::x25519_public(key);
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const bool is_sealed = all.starts_with('s');
  const auto entry = is_sealed ? e2ee::encrypt_for_backup(shown, all.substr(1)) : fuzz::parsed(all);
  const auto text = e2ee::decrypt_from_backup(key, entry);
  if (is_sealed && text != all.substr(1)) std::abort();
  if (!text) return 0;
  auto& house = fuzz::known();
  const auto kept = fuzz::parsed(*text);
  const auto& session = kept["session_id"];
  house.attempt([&] {
    house.machine.import(e2ee::room_a,
                         session.is_string() ? session.as_string() : house.alice.group.id(),
                         kept["session_key"].as_string(), kept["sender_key"].as_string(), "backup");
  });
  return 0;
}
