// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <string_view>
#include <vector>

/// cmd is the porch: arguments, settings, wiring; one file per subcommand. It alone sees Settings
/// and CLI11. Nothing uses cmd.
namespace openclaw::cmd {

/// The one table of exit codes, for all commands; openclaw(1) and the units are compared with it.
enum Exit : int {
  done = 0,
  failed = 1,
  found = 3,
  refused = 4,
  budget = 5,
  limit = 6,
  usage = 64,
  schema = 65,
  unavailable = 69,
  bug = 70,
  later = 75,
  denied = 77,
  config = 78,
  interrupted = 130,
};

struct ExitRow {
  int code;
  std::string_view name;
  std::string_view meaning;
  bool retried;  ///< systemd may start the unit again
};
const std::vector<ExitRow>& exit_table();

/// Which code an exception means.
int exit_code_of(const std::exception& e);

}  // namespace openclaw::cmd
