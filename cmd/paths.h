// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "command.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// --config, $OPENCLAW_CONFIG, $CONFIGURATION_DIRECTORY, $XDG_CONFIG_HOME/openclaw, /etc/openclaw;
/// nullopt when there is none. A file that was named but is not there is a ConfigError.
std::optional<std::string> find_config(const Args& args);

/// The configuration, or the embedded default.
settings::Settings load_settings(const Args& args);

/// --state, the configuration's state_dir, $STATE_DIRECTORY (its first path),
/// $XDG_STATE_HOME/openclaw, ~/.local/state/openclaw.
std::string state_folder(const Args& args, const settings::Settings& settings);

/// share/openclaw beside the binary, in the build tree or as installed; $OPENCLAW_SHARE wins.
std::string share_folder();

/// The configured zone or the machine's.
std::string zone_name(const settings::Settings& settings);

std::string host_name();

}  // namespace openclaw::cmd
