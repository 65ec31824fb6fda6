// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "command.h"

namespace openclaw::cmd {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = [] {
    std::vector<Command> out{ask_command(),  run_job_command(),       send_command(),
                             host_command(), listen_matrix_command(), listen_telegram_command()};
    for (auto& list : {audit_commands(), policy_commands(), matrix_commands()})
      out.insert(out.end(), list.begin(), list.end());
    out.push_back(check_command());
    out.push_back(backup_command());
    out.push_back(version_command());
    return out;
  }();
  return table;
}

const std::vector<Option>& common_options() {
  static const std::vector<Option> options{
      {"--config", "FILE", "the configuration; else $OPENCLAW_CONFIG and the usual places"},
      {"--state", "DIR", "the state folder; else the configuration's state_dir"},
  };
  return options;
}

const Command* find_command(const std::string& name) {
  for (const auto& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

std::string overview() {
  std::string out =
      "openclaw turns a language model into a disciplined operations assistant on your own "
      "server.\n\n"
      "usage: openclaw COMMAND [options]\n\n";
  for (const auto& command : commands())
    out += fmt::format("  {:22}{}\n", command.name, command.summary);
  return out +
         "\nexamples:\n"
         "  openclaw run-job morning-briefing\n      the briefing of this machine, now\n"
         "  git diff | openclaw ask \"what breaks?\"\n      one question, with a pipe\n"
         "\nopenclaw COMMAND --help says more; so do the manual pages.\n";
}

}  // namespace openclaw::cmd
