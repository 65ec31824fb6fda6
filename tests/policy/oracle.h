// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "policy/model.h"

/// A second reading of the rules in policy/model.h, written without sight of the engine and slow on
/// purpose: it lists every grant there is and strikes out the ones that a rule forbids. It shares
/// neither the URL reader, nor the path check, nor the comparison of values with the engine.
namespace openclaw::test {

policy::Verdict oracle(const policy::Policy& policy, const policy::Request& request);

bool oracle_visible(const policy::Policy& policy, const policy::Caller& caller,
                    const std::string& agent, const std::string& tool, policy::Labels taint);

}  // namespace openclaw::test
