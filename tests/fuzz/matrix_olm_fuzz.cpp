// SPDX-License-Identifier: MIT
#include "known_machine.h"

/// An Olm message: its body as it stands ('0' and '1' in front say of which type), or the text that
/// a known device has sealed in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  if (size == 0) return 0;
  auto& house = fuzz::known();
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  ratchet::Ciphertext sealed{data[0] - '0', e2ee::base64(rest)};
  if (data[0] != '0' && data[0] != '1') sealed = house.fresh_alice().olm->encrypt(rest);
  const auto ciphertext = json::Value::object(
      {{house.me.curve25519, json::Value::object({{"type", sealed.type}, {"body", sealed.body}})}});
  const auto event = json::Value::object(
      {{"type", "m.room.encrypted"},
       {"sender", house.alice.user},
       {"content", json::Value::object({{"algorithm", "m.olm.v1.curve25519-aes-sha2"},
                                        {"sender_key", house.alice.curve()},
                                        {"ciphertext", ciphertext}})}});
  house.attempt([&] { house.machine.take_to_device(json::Value::array({event}), house.now); });
  return 0;
}
