// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "policy/model.h"

namespace openclaw::policy {

/// The whole policy as JSON, in canonical order: for its digest and for `policy matrix --json`.
json::Value to_json(const Policy& policy);
json::Value to_json(const Grant& grant);

std::string_view name_of(Verdict verdict);   ///< "deny", "confirm", "allow"
std::string_view name_of(Effect effect);     ///< "none", "write", "send"
std::string describe(const Caller& caller);  ///< "job x" or "place/person"

}  // namespace openclaw::policy
