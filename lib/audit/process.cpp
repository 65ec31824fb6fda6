// SPDX-License-Identifier: MIT
#include "audit/process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace openclaw::audit {
namespace {

std::string boot_id() {
  const auto text = base::read_if_exists("/proc/sys/kernel/random/boot_id", 100);
  return text ? std::string(base::trim(*text)) : "unknown";
}

/// Field 22 of /proc/PID/stat, counted after the command's closing bracket; empty = no such
/// process.
std::string start_time(const std::string& pid) {
  std::string stat;
  try {
    stat = base::read_if_exists("/proc/" + pid + "/stat", 4096).value_or("");
  } catch (const std::exception&) {
    return {};
  }
  const auto bracket = stat.rfind(')');
  if (bracket == std::string::npos) return {};
  const auto fields = base::split(std::string_view(stat).substr(bracket + 2), ' ');
  return fields.size() > 19 ? std::string(fields[19]) : std::string();
}

}  // namespace

std::string own_process() {
  static std::mutex mutex;
  static pid_t known = 0;  // a fork has another
  static std::string name;
  const std::lock_guard lock(mutex);
  if (known != ::getpid()) {
    known = ::getpid();
    const std::string pid = std::to_string(known);
    name = boot_id() + " " + pid + " " + start_time(pid);
  }
  return name;
}

bool is_alive(const std::string& process) {
  const auto parts = base::split(process, ' ');
  if (parts.size() != 3 || parts[0] != boot_id()) return false;
  const std::string pid(parts[1]);
  const std::string start = start_time(pid);
  if (!start.empty()) return start == parts[2];
  // systemd's ProtectProc= hides the processes of other users, but not that they live.
  const long number = std::strtol(pid.c_str(), nullptr, 10);
  return number > 1 && ::kill(static_cast<pid_t>(number), 0) != 0 && errno == EPERM;
}

}  // namespace openclaw::audit
