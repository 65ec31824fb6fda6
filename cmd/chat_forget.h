// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// Inside a transaction: erases what was said in a conversation: messages, answers, the transcript,
/// and what the audit keeps of its runs. Digests and rows for cost stay. How many texts.
std::int64_t forget_conversation(State& state, const std::string& conversation, base::Time now);

/// Inside a transaction: the same for one message and its answer.
std::int64_t forget_message(State& state, const std::string& key, base::Time now);

/// Places that keep digests only hold what is said for two weeks, so that it can be talked about.
std::int64_t forget_old(State& state, const settings::Settings& settings, base::Time now);

}  // namespace openclaw::cmd
