// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "json/parse.h"
#include "json/schema.h"

/// Two lines: a schema and arguments. What is refused is refused in words; what is read is echoed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto line = all.find('\n');
  if (line == std::string_view::npos) return 0;
  try {
    const auto args = json::parse(all.substr(line + 1), {.unique_keys = true, .max_depth = 32});
    if (!(json::parse(json::dump(args)) == args)) std::abort();
    if (json::canonical(json::parse(json::dump_pretty(args))) != json::canonical(args))
      std::abort();
    (void)json::Schema(json::parse(all.substr(0, line))).faults(args);
  } catch (const base::ProtocolError&) {
  } catch (const base::ConfigError&) {
  }
  return 0;
}
