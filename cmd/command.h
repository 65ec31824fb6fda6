// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::cmd {

/// An option of a command. An empty value name makes it a flag.
struct Option {
  std::string names;  ///< "-a,--agent"
  std::string value;  ///< "NAME", or empty
  std::string doc;
  bool repeat = false;
};

struct Positional {
  std::string name;  ///< "PROMPT"
  std::string doc;
  bool required = false;
  bool repeat = false;
};

/// What was given on the command line, by long name ("agent") or positional name ("PROMPT").
class Args {
 public:
  bool has(const std::string& name) const { return values_.contains(name); }
  std::string get(const std::string& name, const std::string& otherwise = {}) const;
  std::vector<std::string> all(const std::string& name) const;
  std::map<std::string, std::vector<std::string>>& values() { return values_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

/// A subcommand; its name may have two words ("audit query").
struct Command {
  std::string name;
  std::string summary;
  std::vector<Positional> positionals;
  std::vector<Option> options;
  std::vector<std::pair<std::string, std::string>> examples;  ///< line, what it does
  int (*run)(const Args& args);
};

/// The table, in the order of --help.
const std::vector<Command>& commands();
/// Options that every command takes.
const std::vector<Option>& common_options();
const Command* find_command(const std::string& name);

/// Parses what follows the command's name; throws base::UsageError. nullopt: --help was printed.
std::optional<Args> parse(const Command& command, const std::vector<std::string>& words);
std::string help_of(const Command& command);
std::string overview();

Command ask_command();
Command run_job_command();
Command send_command();
Command host_command();
Command listen_telegram_command();
Command listen_matrix_command();
std::vector<Command> audit_commands();
std::vector<Command> matrix_commands();
std::vector<Command> policy_commands();
Command check_command();
Command version_command();
Command backup_command();

}  // namespace openclaw::cmd
