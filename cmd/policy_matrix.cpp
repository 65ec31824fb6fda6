// SPDX-License-Identifier: MIT
#include "policy_matrix.h"

#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "policy/describe.h"
#include "policy/engine.h"
#include "policy/match.h"

namespace openclaw::cmd {
namespace {

using json::Value;

void add_cells(const policy::Policy& policy, const policy::Caller& caller, const std::string& agent,
               Cells& out) {
  const auto scope = policy.agents.find(agent);
  if (scope == policy.agents.end()) return;
  for (const auto& group : policy::usable_groups(policy, caller, agent)) {
    const auto grants = policy.groups.find(group);
    if (grants == policy.groups.end()) continue;
    for (const auto& grant : grants->second) {
      bool denied = !policy.tools.contains(grant.tool);
      for (const auto& pattern : scope->second.deny) denied |= policy::denies(pattern, grant.tool);
      if (denied) continue;
      Cell& cell = out[{policy::describe(caller), agent, grant.tool}];
      const int level = grant.confirm ? 1 : 2;
      cell.level = cell.level == 0 ? level : std::min(cell.level, level);
      cell.grants += (cell.grants.empty() ? "" : " ") + json::canonical(policy::to_json(grant));
    }
  }
}

std::string mark(int level) { return level == 2 ? "●" : level == 1 ? "◐" : "·"; }

}  // namespace

Cells policy_cells(const settings::Settings& settings) {
  Cells out;
  for (const auto& [place, rules] : settings.policy.places)
    for (const auto& rule : rules)
      for (const auto& person : rule.who)
        for (const auto& agent : rule.agents)
          if (!out.contains({place + "/" + person, agent, ""})) {
            Cells fresh;
            add_cells(settings.policy, {place, person, {}}, agent, fresh);
            for (auto& [key, cell] : fresh) out[key] = cell;
          }
  for (const auto& [job, scope] : settings.policy.jobs)
    add_cells(settings.policy, {{}, {}, job}, scope.agent, out);
  return out;
}

Cells widened(const Cells& before, const Cells& now) {
  Cells out;
  for (const auto& [key, cell] : now) {
    const auto old = before.find(key);
    if (old == before.end() || cell.level > old->second.level || cell.grants != old->second.grants)
      out[key] = cell;
  }
  return out;
}

Value to_json(const Cells& cells) {
  auto list = Value::array();
  for (const auto& [key, cell] : cells) {
    const auto& [caller, agent, tool] = key;
    list.push(Value::object({{"caller", caller},
                             {"agent", agent},
                             {"tool", tool},
                             {"verdict", cell.level == 2 ? "allow" : "confirm"},
                             {"grants", cell.grants}}));
  }
  return Value::object({{"cells", list}});
}

Cells cells_from(const Value& value) {
  Cells out;
  for (const auto& c : value["cells"].items())
    out[{c["caller"].as_string(), c["agent"].as_string(), c["tool"].as_string()}] =
        Cell{c["verdict"] == Value("allow") ? 2 : 1, c["grants"].as_string()};
  return out;
}

std::string draw_matrix(const Cells& cells) {
  std::set<std::string> tools;
  std::set<std::pair<std::string, std::string>> rows;
  std::size_t width = 8;
  for (const auto& [key, cell] : cells) {
    const auto& [caller, agent, tool] = key;
    tools.insert(tool);
    rows.insert({caller, agent});
    width = std::max(width, caller.size() + agent.size() + 4);
  }
  if (cells.empty()) return "no caller may use any tool\n";
  std::string out = base::fit("", width);
  for (const auto& tool : tools) out += "  " + tool;
  out += "\n";
  for (const auto& [caller, agent] : rows) {
    out += base::fit(caller + " → " + agent, width);
    for (const auto& tool : tools) {
      const auto at = cells.find({caller, agent, tool});
      out += "  " + base::fit(mark(at == cells.end() ? 0 : at->second.level), tool.size());
    }
    out += "\n";
  }
  return base::printable(out) + "● yes  ◐ asks  · no\n";
}

std::string draw_widened(const Cells& before, const Cells& wider) {
  std::string out;
  for (const auto& [key, cell] : wider) {
    const auto& [caller, agent, tool] = key;
    const auto old = before.find(key);
    out += fmt::format("{} → {}  {}: {} → {}  {}\n", caller, agent, tool,
                       mark(old == before.end() ? 0 : old->second.level), mark(cell.level),
                       cell.grants);
  }
  return base::printable(out);
}

}  // namespace openclaw::cmd
