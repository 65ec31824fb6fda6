// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "chat/inbox.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// A word that begins with '/', and what follows it.
struct ChatCommand {
  std::string name, rest;
};

/// nullopt: it is no command. A name of the form "/status@ops_bot" is one for that bot.
std::optional<ChatCommand> chat_command(const std::string& text);

/// Name and one line, as /help and the channel's menu show them.
const std::vector<std::pair<std::string, std::string>>& chat_command_list();

/// What a command does and says; inside the transaction that takes the message in. Obeys the
/// policy: a command reaches what the person could reach by asking. /job and /cancel are done by
/// the listener; here they only say so.
std::string run_chat_command(State& state, const settings::Settings& settings,
                             const ChatCommand& command, const chat::Incoming& message,
                             base::Time now);

/// Whether this person may have this job run: its agent is among those they reach here.
bool may_run_job(const settings::Settings& settings, const std::string& job,
                 const chat::Incoming& message);

}  // namespace openclaw::cmd
