// SPDX-License-Identifier: MIT
#pragma once
#include "command.h"
#include "jobs/briefing.h"
#include "wiring.h"

namespace openclaw::cmd {

/// Has the job's agent write the briefing over its facts. Fills written, written_by and cost; when
/// the model, the budget or the policy stops it, the briefing stays plain and says why. Never
/// throws for what a vendor did.
audit::RunResult write_with_model(State& state, const settings::Settings& settings,
                                  const std::string& job, jobs::Briefing& briefing,
                                  const Args& args);

}  // namespace openclaw::cmd
