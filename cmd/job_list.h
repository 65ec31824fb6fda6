// SPDX-License-Identifier: MIT
#pragma once
#include "command.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// run-job --list: job · next · last · took · cost · the last ten as marks. Reads only.
int list_jobs(const Args& args, const settings::Settings& settings);

}  // namespace openclaw::cmd
