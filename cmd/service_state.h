// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace openclaw::cmd {

/// Tells systemd ($NOTIFY_SOCKET) how the service does: "READY=1", "WATCHDOG=1", "STOPPING=1". Does
/// nothing elsewhere (sd_notify(3)).
void tell_systemd(const std::string& state);

}  // namespace openclaw::cmd
