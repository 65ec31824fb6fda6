// SPDX-License-Identifier: MIT
#pragma once
#include "base/secret.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// The secret that the reference names. Called only by commands that dial. Throws base::ConfigError
/// naming the key of the configuration, never a value.
base::Secret resolve(const settings::SecretRef& reference);

}  // namespace openclaw::cmd
