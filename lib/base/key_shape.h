// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace openclaw::base {

/// A word for what in the text looks like a key or a token ("a GitHub token"); empty when nothing
/// does. By the beginnings that vendors give theirs; it can miss, and hardly errs.
std::string looks_like_secret(std::string_view text);

}  // namespace openclaw::base
