// SPDX-License-Identifier: MIT
#include "known_machine.h"

/// An answer of /keys/query.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  auto& house = fuzz::known();
  const auto answer = fuzz::parsed({reinterpret_cast<const char*>(data), size});
  house.attempt([&] {
    house.machine.mark_changed();
    house.machine.take_query(house.machine.query(house.now), answer, house.now);
    house.machine.devices(house.alice.user);
  });
  return 0;
}
