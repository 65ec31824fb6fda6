// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "command.h"
#include "llm/message.h"

namespace openclaw::cmd {

/// The question with its pipe and files, as one message.
struct AskInput {
  llm::Message message;
  std::string text;                   ///< for the audit
  std::vector<std::string> warnings;  ///< what looks like a key
};

/// Reads PROMPT, stdin and --file. Throws base::UsageError when there is nothing to ask.
AskInput read_ask_input(const Args& args);

}  // namespace openclaw::cmd
