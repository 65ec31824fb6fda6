// SPDX-License-Identifier: MIT
#pragma once
#include "command.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// Sends what waits for any place and belongs to no slot; done, or later when something still
/// waits.
int send_waiting(const Args& args, const settings::Settings& settings);

}  // namespace openclaw::cmd
