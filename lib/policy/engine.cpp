// SPDX-License-Identifier: MIT
#include "policy/engine.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "policy/describe.h"
#include "policy/match.h"

namespace openclaw::policy {
namespace {

enum class Flow { refuse, confirm, pass };

Flow flow(const ToolInfo& tool, const Grant& grant, const json::Value& args, Labels taint) {
  if (tool.effect == Effect::none || !taint.untrusted) return Flow::pass;
  if (grant.when_tainted == WhenTainted::confirm) return Flow::confirm;
  const bool all_pinned =
      std::all_of(tool.destinations.begin(), tool.destinations.end(),
                  [&](const auto& argument) { return pinned(grant, argument, args); });
  if (!all_pinned) return Flow::refuse;
  if (taint.private_text && grant.when_tainted != WhenTainted::allow) return Flow::refuse;
  return Flow::pass;
}

bool flow_could_pass(const ToolInfo& tool, const Grant& grant, Labels taint) {
  if (tool.effect == Effect::none || !taint.untrusted) return true;
  if (grant.when_tainted == WhenTainted::confirm) return true;
  if (taint.private_text && grant.when_tainted != WhenTainted::allow) return false;
  return std::all_of(tool.destinations.begin(), tool.destinations.end(),
                     [&](const auto& argument) { return can_pin(grant, argument); });
}

Decision denied(std::string reason, std::string rule = {}) {
  Decision decision;
  decision.reason = std::move(reason);
  decision.rule = std::move(rule);
  return decision;
}

const std::string* denying(const AgentScope& agent, const std::string& tool) {
  const auto at = std::find_if(agent.deny.begin(), agent.deny.end(),
                               [&](const auto& pattern) { return denies(pattern, tool); });
  return at == agent.deny.end() ? nullptr : &*at;
}

std::string grant_pointer(const std::string& group, std::size_t index) {
  return fmt::format("/groups/{}/{}", json::pointer_step(group), index);
}

void absorb(Decision& decision, const Grant& grant, const std::string& rule, bool asks) {
  if (decision.verdict == Verdict::deny || (asks && decision.verdict == Verdict::allow)) {
    decision.rule = rule;
    decision.reason = asks ? "granted, after a confirmation" : "granted";
  }
  decision.verdict =
      asks || decision.verdict == Verdict::confirm ? Verdict::confirm : Verdict::allow;
  for (const auto& [name, constraint] : grant.args) {
    decision.private_address |= constraint.private_address;
    decision.roots.insert(decision.roots.end(), constraint.under.begin(), constraint.under.end());
    if (constraint.eq && constraint.eq->is_string())
      decision.roots.push_back(constraint.eq->as_string());
    for (const auto& one : constraint.one_of)
      if (one.is_string()) decision.roots.push_back(one.as_string());
  }
}

Decision by_grants(const Policy& policy, const Request& request, const ToolInfo& tool,
                   const std::set<std::string>& groups) {
  Decision decision = denied("no group of this caller and agent grants it");
  bool somebody_asks = false;
  for (const auto& group : groups) {
    const auto grants = policy.groups.find(group);
    if (grants == policy.groups.end()) continue;
    for (std::size_t i = 0; i < grants->second.size(); ++i) {
      const Grant& grant = grants->second[i];
      if (grant.tool != tool.name) continue;
      const std::string rule = grant_pointer(group, i);
      std::string why = misfit(grant, request.args);
      somebody_asks |= why.empty() && grant.confirm;
      const Flow flows =
          why.empty() ? flow(tool, grant, request.args, request.taint) : Flow::refuse;
      if (why.empty() && flows == Flow::refuse)
        why = request.taint.private_text
                  ? "the run has seen untrusted and private text, and the grant does not allow that"
                  : "the run has seen untrusted text, and the destination is not pinned";
      if (why.empty())
        absorb(decision, grant, rule, flows == Flow::confirm || grant.confirm);
      else if (decision.verdict == Verdict::deny)
        decision = denied(std::move(why), rule);
    }
  }
  // A grant that always asks is heard even when its flow rule fails: taint must never turn a
  // question into a plain yes.
  if (decision.verdict == Verdict::allow && somebody_asks) {
    decision.verdict = Verdict::confirm;
    decision.reason = "granted, after a confirmation";
  }
  return decision;
}

}  // namespace

std::set<std::string> usable_groups(const Policy& policy, const Caller& caller,
                                    const std::string& agent) {
  std::set<std::string> named;
  const auto scope = policy.agents.find(agent);
  if (scope == policy.agents.end() || !may_reach(policy, caller, agent)) return named;
  if (!caller.job.empty()) {
    named = policy.jobs.at(caller.job).groups;
  } else {
    for (const auto& rule : policy.places.at(caller.place)) {
      if (!rule.who.contains(caller.person) || !rule.agents.contains(agent)) continue;
      if (rule.all_groups) return scope->second.groups;
      named.insert(rule.groups.begin(), rule.groups.end());
    }
  }
  std::set<std::string> both;
  std::set_intersection(named.begin(), named.end(), scope->second.groups.begin(),
                        scope->second.groups.end(), std::inserter(both, both.end()));
  return both;
}

bool may_reach(const Policy& policy, const Caller& caller, const std::string& agent) {
  if (!policy.agents.contains(agent)) return false;
  if (!caller.job.empty()) {
    const auto job = policy.jobs.find(caller.job);
    return caller.place.empty() && caller.person.empty() && job != policy.jobs.end() &&
           job->second.agent == agent;
  }
  const auto place = policy.places.find(caller.place);
  return place != policy.places.end() &&
         std::any_of(place->second.begin(), place->second.end(), [&](const AllowRule& rule) {
           return rule.who.contains(caller.person) && rule.agents.contains(agent);
         });
}

Decision decide(const Policy& policy, const Request& request) {
  try {
    const auto tool = policy.tools.find(request.tool);
    if (tool == policy.tools.end()) return denied("there is no such tool");
    const auto agent = policy.agents.find(request.agent);
    if (agent == policy.agents.end()) return denied("there is no such agent");
    if (!may_reach(policy, request.caller, request.agent))
      return denied("this caller may not use this agent");
    if (const auto* pattern = denying(agent->second, request.tool))
      return denied("the agent's deny list names '" + *pattern + "'",
                    "/agents/" + json::pointer_step(request.agent) + "/deny");
    const auto groups = usable_groups(policy, request.caller, request.agent);
    if (groups.empty()) return denied("agent and caller have no group in common");
    if (!request.args.is_object()) return denied("the arguments are no object");
    return by_grants(policy, request, tool->second, groups);
  } catch (const std::exception&) {
    return denied("the policy could not be evaluated");
  }
}

bool visible(const Policy& policy, const Caller& caller, const std::string& agent,
             const std::string& tool, Labels taint) {
  const auto info = policy.tools.find(tool);
  const auto scope = policy.agents.find(agent);
  if (info == policy.tools.end() || scope == policy.agents.end()) return false;
  if (denying(scope->second, tool)) return false;
  for (const auto& group : usable_groups(policy, caller, agent)) {
    const auto grants = policy.groups.find(group);
    if (grants == policy.groups.end()) continue;
    for (const auto& grant : grants->second)
      if (grant.tool == tool && flow_could_pass(info->second, grant, taint)) return true;
  }
  return false;
}

std::string digest(const Policy& policy) {
  return base::hex(crypto::view(crypto::sha256(json::canonical(to_json(policy)))));
}

}  // namespace openclaw::policy
