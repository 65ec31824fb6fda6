// SPDX-License-Identifier: MIT
#include "run_child.h"

#include <cerrno>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace openclaw::cmd {

bool run_job(const settings::Settings& settings, const std::string& state_folder,
             const std::string& job) {
  std::vector<std::string> words{"openclaw", "run-job", job,         "--deliver",
                                 "--force",  "--state", state_folder};
  if (!settings.file.empty()) words.insert(words.end(), {"--config", settings.file});
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, argv.data(), environ) != 0)
    return false;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace openclaw::cmd
