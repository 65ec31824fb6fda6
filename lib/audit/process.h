// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace openclaw::audit {

/// Names this process so that another can tell later whether it still lives: boot id, pid, start
/// time.
std::string own_process();
bool is_alive(const std::string& process);

}  // namespace openclaw::audit
