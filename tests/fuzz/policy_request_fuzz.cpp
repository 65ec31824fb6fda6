// SPDX-License-Identifier: MIT
#include <cstdlib>

#include "fuzz/small_policy.h"
#include "json/parse.h"
#include "policy/engine.h"

/// A request as JSON under a fixed policy: never a throw, and nothing beyond what the policy
/// spells.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  static const policy::Policy fixed = test::small_policy();
  try {
    const auto r = json::parse({reinterpret_cast<const char*>(data), size}, {.unique_keys = true});
    const auto text = [&r](const char* key) { return r[key].as_string(); };
    const policy::Labels taint{r["untrusted"].as_bool(), r["private"].as_bool()};
    const policy::Caller caller{text("place"), text("who"), text("job")};
    const policy::Request request{caller, text("agent"), text("tool"), r["args"], taint};
    const auto verdict = policy::decide(fixed, request).verdict;
    if (verdict != policy::Verdict::deny && !test::spelt(request)) std::abort();
  } catch (const json::ParseError&) {
  }
  return 0;
}
