// SPDX-License-Identifier: MIT
#include "output.h"

#include <cstdlib>
#include <system_error>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace openclaw::cmd {
namespace {

bool set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

bool dumb() {
  const char* term = std::getenv("TERM");
  return term && std::string_view(term) == "dumb";
}

}  // namespace

void write_stdout(std::string_view text) {
  try {
    base::write_all(1, text);
  } catch (const std::system_error& e) {
    if (e.code().value() == EPIPE) throw ClosedPipe{};
    if (e.code().value() == ENOSPC || e.code().value() == EDQUOT) throw base::disk_full();
    throw base::Error("cannot write to stdout: " + e.code().message());
  }
}

void write_json(const json::Value& value) {
  write_stdout(base::printable_json(json::dump(value)) + "\n");
}

void write_stderr(std::string_view text) {
  try {
    base::write_all(2, text);
  } catch (const std::system_error&) {
    // Nobody is there to be told.
  }
}

bool stdout_is_terminal() { return ::isatty(1) == 1; }
bool stderr_is_terminal() { return ::isatty(2) == 1; }
bool stdin_is_terminal() { return ::isatty(0) == 1; }

bool use_colour() {
  if (set("NO_COLOR")) return false;
  if (const char* force = std::getenv("CLICOLOR_FORCE"); force && *force && *force != '0')
    return true;
  return stdout_is_terminal() && !dumb();
}

std::size_t columns() {
  if (const char* fixed = std::getenv("COLUMNS"); fixed && std::atoi(fixed) > 20)
    return static_cast<std::size_t>(std::atoi(fixed));
  winsize size{};
  if (stdout_is_terminal() && ::ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
    return size.ws_col;
  return 100;
}

bool use_unicode() {
  if (dumb()) return false;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const char* value = std::getenv(name); value && *value) {
      const std::string_view text(value);
      return text.find("UTF-8") != std::string_view::npos ||
             text.find("utf8") != std::string_view::npos;
    }
  return true;
}

}  // namespace openclaw::cmd
