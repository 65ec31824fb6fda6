// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "settings/settings.h"

namespace openclaw::cmd {

/// Runs a job in a process of its own, as by hand; its deliveries come back through the outbox.
/// True: it went well.
bool run_job(const settings::Settings& settings, const std::string& state_folder,
             const std::string& job);

}  // namespace openclaw::cmd
