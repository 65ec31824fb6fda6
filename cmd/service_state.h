// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace openclaw::cmd {

/// Tells systemd ($NOTIFY_SOCKET) how the service does: "READY=1", "WATCHDOG=1", "STOPPING=1". Does
/// nothing elsewhere (sd_notify(3)).
void tell_systemd(const std::string& state);

/// "READY=1"; and what the start took and gave back goes back to the kernel.
void tell_ready();

}  // namespace openclaw::cmd
