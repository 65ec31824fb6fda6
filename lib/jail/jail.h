// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/stop.h"
#include "base/time.h"

/// jail may use base; it is the only room that sees libseccomp and Landlock. It runs one foreign
/// program with nothing but what is named here.
namespace openclaw::jail {

struct Command {
  std::vector<std::string> argv;  ///< argv[0] is an absolute path; no shell, no PATH
  std::string folder = "/";
  std::vector<std::string> readable;  ///< besides the system's programs and libraries
  std::vector<std::string> writable;
  std::string input;
  base::Millis timeout{30000};
  std::size_t most_output = 1u << 20;
  /// false: a program of the machine itself (systemctl, pass), not confined but still without
  /// inherited descriptors and with only this environment.
  bool confined = true;
  std::vector<std::string> environment;
  bool drop_stderr = false;
};

struct Result {
  int status = 0;      ///< exit status, or 128 + signal
  std::string output;  ///< stdout and stderr as they came
  bool truncated = false;
  bool timed_out = false;
};

/// Landlock's ABI version of this kernel; 0 = there is none. $OPENCLAW_LANDLOCK_ABI lowers it for
/// tests.
int landlock_abi();

/// Runs the command with an empty environment, no inherited descriptors, no new privileges, a
/// Landlock file view, a seccomp filter without sockets, and its own process group, which is killed
/// at the end. Throws base::UnavailableError when the kernel cannot confine it: then it does not
/// run.
Result run(const Command& command, const base::Stop* stop);

}  // namespace openclaw::jail
