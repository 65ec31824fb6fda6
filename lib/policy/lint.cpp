// SPDX-License-Identifier: MIT
#include "policy/lint.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "json/parse.h"
#include "policy/describe.h"
#include "policy/engine.h"
#include "policy/match.h"
#include "url/url.h"

namespace openclaw::policy {
namespace {

using Findings = std::vector<Finding>;

std::vector<std::string> tool_names(const Policy& policy) {
  std::vector<std::string> names;
  for (const auto& [name, tool] : policy.tools) names.push_back(name);
  return names;
}

/// A whole home folder: /home/name.
bool is_home(const std::string& root) {
  return root.starts_with("/home/") && root.find('/', 6) == std::string::npos;
}

void lint_constraint(const Constraint& c, const std::string& at, Findings& out) {
  const auto say = [&](std::string text) { out.push_back({at, std::move(text)}); };
  for (const auto& origin : c.origin) {
    const auto parsed = url::parse(origin);
    if (origin.find('*') != std::string::npos)
      say(fmt::format("'{}': an origin has no wildcard", origin));
    else if (!parsed || parsed->origin() != origin)
      say(fmt::format("'{}' is no origin; write it like https://host or http://host:8080", origin));
  }
  for (const auto& root : c.under) {
    if (root.find('*') != std::string::npos)
      say(fmt::format("'{}': a folder has no wildcard, so it can match nothing", root));
    else if (!clean_path(root))
      say(fmt::format("'{}' is no clean absolute path, so it can match nothing", root));
    else if (root == "/" || root == "/home" || root == "/root" || root == "/etc" ||
             root == "/proc" || is_home(root))
      say(fmt::format("'{}' is too wide a root for a tool", root));
  }
  if (c.min && c.max && *c.min > *c.max) say("min is above max, so it can match nothing");
  if (c.maxlen && *c.maxlen < 0) say("maxlen is negative, so it can match nothing");
  if (c.private_address && c.origin.empty())
    say("private_address needs an origin: private addresses are granted host by host");
  if (!c.one_of.empty() && c.eq) say("eq and oneof together can be said with eq alone");
}

/// A path that lies in no granted folder is refused when it is read, whatever the policy said.
void lint_needs(const ToolInfo& tool, const Grant& grant, const std::string& at, Findings& out) {
  const auto is_argument = [&](const char* name) {
    return std::find(tool.arguments.begin(), tool.arguments.end(), name) != tool.arguments.end();
  };
  for (const char* name : {"path", "url"}) {
    if (!is_argument(name) || tool.name.starts_with("command_")) continue;
    const auto given = grant.args.find(name);
    const std::string arg_at = at + "/args/" + name;
    if (given == grant.args.end()) {
      if (!grant.other_args || std::string_view(name) == "path")
        out.push_back({at, fmt::format("'{}' is not granted, so it can match nothing", name)});
      continue;
    }
    const Constraint& c = given->second;
    if (c.eq && !c.eq->is_string())
      out.push_back({arg_at, "eq is no text, so it can match nothing"});
    if (std::string_view(name) == "path" && c.under.empty() && !c.eq && c.one_of.empty())
      out.push_back({arg_at + "/under", "names no folder, so it can match nothing"});
    if (c.eq && c.eq->is_string() && !c.origin.empty() && !misfit(c, *c.eq).empty())
      out.push_back({arg_at, "eq lies outside origin, so it can match nothing"});
  }
}

void lint_grant(const Policy& policy, const Grant& grant, const std::string& at, Findings& out) {
  const auto tool = policy.tools.find(grant.tool);
  if (tool == policy.tools.end()) {
    out.push_back({at + "/tool", fmt::format("there is no tool '{}'{}", grant.tool,
                                             base::did_you_mean(grant.tool, tool_names(policy)))});
    return;
  }
  const auto& known = tool->second.arguments;
  for (const auto& [name, constraint] : grant.args) {
    const std::string arg_at = at + "/args/" + json::pointer_step(name);
    if (std::find(known.begin(), known.end(), name) == known.end())
      out.push_back({arg_at, fmt::format("tool '{}' has no argument '{}'{}", grant.tool, name,
                                         base::did_you_mean(name, known))});
    lint_constraint(constraint, arg_at, out);
  }
  lint_needs(tool->second, grant, at, out);
  if (tool->second.effect != Effect::none && grant.other_args)
    for (const auto& destination : tool->second.destinations)
      if (!grant.args.contains(destination))
        out.push_back({at, fmt::format("'{}' chooses where {} goes: name it under args",
                                       destination, grant.tool)});
}

struct Reach {
  bool untrusted = false;
  bool private_text = false;
  std::string open_end;  ///< pointer of an effect grant whose destination is not pinned
};

Reach reach_of(const Policy& policy, const std::set<std::string>& groups, const AgentScope& agent,
               const std::set<std::string>& accepted) {
  Reach reach;
  for (const auto& group : groups) {
    const auto grants = policy.groups.find(group);
    if (grants == policy.groups.end()) continue;
    for (std::size_t i = 0; i < grants->second.size(); ++i) {
      const Grant& grant = grants->second[i];
      const auto tool = policy.tools.find(grant.tool);
      if (tool == policy.tools.end()) continue;
      if (std::any_of(agent.deny.begin(), agent.deny.end(),
                      [&](const auto& p) { return denies(p, grant.tool); }))
        continue;
      reach.untrusted |= tool->second.out.untrusted;
      reach.private_text |= tool->second.out.private_text;
      const bool all =
          std::all_of(tool->second.destinations.begin(), tool->second.destinations.end(),
                      [&](const auto& d) { return can_pin(grant, d); });
      const bool asks = grant.confirm || grant.when_tainted == WhenTainted::confirm;
      if (tool->second.effect != Effect::none && grant.when_tainted == WhenTainted::allow && !all &&
          !asks && !accepted.contains(group))
        reach.open_end = fmt::format("/groups/{}/{}", json::pointer_step(group), i);
    }
  }
  return reach;
}

void lint_caller(const Policy& policy, const Caller& caller, const std::string& agent,
                 const std::string& at, const std::set<std::string>& accepted, Findings& out) {
  const auto scope = policy.agents.find(agent);
  if (scope == policy.agents.end()) return;
  const auto reach =
      reach_of(policy, usable_groups(policy, caller, agent), scope->second, accepted);
  if (reach.untrusted && reach.private_text && !reach.open_end.empty())
    out.push_back(
        {at, fmt::format("{} with agent '{}' reaches untrusted text, private text and an "
                         "unpinned destination ({}): at most two of these; pin it, use "
                         "\"when_tainted\": \"confirm\", or give the group an accept_risk",
                         describe(caller), agent, reach.open_end)});
}

}  // namespace

std::vector<Finding> lint(const Policy& policy, const std::set<std::string>& accept_risk) {
  Findings out;
  for (const auto& [group, grants] : policy.groups)
    for (std::size_t i = 0; i < grants.size(); ++i)
      lint_grant(policy, grants[i], fmt::format("/groups/{}/{}", json::pointer_step(group), i),
                 out);
  for (const auto& [name, agent] : policy.agents) {
    const std::string at = "/agents/" + json::pointer_step(name) + "/deny";
    const auto names = tool_names(policy);
    for (const auto& pattern : agent.deny)
      if (std::none_of(names.begin(), names.end(),
                       [&](const auto& tool) { return denies(pattern, tool); }))
        out.push_back({at, fmt::format("'{}' matches no tool{}", pattern,
                                       base::did_you_mean(pattern, names))});
    for (const auto& group : agent.groups) {
      const auto grants = policy.groups.find(group);
      if (grants == policy.groups.end() || grants->second.empty()) continue;
      if (std::all_of(grants->second.begin(), grants->second.end(),
                      [&, &agent = agent](const Grant& g) {
                        return std::any_of(agent.deny.begin(), agent.deny.end(),
                                           [&](const auto& p) { return denies(p, g.tool); });
                      }))
        out.push_back({at, fmt::format("it shadows the whole group '{}'", group)});
    }
  }
  for (const auto& [place, rules] : policy.places)
    for (std::size_t i = 0; i < rules.size(); ++i)
      for (const auto& person : rules[i].who)
        for (const auto& agent : rules[i].agents)
          lint_caller(policy, {place, person, {}}, agent,
                      fmt::format("/places/{}/allow/{}", json::pointer_step(place), i), accept_risk,
                      out);
  for (const auto& [job, scope] : policy.jobs)
    lint_caller(policy, {{}, {}, job}, scope.agent, "/jobs/" + json::pointer_step(job), accept_risk,
                out);
  return out;
}

}  // namespace openclaw::policy
