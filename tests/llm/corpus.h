// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "json/value.h"
#include "llm/wire.h"

/// Recorded vendor exchanges and usage bodies. They lie beside the source tree and never in it, so
/// a clone that stands alone runs without them and says so.
namespace openclaw::test {

struct Exchange {
  std::string name;  ///< which recording, for messages
  std::string host;
  const llm::Wire* wire = nullptr;
  int status = 0;
  std::vector<net::Header> headers;
  json::Value body;    ///< the unstreamed answer
  std::string stream;  ///< or the raw stream
  bool streamed() const { return !stream.empty(); }
};

/// Empty when the recordings are absent.
const std::vector<Exchange>& exchanges();
/// An array; empty when the recordings are absent.
const json::Value& usage_bodies();

/// Skips with one loud line where the recordings are absent.
class Corpus : public testing::Test {
 protected:
  void SetUp() override;
};

/// Prints one line of figures.
void tell(const std::string& line);

/// OPENCLAW_FULL=1: nothing is sampled.
bool full_run();

}  // namespace openclaw::test
