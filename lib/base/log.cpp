// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <cstdlib>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/redact.h"
#include "base/text.h"

namespace openclaw::base::log {
namespace {

bool under_journal() { return std::getenv("JOURNAL_STREAM") != nullptr; }

spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("openclaw", std::make_shared<spdlog::sinks::stderr_sink_st>());
    made.set_pattern("%v");
    made.set_level(under_journal() ? spdlog::level::info : spdlog::level::warn);
    made.flush_on(spdlog::level::trace);
    return made;
  }();
  return instance;
}

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view prefix_of(Level level) {
  switch (level) {
    case Level::debug: return "<7>";
    case Level::info: return "<6>";
    case Level::warning: return "<4>";
    case Level::error: return "<3>";
  }
  return "<3>";
}

}  // namespace

void set_level(Level level) { logger().set_level(level_of(level)); }

void write(Level level, std::string_view domain, std::string_view text) {
  const auto spd_level = level_of(level);
  if (!logger().should_log(spd_level)) return;
  const std::string line = one_line(redact(text));
  if (under_journal())
    logger().log(spd_level, "{}{}: {}", prefix_of(level), domain, line);
  else
    logger().log(spd_level, "openclaw: {}: {}", domain, line);
}

}  // namespace openclaw::base::log
