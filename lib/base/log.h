// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace openclaw::base::log {

enum class Level { debug, info, warning, error };

/// Everything below this level is dropped. Default: warning on a terminal, info under the journal.
void set_level(Level level);

/// One line on stderr; under the journal (JOURNAL_STREAM) with a <3>…<7> prefix. Control characters
/// and line breaks in the text are escaped, so no foreign text can forge a line.
void write(Level level, std::string_view domain, std::string_view text);

template <typename... Args>
void debug(std::string_view domain, fmt::format_string<Args...> f, Args&&... args) {
  write(Level::debug, domain, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void info(std::string_view domain, fmt::format_string<Args...> f, Args&&... args) {
  write(Level::info, domain, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(std::string_view domain, fmt::format_string<Args...> f, Args&&... args) {
  write(Level::warning, domain, fmt::format(f, std::forward<Args>(args)...));
}

}  // namespace openclaw::base::log
