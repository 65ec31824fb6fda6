// SPDX-License-Identifier: MIT
#include "e2ee/verify.h"
#include "known_machine.h"

/// What a server may say between devices: events as they stand, answers of /keys/claim, steps of a
/// verification.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const auto value = fuzz::parsed({reinterpret_cast<const char*>(data), size});
  auto& house = fuzz::known();
  auto& machine = house.machine;
  house.attempt([&] { machine.take_to_device(value["to_device"], house.now); });
  house.attempt([&] {
    machine.take_claim({{house.alice.user, house.alice.device}}, value["claim"], house.now);
  });
  house.attempt([&] {
    e2ee::Verifier verifier(house.db, machine);
    for (const auto& step : value["verify"].items()) {
      std::vector<e2ee::FlowEvent> out;
      const auto& type = step["type"].as_string();
      if (type.starts_with("m.key.verification."))
        verifier.take(type, house.alice.user, "!r:ex", "$reqevent", step["content"], house.now,
                      out);
    }
  });
  return 0;
}
