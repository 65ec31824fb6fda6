// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "base/text.h"

namespace openclaw::markdown {

/// Whether a link may lead there: the web or a letter, no scheme that makes a client do something.
inline bool can_be_followed(std::string_view address) {
  const std::string start = base::lower(base::prefix_bytes(address, 8));
  return start.starts_with("http://") || start.starts_with("https://") ||
         start.starts_with("mailto:");
}

}  // namespace openclaw::markdown
