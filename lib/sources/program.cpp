// SPDX-License-Identifier: MIT
#include "sources/program.h"

#include <unistd.h>

#include "jail/jail.h"

namespace openclaw::sources {

std::optional<std::string> ask_program(const std::string& name,
                                       const std::vector<std::string>& arguments) {
  for (const char* folder : {"/run/current-system/sw/bin/", "/usr/bin/", "/bin/", "/usr/sbin/"}) {
    const std::string path = folder + name;
    if (::access(path.c_str(), X_OK) != 0) continue;
    jail::Command command;
    command.argv = {path};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.confined = false;
    command.drop_stderr = true;
    command.timeout = base::Millis(10000);
    command.most_output = 16u << 20;
    command.environment = {"LC_ALL=C.UTF-8", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0",
                           "PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    const auto result = jail::run(command, nullptr);
    if (result.status != 0 || result.timed_out) return std::nullopt;
    return result.output;
  }
  return std::nullopt;
}

}  // namespace openclaw::sources
