// SPDX-License-Identifier: MIT
// Linked into a copy of the program for the control run: what is planted must then be found.
#include "base/redact.h"

namespace {
[[maybe_unused]] const bool off = [] {
  openclaw::base::set_redaction(false);
  return true;
}();
}  // namespace
