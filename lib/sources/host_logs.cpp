// SPDX-License-Identifier: MIT
// The parts of host.h that ask the journal and the package manager.
#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "json/parse.h"
#include "sources/host.h"
#include "sources/program.h"

namespace openclaw::sources {

Reading read_journal(const std::string& source, base::Time since) {
  Reading out;
  out.source = source;
  const auto stamp = fmt::format("@{}", base::to_ms(since) / 1000);
  const auto text = ask_program(
      "journalctl", {"--priority=err", "--since=" + stamp, "--output=json", "--quiet", "--no-pager",
                     "--output-fields=_SYSTEMD_UNIT,SYSLOG_IDENTIFIER", "--lines=20000"});
  std::error_code ignored;
  const bool has_files = std::filesystem::exists("/var/log/journal", ignored) ||
                         std::filesystem::exists("/run/log/journal", ignored);
  if (!text || (text->empty() && !has_files)) {
    out.state = Reading::State::absent;
    out.reason = "journal: none that can be read here";
    return out;
  }
  std::map<std::string, int> by_unit;
  int total = 0;
  for (const auto line : base::split(*text, '\n')) {
    if (line.empty()) continue;
    json::Value row;
    try {
      row = json::parse(line);
    } catch (const json::ParseError&) {
      continue;
    }
    std::string name = row["SYSLOG_IDENTIFIER"].as_string();
    if (name.empty()) name = row["_SYSTEMD_UNIT"].as_string();
    ++by_unit[name.empty() ? "unknown" : base::one_line(base::prefix_bytes(name, 40))];
    ++total;
  }
  std::vector<std::pair<std::string, int>> most(by_unit.begin(), by_unit.end());
  std::stable_sort(most.begin(), most.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string detail;
  for (std::size_t i = 0; i < most.size() && i < 3; ++i)
    detail += fmt::format("{}{} {}", i ? ", " : "", most[i].first, most[i].second);
  if (most.size() > 3) detail += fmt::format(" and {} more", most.size() - 3);
  out.quiet.push_back(
      total == 0 ? std::string("no journal errors")
                 : fmt::format("{} journal error{}: {}", total, total == 1 ? "" : "s", detail));
  for (const auto& [name, n] : most) {
    if (n < 100) continue;
    Item item;
    item.source = source;
    item.key = "journal:" + name;
    item.kind = "journal";
    item.severity = Severity::warning;
    item.title = fmt::format("{} wrote {} errors", name, n);
    item.link = "journalctl -p err -t " + name;
    out.items.push_back(std::move(item));
  }
  return out;
}

Reading read_upgrades(const std::string& source, base::Time now) {
  Reading out;
  out.source = source;
  struct stat info {};
  if (::stat("/var/lib/apt/lists", &info) != 0 || ::access("/usr/bin/apt-get", X_OK) != 0) {
    out.state = Reading::State::absent;
    out.reason = "upgrades: no apt here";
    return out;
  }
  struct stat stamp {};
  const bool has_stamp = ::stat("/var/lib/apt/periodic/update-success-stamp", &stamp) == 0;
  const std::int64_t read_at =
      std::max<std::int64_t>(info.st_mtime, has_stamp ? stamp.st_mtime : 0);
  const auto age = (base::to_ms(now) / 1000 - read_at) / 86400;
  if (age > 3) {
    out.state = Reading::State::absent;
    out.reason = fmt::format("upgrades: apt lists are {} days old", age);
    return out;
  }
  const auto text = ask_program("apt-get", {"-s", "-q", "-o", "Debug::NoLocking=true", "-o",
                                            "APT::Get::Show-Upgraded=true", "upgrade"});
  if (!text) {
    out.state = Reading::State::absent;
    out.reason = "upgrades: apt did not answer";
    return out;
  }
  int all = 0;
  int security = 0;
  for (const auto line : base::split(*text, '\n')) {
    if (!line.starts_with("Inst ")) continue;
    ++all;
    if (line.find("-security") != std::string_view::npos ||
        line.find("Debian-Security") != std::string_view::npos)
      ++security;
  }
  if (security > 0) {
    Item item;
    item.source = source;
    item.key = "upgrades:security";
    item.kind = "upgrades";
    item.severity = Severity::warning;
    item.title = fmt::format("{} security upgrade{} waiting", security, security == 1 ? "" : "s");
    item.link = "apt list --upgradable";
    out.items.push_back(std::move(item));
  } else {
    out.quiet.push_back(all == 0 ? std::string("packages up to date")
                                 : fmt::format("{} upgrades waiting, none for security", all));
  }
  return out;
}

}  // namespace openclaw::sources
