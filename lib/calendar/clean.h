// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace openclaw::calendar {

/// The text as libical should see it: lines unfolded (RFC 5545 section 3.1) before bytes that are
/// no UTF-8 are replaced, since a fold may stand inside a character; no byte order mark; no END
/// without its BEGIN, about which libical would write to stderr.
std::string clean(std::string_view text);

}  // namespace openclaw::calendar
