// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>

#include "json/value.h"

namespace openclaw::json {

/// Lets a failed comparison show its values as JSON.
inline void PrintTo(const Value& value, std::ostream* out) { *out << dump(value); }

}  // namespace openclaw::json
