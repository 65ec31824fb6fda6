// SPDX-License-Identifier: MIT
#include "confirm.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "output.h"
#include "policy/describe.h"

namespace openclaw::cmd {

bool ask_on_terminal(const tools::Question& question) {
  std::string text = fmt::format("\nRun {} ({})?\n", base::one_line(question.tool),
                                 policy::name_of(question.effect));
  for (const auto& [name, value] : question.args.members())
    text += fmt::format("  {:12} {}\n", base::one_line(name),
                        base::one_line(value.is_string() ? value.as_string() : json::dump(value)));
  write_stderr(text + "yes or no: ");
  const base::Fd terminal(::open("/dev/tty", O_RDONLY | O_CLOEXEC));
  if (!terminal) return false;
  std::string answer;
  char c = 0;
  while (answer.size() < 16 && ::read(terminal.get(), &c, 1) == 1 && c != '\n') answer += c;
  const auto word = base::lower(base::trim(answer));
  return word == "yes" || word == "y";
}

}  // namespace openclaw::cmd
