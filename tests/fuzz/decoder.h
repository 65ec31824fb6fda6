// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "json/parse.h"
#include "llm/wire.h"

namespace openclaw::test {

/// Feeds a decoder in pieces whose size the first byte says, then reads what came, and once more
/// the input as an unstreamed body. Only a ProtocolError may leave; a cut answer never runs a tool.
inline int read_reply(const llm::Wire& wire, const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = data[0] == 0 ? all.size() + 1 : data[0];
  try {
    const auto decoder = wire.decoder();
    std::size_t told = 0;
    for (std::size_t i = 0; i < all.size(); i += step) {
      decoder->feed(all.substr(i, step), [&](std::string_view text) { told += text.size(); });
      if (told > 64 * (size + 16)) std::abort();
    }
    decoder->finish();
    (void)wire.read(decoder->body());
    (void)decoder->clone()->error();
  } catch (const base::ProtocolError&) {
  }
  try {
    const auto reply = wire.read(json::parse(all));
    if (reply.finish == llm::Finish::length && !llm::calls_of(reply.message).empty()) std::abort();
  } catch (const base::ProtocolError&) {
  }
  return 0;
}

}  // namespace openclaw::test
