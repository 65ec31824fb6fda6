// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "json/value.h"

namespace openclaw::test {

/// Changes one or two things of a configuration: a key deleted, doubled, renamed or moved, a value
/// swapped or of another type, a character of the text flipped.
class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}
  std::string mutate(const json::Value& root);
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

 private:
  void change(json::Value& root);
  std::string flip(std::string text);
  std::string repeat_key(const json::Value& root);
  json::Value other(const json::Value& value);
  std::mt19937_64 random_;
};

}  // namespace openclaw::test
