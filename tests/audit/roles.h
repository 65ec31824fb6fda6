// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "audit/state.h"
#include "support/child.h"

/// Parts that this program plays in processes of its own, because a recorder's rows carry the name
/// of the process that wrote them.
namespace openclaw::test {

using Arguments = std::vector<std::string>;

inline constexpr Usd spend_limit{1'000'000'000};
inline constexpr Usd spend_each{100'000'000};

/// The exit code of a part.
int play(const Arguments& arguments);

/// Starts a part; its output can be read.
std::unique_ptr<Child> start_role(const Arguments& arguments);

/// Starts parts that wait for each other, lets them go at one moment, and gives what each wrote.
/// Expects that all end well.
std::vector<std::string> run_roles(const std::vector<Arguments>& all, const std::string& folder);

/// The letters that the part "loop" writes as it goes through a run: run begun, intent next, intent
/// durable, sent, outcome, decision durable, sent, tool's outcome, run ended.
inline constexpr std::string_view phases = "ribcepdtx";

}  // namespace openclaw::test
