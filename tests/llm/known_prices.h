// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace openclaw::test {

/// Why our price of that model differs from the expected one, or nullptr where it must not.
const char* known_price_difference(const std::string& vendor, const std::string& model);

}  // namespace openclaw::test
