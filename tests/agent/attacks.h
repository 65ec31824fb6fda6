// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "llm/message.h"

namespace openclaw::test {

/// Where the attacks aim. "good" is what some policies grant, "evil" what none does.
struct Targets {
  std::string root, good_file, evil_file;
  std::string good_origin, evil_origin;
  std::string good_port, evil_port;
};

/// Makes the calls that a hostile model would emit, from lists of names, arguments and ids.
class Attacks {
 public:
  Attacks(const Targets& targets, std::uint64_t seed);
  /// So many calls, some of which share an id.
  std::vector<llm::ToolCall> batch(int count);
  /// Answers in whose text calls are hidden.
  const std::vector<std::string>& texts() const { return texts_; }
  std::size_t names() const { return names_.size(); }
  std::size_t arguments() const { return arguments_.size(); }

 private:
  std::size_t pick(std::size_t below);

  std::mt19937_64 random_;
  std::vector<std::string> tools_, names_, arguments_, ids_, texts_;
};

}  // namespace openclaw::test
