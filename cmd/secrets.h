// SPDX-License-Identifier: MIT
#pragma once
#include "base/secret.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// The secret that the reference names. Called only by commands that dial. Throws base::ConfigError
/// naming the key of the configuration, never a value.
base::Secret resolve(const settings::SecretRef& reference);

/// What has to be done before the secret can be resolved, as a line to paste; empty when it is
/// there, as far as can be told without reading it.
std::string missing(const settings::SecretRef& reference);

}  // namespace openclaw::cmd
