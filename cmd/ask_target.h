// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "chat/inbox.h"
#include "command.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// Who asks whom: the person of this uid in a shell place, and the agent.
struct Target {
  policy::Caller caller;
  std::string agent;
  const settings::Limits* rule = nullptr;  ///< of the place's rule that let the person in
};

/// Finds the agent that is meant. Throws base::DeniedError when this uid may not ask it.
Target find_target(const settings::Settings& settings, const std::string& wanted_agent,
                   const std::string& wanted_place, unsigned uid);

/// "ask -c PLACE QUESTION": takes a chat's place out of the words; empty = there is none.
std::string take_place(Args& args, const settings::Settings& settings);

/// What goes on in that chat now. Throws base::UsageError when nothing does.
chat::Thread thread_of(const Args& args, const settings::Settings& settings,
                       const std::string& place);

/// With no configuration but a vendor's key in the environment: that vendor and a tool-less agent.
/// Says on stderr which variable goes to whom. Throws base::ConfigError when there is none.
settings::Settings settings_from_environment(unsigned uid);

}  // namespace openclaw::cmd
