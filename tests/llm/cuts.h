// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "llm/wire.h"

namespace openclaw::test {

/// What a decoder made of a stream.
struct Run {
  llm::Reply reply;
  std::string told;  ///< what went to the text sink
  bool complete = false;
  bool error = false;
  bool content_seen = false;
  /// Whether a caller would take the reply as an answer.
  bool usable() const { return complete && !error; }
};

Run run_of(const llm::Wire& wire, const llm::Decoder& decoder);

/// Feeds the stream in pieces of that size.
Run run_stream(const llm::Wire& wire, const std::string& raw, std::size_t piece);

/// Cuts the stream at every step-th offset by finishing a copy of the decoder there. A cut answer
/// is unusable, or the same as the whole one; its text is a prefix of the whole text. Gives the
/// number of cuts made.
std::size_t check_cuts(const llm::Wire& wire, const std::string& raw, std::size_t step);

}  // namespace openclaw::test
