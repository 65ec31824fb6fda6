// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace openclaw::test {

/// A real program that a test runs on loopback, stopped by its own pid in the destructor.
class Service {
 public:
  /// argv[0] is looked up in PATH. Output goes to the file.
  Service(const std::vector<std::string>& argv, const std::string& log);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  pid_t pid() const { return pid_; }
  /// SIGTERM and wait, or SIGKILL and wait.
  void stop();
  void kill();
  bool alive() const;

 private:
  void end(int signal);
  mutable pid_t pid_ = -1;
};

/// Whether the program is installed.
bool is_installed(const std::string& program);
/// A loopback port that was free a moment ago.
std::uint16_t free_port();
/// Asks again and again until it is so; false after so many seconds.
bool comes_true(const std::function<bool()>& what, int seconds = 60);

}  // namespace openclaw::test
