// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>

#include <unistd.h>

#include "base/file.h"
#include "e2ee/machine.h"
#include "e2ee/verify.h"
#include "json/parse.h"

/// A device's whole machine on what a server may say: to-device events, /keys/query, /keys/claim,
/// room events, verifications. It refuses; it never falls over.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  static const base::Secret key(std::string(32, 'k'));
  static store::Database db = [] {
    const std::string file = "/tmp/openclaw-fuzz-" + std::to_string(::getpid()) + ".db";
    ::unlink(file.c_str());
    store::Database made(file, store::Database::Access::read_write, e2ee::migrations());
    ::unlink(file.c_str());
    return made;
  }();
  json::Value value;
  try {
    value = json::parse({reinterpret_cast<const char*>(data), size}, {.max_depth = 1000});
  } catch (const base::Error&) {
    return 0;
  }
  struct Back {};
  try {
    db.transaction([&] {
      e2ee::Machine machine(db, key);
      machine.create_account("@bot:ex", "BOT");
      machine.track("@alice:ex");
      const auto now = base::from_ms(1'700'000'000'000);
      const auto attempt = [](auto work) {
        try {
          work();
        } catch (const base::Error&) {
        }
      };
      attempt([&] { machine.take_to_device(value["to_device"], now); });
      attempt([&] { machine.take_query(machine.query(now), value["query"], now); });
      attempt([&] { machine.take_claim({{"@alice:ex", "ALICE"}}, value["claim"], now); });
      attempt([&] { machine.open("!r:ex", value["event"]); });
      e2ee::Verifier verifier(db, machine);
      for (const auto& step : value["verify"].items()) {
        std::vector<e2ee::FlowEvent> out;
        const auto& type = step["type"].as_string();
        if (type.starts_with("m.key.verification."))
          attempt([&] {
            verifier.take(type, "@alice:ex", "!r:ex", "$reqevent", step["content"], now, out);
          });
      }
      throw Back{};
    });
  } catch (const Back&) {
  }
  return 0;
}
