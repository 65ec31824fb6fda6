// SPDX-License-Identifier: MIT
#include "known_machine.h"

/// A room's message: its ciphertext as it stands ('0' in front), the whole event ('1'), or the text
/// that a known device has sealed in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  if (size == 0) return 0;
  auto& house = fuzz::known();
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  json::Value event;
  if (data[0] == '1') {
    event = fuzz::parsed(rest);
  } else {
    const bool raw = data[0] == '0';
    const auto text = raw ? e2ee::base64(rest) : house.fresh_alice().group.encrypt(rest);
    event = json::Value::object(
        {{"type", "m.room.encrypted"},
         {"sender", house.alice.user},
         {"event_id", "$event"},
         {"origin_server_ts", base::to_ms(house.now)},
         {"content", json::Value::object({{"algorithm", "m.megolm.v1.aes-sha2"},
                                          {"ciphertext", text},
                                          {"session_id", house.alice.group.id()},
                                          {"sender_key", house.alice.curve()},
                                          {"device_id", house.alice.device}})}});
  }
  house.attempt([&] { house.machine.open(e2ee::room_a, event); });
  event.set("sender", house.me.user);  // as one of our own that comes back
  house.attempt([&] { house.machine.is_ahead(e2ee::room_a, event); });
  return 0;
}
