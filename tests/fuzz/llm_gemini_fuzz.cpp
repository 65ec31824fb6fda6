// SPDX-License-Identifier: MIT
#include "fuzz/decoder.h"

/// Replies in the wire format gemini, streamed and whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return openclaw::test::read_reply(openclaw::llm::gemini_wire, data, size);
}
