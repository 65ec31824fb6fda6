// SPDX-License-Identifier: MIT
#include <filesystem>

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "settings/read.h"

namespace openclaw::settings {
namespace {

void read_root(config::Node& root, Settings& out) {
  out.time_zone = root.text("time_zone", "IANA name; left out = the machine's");
  out.state_dir = root.text("state_dir", "where databases and keys rest");
  out.log = root.word("log", {"debug", "info", "warning", "error"}, "least level that is logged");
  root.known("$schema");
  read_people(root, out);
  read_providers(root, out);
  read_models(root, out);
  read_prices(root, out);
  out.limits = read_limits(root, "over everything");
  read_groups(root, out);
  read_commands(root, out);
  read_agents(root, out);
  read_places(root, out);
  read_sources(root, out);
  read_jobs(root, out);
  read_channels(root, out);
  read_files(root, out);
  read_audit(root, out);
}

}  // namespace

Settings load(const std::string& file, const std::string& text, Report& report) {
  Settings out;
  out.file = std::filesystem::absolute(file).string();
  out.folder = std::filesystem::path(out.file).parent_path().string();
  config::Document document(file, text);
  {
    config::Node root = document.root();
    read_root(root, out);
  }
  out.policy.tools = tools::Catalogue(out.commands).infos();
  if (document.problems().empty() || !out.agents.empty()) cross_check(document, out, report);
  report.problems = document.problems();
  return out;
}

Settings load_or_throw(const std::string& file) {
  Report report;
  auto out = load(file, base::read_file(file, 4u << 20), report);
  if (report.problems.empty()) return out;
  std::string text;
  for (std::size_t i = 0; i < report.problems.size(); ++i) {
    const auto& p = report.problems[i];
    text += fmt::format("{}{}:{}: {}{}{}", i ? "\n" : "", file, p.line, p.pointer,
                        p.pointer.empty() ? "" : ": ", p.text);
  }
  throw base::ConfigError("the configuration has errors:\n" + text, "openclaw check");
}

std::vector<config::Described> describe() {
  auto document = config::Document::describing();
  Settings ignored;
  {
    config::Node root = document.root();
    read_root(root, ignored);
  }
  return document.described();
}

Settings embedded() {
  Settings out;
  Job morning;
  morning.schedule = "Mon..Fri 08:00";
  morning.max_late = base::Millis(4LL * 3600000);
  out.jobs.emplace("morning-briefing", std::move(morning));
  out.policy.tools = tools::Catalogue({}).infos();
  return out;
}

}  // namespace openclaw::settings
