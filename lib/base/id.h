// SPDX-License-Identifier: MIT
#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "base/time.h"

namespace openclaw::base {

/// A new ULID (26 characters of Crockford base32: 48 bits of milliseconds, 80 random bits). Two ids
/// made by one process in order compare in order.
std::string new_ulid(Time now);

/// The time inside a ULID; throws ProtocolError when text is none.
Time ulid_time(std::string_view text);

/// True for the 26 characters of a ULID.
bool is_ulid(std::string_view text);

}  // namespace openclaw::base
