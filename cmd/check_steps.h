// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "command.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// check --next: what is missing, with the exact command or a line to paste.
int print_next(const Args& args, const settings::Settings& settings, const std::string& file,
               const settings::Report& report);
/// check --live: one tiny call per model line entry.
int live_check(const Args& args, const settings::Settings& settings);
/// What this kernel offers for confining commands.
std::string confinement_line();

}  // namespace openclaw::cmd
