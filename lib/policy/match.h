// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "policy/model.h"

namespace openclaw::policy {

/// Why value does not fit the constraint; empty when it fits.
std::string misfit(const Constraint& constraint, const json::Value& value);

/// Why args do not fit the grant; empty when they fit.
std::string misfit(const Grant& grant, const json::Value& args);

/// Whether the destination argument is fixed by the grant for these args (see model.h).
bool pinned(const Grant& grant, const std::string& argument, const json::Value& args);

/// Whether some value of the argument could be pinned by the grant.
bool can_pin(const Grant& grant, const std::string& argument);

/// True for an absolute path without NUL, empty, "." or ".." segments.
bool clean_path(const std::string& path);

/// Whether a deny entry (a name, or a prefix ending in '*') covers the tool.
bool denies(const std::string& pattern, const std::string& tool);

}  // namespace openclaw::policy
