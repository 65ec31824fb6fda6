// SPDX-License-Identifier: MIT
#pragma once
#include "command.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// Every slot that a dead process left half done, entries to be marked, texts that wait: what fails
/// costs only itself. The worst of their exit codes.
int recover(const Args& args, const settings::Settings& settings);

}  // namespace openclaw::cmd
