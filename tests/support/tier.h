// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <gtest/gtest.h>

namespace openclaw::test {

inline bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value && std::string_view(value) == "1";
}

/// True in the long run (OPENCLAW_FULL=1), whose figures the project publishes.
inline bool is_full() { return is_set("OPENCLAW_FULL"); }

/// How often a test repeats: briefly on every change, fully in the long run.
inline int times(int brief, int full) { return is_full() ? full : brief; }

/// Random choices of the tests start here, so that a failure can be had again.
inline std::uint64_t seed() {
  const char* const given = std::getenv("OPENCLAW_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20261123;
}

/// A test that cannot run here says so aloud and is counted; where everything must run it fails.
#define OPENCLAW_NOT_RUN(why)                                   \
  do {                                                          \
    std::cout << "NOT RUN: " << (why) << std::endl;             \
    if (::openclaw::test::is_set("OPENCLAW_CI")) FAIL() << why; \
    GTEST_SKIP() << why;                                        \
  } while (false)

}  // namespace openclaw::test
