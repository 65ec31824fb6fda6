// SPDX-License-Identifier: MIT
#include "base/failpoint.h"

#ifdef OPENCLAW_TEST_HOOKS

#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"

namespace openclaw::base {

void failpoint(const char* name) {
  static const char* const wanted = std::getenv("OPENCLAW_FAILPOINT");
  static const char* const log = std::getenv("OPENCLAW_FAILPOINT_LOG");
  if (!wanted && !log) return;
  static std::mutex mutex;
  static std::map<std::string, int> passed;
  const std::lock_guard lock(mutex);
  const int times = ++passed[name];
  const std::string here = times == 1 ? name : name + (":" + std::to_string(times));
  if (log) {
    const Fd fd(::open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (fd) write_all(fd.get(), here + "\n");
  }
  if (wanted && here == wanted) ::kill(::getpid(), SIGKILL);
}

}  // namespace openclaw::base

#endif
