// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The compiled time zones of RFC 8536 (TZif, versions 2 to 4), as far as offsets go.
namespace openclaw::zone {

/// From `at` (seconds since 1970, UTC) on, local time is UTC plus `offset` seconds.
struct Transition {
  std::int64_t at;
  std::int32_t offset;
};

struct Transitions {
  std::int32_t first = 0;        // the offset before all of them
  std::vector<Transition> list;  // in order, no two equal offsets after another
};

/// The file's transitions, and those of its footer's rule until the year 2200. nullopt for what is
/// no such file, and for one that counts leap seconds ("right/…").
std::optional<Transitions> parse_tzif(std::string_view file);

}  // namespace openclaw::zone
