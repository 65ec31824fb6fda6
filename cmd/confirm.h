// SPDX-License-Identifier: MIT
#pragma once
#include "tools/gate.h"

namespace openclaw::cmd {

/// Asks on the terminal: verb first, the arguments as a table; only "yes" or "y" is yes.
bool ask_on_terminal(const tools::Question& question);

}  // namespace openclaw::cmd
