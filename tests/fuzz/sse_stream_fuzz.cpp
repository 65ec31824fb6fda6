// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdlib>

#include "net/sse.h"

/// In whole, byte by byte and in pieces as the first byte says: the same events and lines.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto read = [&all](std::size_t step) {
    std::string events, lines;
    openclaw::net::SseParser sse;
    openclaw::net::LineParser line;
    for (std::size_t i = 0; i < all.size(); i += step) {
      sse.feed(all.substr(i, step),
               [&](const auto& e) { events += e.name + '\1' + e.data + '\2'; });
      line.feed(all.substr(i, step), [&](std::string_view l) { lines += std::string(l) + '\3'; });
    }
    return events + '\4' + lines;
  };
  const std::string whole = read(all.size() + 1);
  if (read(1) != whole || read(1 + data[0] % 16) != whole) std::abort();
  return 0;
}
