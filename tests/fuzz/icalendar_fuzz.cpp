// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "calendar/calendar.h"

/// Any text is a calendar, with at most 500 occurrences an event, or a ProtocolError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  static const zone::Zone zone("Europe/Amsterdam");
  const base::Time from = base::from_ms(1795388400000);  // 2026-11-23, a local day
  const base::Time to = from + base::Millis(86400000);
  try {
    const auto found =
        calendar::expand({reinterpret_cast<const char*>(data), size}, zone, from, to);
    for (const auto& e : found.events)
      if (e.start >= to || e.end < from || e.end < e.start) std::abort();
  } catch (const base::ProtocolError&) {
  }
  return 0;
}
