// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "base/stop.h"
#include "settings/settings.h"
#include "tools/gate.h"
#include "wiring.h"

namespace openclaw::cmd {

constexpr base::Millis approval_time{10LL * 60000};

/// A question that a tool call needs, as the chat shows it: verb first, the arguments as a table.
std::string question_text(const tools::Question& question);

/// What a yes is given under: the policy, and what the tool is.
std::string approval_policy(const settings::Settings& settings, const std::string& tool);

/// Asks whoever may run this job at its `confirm_in`, and waits for the answer: a job has a process
/// of its own. A killed one finds its question again. scope: the job's slot. Throws
/// tools::Unconfirmed where there is no yes for another reason than a no.
tools::Asker asker_in_chat(State& state, const settings::Settings& settings, const std::string& job,
                           const std::string& scope, const base::Stop& stop);

/// "job:NAME:SLOT" -> NAME; empty = the question is no job's.
std::string job_of_question(const std::string& message);

}  // namespace openclaw::cmd
