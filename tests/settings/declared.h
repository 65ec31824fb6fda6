// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>

#include "json/value.h"
#include "policy/model.h"

namespace openclaw::test {

/// The grants that a configuration spells, read straight from its JSON and from nothing else. What
/// is misspelt grants nothing here.
policy::Policy declared(const json::Value& root,
                        const std::map<std::string, policy::ToolInfo>& tools);

}  // namespace openclaw::test
