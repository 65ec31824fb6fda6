// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/redact.h"
#include "base/text.h"
#include "command.h"
#include "exit_code.h"
#include "output.h"

namespace openclaw::cmd {
namespace {

std::vector<std::string> names_for_hint() {
  std::vector<std::string> out;
  for (const auto& command : commands()) {
    out.push_back(command.name);
    if (const auto space = command.name.find(' '); space != std::string::npos)
      out.push_back(command.name.substr(0, space));
  }
  return out;
}

std::string group_help(const std::string& group) {
  std::string out;
  std::string examples;
  int shown = 0;
  for (const auto& command : commands()) {
    if (!command.name.starts_with(group + " ")) continue;
    out += fmt::format("  openclaw {:22}{}\n", command.name, command.summary);
    if (!command.examples.empty() && ++shown <= 2)
      examples +=
          fmt::format("  {}\n      {}\n", command.examples[0].first, command.examples[0].second);
  }
  return out.empty() ? out : out + "\nexamples:\n" + examples;
}

int dispatch(std::vector<std::string> words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    if (words.empty()) {
      write_stderr(overview());
      return usage;
    }
    write_stdout(overview());
    return done;
  }
  if (words[0] == "--version") words[0] = "version";
  std::string name = words[0];
  const Command* command = find_command(name);
  std::size_t used = 1;
  if (!command && words.size() > 1) {
    name += " " + words[1];
    command = find_command(name);
    used = 2;
  }
  if (!command) {
    if (const auto list = group_help(words[0]); !list.empty()) {
      const bool help = words.size() > 1 && (words[1] == "--help" || words[1] == "-h");
      if (help) {
        write_stdout(list);
        return done;
      }
      throw base::UsageError(
          words.size() > 1 ? fmt::format("'{}' is no command{}", base::one_line(name),
                                         base::did_you_mean(name, names_for_hint()))
                           : fmt::format("'{}' needs one of its commands:\n{}", words[0], list));
    }
    throw base::UsageError(fmt::format("'{}' is no command{}", base::one_line(words[0]),
                                       base::did_you_mean(words[0], names_for_hint())),
                           "openclaw --help");
  }
  const auto args =
      parse(*command, {words.begin() + static_cast<std::ptrdiff_t>(used), words.end()});
  return args ? command->run(*args) : done;
}

/// A closed stdout would become the number of the next file or socket, and take the answer.
void secure_standard_streams() {
  for (int fd = 0; fd < 3; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) (void)!::open("/dev/null", O_RDONLY);
}

int report(const std::exception& e) {
  const int code = exit_code_of(e);
  const std::string bug_note = code == bug ? "this is a bug: " : "";
  write_stderr("openclaw: " + bug_note + base::printable(base::redact(base::describe(e))) + "\n");
  if (const auto hint = base::hint_of(e); !hint.empty())
    write_stderr("openclaw: hint: " + base::printable(base::redact(hint)) + "\n");
  return code;
}

}  // namespace
}  // namespace openclaw::cmd

int main(int argc, char** argv) {
  using namespace openclaw::cmd;
  secure_standard_streams();
  ::signal(SIGPIPE, SIG_IGN);
  ::umask(027);
  try {
    return dispatch({argv + 1, argv + argc});
  } catch (const ClosedPipe&) {
    ::signal(SIGPIPE, SIG_DFL);  // as any other tool whose reader went away
    ::raise(SIGPIPE);
    return failed;
  } catch (const std::exception& e) {
    return report(e);
  }
}
