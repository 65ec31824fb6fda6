// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "policy/model.h"

namespace openclaw::policy {

/// The one decision. Pure; never throws: what cannot be evaluated is denied.
Decision decide(const Policy& policy, const Request& request);

/// Whether the model may see the tool at all: some grant is reachable for caller and agent, is not
/// denied, and its flow rule could still pass for some arguments.
bool visible(const Policy& policy, const Caller& caller, const std::string& agent,
             const std::string& tool, Labels taint);

/// The groups that caller may use with agent: those of the agent that the caller's rules name.
std::set<std::string> usable_groups(const Policy& policy, const Caller& caller,
                                    const std::string& agent);

/// True when the caller is bound to the agent at all.
bool may_reach(const Policy& policy, const Caller& caller, const std::string& agent);

/// SHA-256 (hex) over the whole policy in canonical form: recorded with each run.
std::string digest(const Policy& policy);

}  // namespace openclaw::policy
