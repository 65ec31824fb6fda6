// SPDX-License-Identifier: MIT
#include "paths.h"

#include <cstdlib>
#include <filesystem>

#include <pwd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "zone/zone.h"

namespace openclaw::cmd {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The first path of a list joined by ':', as systemd gives it.
std::string first_path(const std::string& list) { return list.substr(0, list.find(':')); }

std::string home() {
  if (const auto dir = variable("HOME"); !dir.empty()) return dir;
  const passwd* entry = ::getpwuid(::geteuid());
  return entry && entry->pw_dir ? entry->pw_dir : "";
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

std::optional<std::string> find_config(const Args& args) {
  for (const auto& named : {args.get("config"), variable("OPENCLAW_CONFIG")}) {
    if (named.empty()) continue;
    std::error_code ignored;
    const std::string file = fs::is_directory(named, ignored) ? named + "/openclaw.json" : named;
    if (!fs::exists(file, ignored))
      throw base::ConfigError("there is no configuration '" + file + "'");
    return file;
  }
  std::vector<std::string> folders;
  if (const auto dir = first_path(variable("CONFIGURATION_DIRECTORY")); !dir.empty())
    folders.push_back(dir);
  if (const auto dir = variable("XDG_CONFIG_HOME"); !dir.empty())
    folders.push_back(dir + "/openclaw");
  else if (const auto dir2 = home(); !dir2.empty())
    folders.push_back(dir2 + "/.config/openclaw");
  folders.emplace_back("/etc/openclaw");
  for (const auto& folder : folders)
    if (const std::string file = folder + "/openclaw.json"; is_file(file)) return file;
  return std::nullopt;
}

settings::Settings load_settings(const Args& args) {
  const auto file = find_config(args);
  auto settings = file ? settings::load_or_throw(*file) : settings::embedded();
  using base::log::Level;
  if (settings.log == "debug") base::log::set_level(Level::debug);
  if (settings.log == "info") base::log::set_level(Level::info);
  if (settings.log == "warning") base::log::set_level(Level::warning);
  if (settings.log == "error") base::log::set_level(Level::error);
  return settings;
}

std::string state_folder(const Args& args, const settings::Settings& settings) {
  if (args.has("state") && args.get("state").empty())
    throw base::UsageError("--state needs a folder");
  if (args.has("state")) return fs::absolute(args.get("state")).string();
  if (!settings.state_dir.empty()) return settings.state_dir;
  if (const auto dir = first_path(variable("STATE_DIRECTORY")); !dir.empty()) return dir;
  if (const auto dir = variable("XDG_STATE_HOME"); !dir.empty()) return dir + "/openclaw";
  if (const auto dir = home(); !dir.empty()) return dir + "/.local/state/openclaw";
  throw base::ConfigError("there is no state folder", "give --state DIR, or set state_dir");
}

std::string share_folder() {
  if (const auto dir = variable("OPENCLAW_SHARE"); !dir.empty()) return dir;
  std::error_code ignored;
  const auto binary = fs::read_symlink("/proc/self/exe", ignored);
  for (const char* below : {"../share/openclaw", "../../../share/openclaw"}) {
    const auto dir = (binary.parent_path() / below).lexically_normal();
    if (fs::is_directory(dir, ignored)) return dir.string();
  }
  return "/usr/share/openclaw";
}

std::string zone_name(const settings::Settings& settings) {
  return settings.time_zone.empty() ? zone::system_zone_name() : settings.time_zone;
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  const std::string text(name);
  return text.empty() ? "this machine" : text.substr(0, text.find('.'));
}

}  // namespace openclaw::cmd
