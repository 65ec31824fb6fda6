// SPDX-License-Identifier: MIT
#include "policy/generator.h"

#include <cstdlib>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

namespace openclaw::test {
namespace {

using json::Value;
using policy::Grant;
using policy::Policy;
using policy::Request;

using Names = std::set<std::string>;

const Names tools = {"file.read", "file.reads", "file.write", "http.get", "mail.send", "Mail.send"};
const Names agents = {"ops", "Ops", "home", "*"};
const Names groups = {"feeds", "feed", "notes", "tasks"};
const Names places = {"kitchen", "office", "offices"};
const Names people = {"anna", "ann", "bert", "*"};
const Names jobs = {"backup", "digest", "digests"};
const Names argument_names = {"url", "path", "to", "body", "count", "data"};
}  // namespace

std::uint64_t base_seed() {
  const char* const given = std::getenv("OPENCLAW_POLICY_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20260917;
}

std::size_t case_count(std::size_t otherwise) {
  const char* const given = std::getenv("OPENCLAW_POLICY_CASES");
  return given ? static_cast<std::size_t>(std::strtoull(given, nullptr, 10)) : otherwise;
}

std::string Generator::argument_name() { return pick(argument_names); }

std::string Generator::one_edit(std::string name) {
  if (name.empty()) return "x";
  const std::size_t at = below(name.size());
  switch (below(6)) {
    case 0: name.erase(at, 1); break;
    case 1: name.insert(at, 1, name[at]); break;
    case 2: name[at] = static_cast<char>(name[at] ^ 1); break;
    case 3: name[at] = static_cast<char>(name[at] ^ 0x20); break;  // letters: the other case
    case 4: name.push_back(pick(std::string_view(" s2*.\0", 6))); break;
    default: name.insert(0, 1, pick(std::string_view(" x."))); break;
  }
  return name;
}

std::string Generator::deny_pattern(const std::string& tool) {
  const std::string head = tool.substr(0, below(tool.size() + 1));
  switch (below(6)) {
    case 0: return tool;
    case 1: return tool + '*';
    case 2: return head + '*';
    case 3: return head;                            // a beginning without '*' is a whole name
    case 4: return '*' + tool.substr(head.size());  // '*' counts at the end only
    default: return one_edit(tool);
  }
}

// ---- policies
// ------------------------------------------------------------------------------------

policy::ToolInfo Generator::tool(const std::string& name) {
  policy::ToolInfo info;
  info.name = name;
  info.effect =
      pick(std::vector{policy::Effect::none, policy::Effect::write, policy::Effect::send});
  info.out = labels();
  const Names chosen = some(argument_names, 40);
  info.arguments.assign(chosen.begin(), chosen.end());
  info.destinations = some(info.arguments, 40);
  return info;
}

Grant Generator::grant(const Policy& policy) {
  Grant result;
  result.tool = percent(97) ? pick(policy.tools).first : pick(tools);
  result.other_args = percent(30);
  result.confirm = percent(20);
  result.when_tainted = pick(std::vector{policy::WhenTainted::refuse, policy::WhenTainted::confirm,
                                         policy::WhenTainted::allow});
  const auto known = policy.tools.find(result.tool);
  if (known != policy.tools.end())
    for (const std::string& name : known->second.arguments)
      if (percent(80)) result.args[name] = constraint(name);
  if (percent(3)) result.args[argument_name()] = {};
  return result;
}

policy::AllowRule Generator::allow_rule() {
  policy::AllowRule rule;
  rule.who = some(people, 50);
  rule.agents = some(agents, 50);
  rule.all_groups = percent(25);
  rule.groups = some(groups, percent(80) ? 60 : 0);
  return rule;
}

Policy Generator::policy() {
  Policy result;
  while (result.tools.empty())
    for (const std::string& name : some(tools, 50)) result.tools[name] = tool(name);
  for (const std::string& group : some(groups, 85))
    for (std::size_t n = below(5); n > 0; --n) result.groups[group].push_back(grant(result));
  for (const std::string& agent : some(agents, 70)) {
    policy::AgentScope& scope = result.agents[agent];
    scope.groups = some(groups, 70);
    for (std::size_t n = percent(30) ? 1 + below(2) : 0; n > 0; --n)
      scope.deny.push_back(percent(5) ? "" : deny_pattern(pick(tools)));
  }
  for (const std::string& place : some(places, 70))
    for (std::size_t n = below(4); n > 0; --n) result.places[place].push_back(allow_rule());
  for (const std::string& job : some(jobs, 60)) result.jobs[job] = {pick(agents), some(groups, 70)};
  return result;
}

// ---- requests
// ------------------------------------------------------------------------------------

/// Goes from a caller to a grant within reach; nothing when the way ends before there is one.
std::optional<Grant> Generator::walk(const Policy& policy, Request& request) {
  const bool as_job = percent(25);
  Names usable;
  request.caller.place = as_job ? "" : pick(places);
  request.caller.person = as_job ? "" : pick(people);
  request.caller.job = as_job ? pick(jobs) : "";
  request.agent = pick(agents);
  request.tool = pick(tools);
  if (as_job && !policy.jobs.empty()) {
    const auto& [name, scope] = pick(policy.jobs);
    request.caller.job = name;
    request.agent = scope.agent;
    usable = scope.groups;
  }
  if (!as_job && !policy.places.empty()) {
    const auto& [name, rules] = pick(policy.places);
    const policy::AllowRule& rule = pick(rules);
    request.caller.place = name;
    if (!rule.who.empty()) request.caller.person = pick(rule.who);
    if (!rule.agents.empty()) request.agent = pick(rule.agents);
    usable = rule.all_groups ? groups : rule.groups;
  }
  const auto agent = policy.agents.find(request.agent);
  Names reached;
  for (const std::string& group : usable)
    if (percent(5) || (agent != policy.agents.end() && agent->second.groups.contains(group)))
      reached.insert(group);
  if (reached.empty()) return std::nullopt;
  const auto group = policy.groups.find(pick(reached));
  if (group == policy.groups.end()) return std::nullopt;
  const Grant result = pick(group->second);
  request.tool = result.tool;
  return result;
}

Value Generator::arguments(const Policy& policy, const Grant& grant) {
  const bool careful = percent(60);  // everything fits
  json::Object members;
  for (const auto& [name, c] : grant.args)
    if (percent(c.empty() ? 60 : careful ? 100 : 92))
      members.emplace_back(name, careful || percent(70) ? fitting(c) : near_miss(c));
  const auto tool = policy.tools.find(grant.tool);
  if (tool != policy.tools.end())
    for (const std::string& name : tool->second.arguments)
      if (!grant.args.contains(name) && percent(grant.other_args ? 50 : careful ? 0 : 15))
        members.emplace_back(name, anything());
  shuffle(members);
  return members;
}

void Generator::disturb_names(Request& request) {
  policy::Caller& caller = request.caller;
  std::string* const names[] = {&caller.place, &caller.person, &caller.job, &request.agent,
                                &request.tool};
  const Names* const known[] = {&places, &people, &jobs, &agents, &tools};
  const std::size_t which = below(5);
  std::string& name = *names[which];
  switch (below(4)) {
    case 0: name = one_edit(name); break;
    case 1: name.clear(); break;
    default: name = pick(*known[which]); break;  // may make a caller that is both
  }
}

void Generator::disturb_arguments(Request& request) {
  switch (below(6)) {
    case 0: request.args = anything(); break;  // mostly no object
    case 1: request.args = Value::array({request.args}); break;
    case 2: request.args.set(one_edit(argument_name()), anything()); break;
    case 3: request.args.erase(argument_name()); break;
    case 4: request.args.set(argument_name(), anything()); break;
    default:  // a name that stands twice
      request.args.members_mutable().emplace_back(argument_name(), anything());
      if (percent(50)) shuffle(request.args.members_mutable());
      break;
  }
}

Request Generator::request(const Policy& policy) {
  Request result;
  std::optional<Grant> goal;
  for (int tries = 0; tries < 4 && !goal; ++tries) goal = walk(policy, result);
  result.args = arguments(policy, goal ? *goal : grant(policy));
  result.taint = labels();
  if (percent(8)) disturb_names(result);
  if (percent(8)) disturb_arguments(result);
  return result;
}

// ---- for people
// ----------------------------------------------------------------------------------

namespace {

Value list(const auto& strings) {
  Value result = Value::array();
  for (const std::string& s : strings) result.push(s);
  return result;
}

Value show(const policy::Constraint& c) {
  Value result = Value::object();
  if (c.eq) result.set("eq", *c.eq);
  if (!c.one_of.empty()) result.set("one_of", json::Array(c.one_of));
  if (!c.origin.empty()) result.set("origin", list(c.origin));
  if (!c.under.empty()) result.set("under", list(c.under));
  if (c.maxlen) result.set("maxlen", *c.maxlen);
  if (c.min) result.set("min", *c.min);
  if (c.max) result.set("max", *c.max);
  return result;
}

Value show(const Grant& grant) {
  Value args = Value::object();
  for (const auto& [name, c] : grant.args) args.set(name, show(c));
  constexpr const char* words[] = {"refuse", "confirm", "allow"};
  return Value::object({{"args", args},
                        {"other_args", grant.other_args},
                        {"confirm", grant.confirm},
                        {"when_tainted", words[static_cast<std::size_t>(grant.when_tainted)]}});
}

}  // namespace

/// Of the policy only what is named like something in the request.
std::string describe(const Policy& policy, const Request& request) {
  const policy::Caller& who = request.caller;
  Value shown = Value::object({{"place", who.place},
                               {"person", who.person},
                               {"job", who.job},
                               {"agent", request.agent},
                               {"tool", request.tool},
                               {"untrusted", request.taint.untrusted},
                               {"private", request.taint.private_text},
                               {"given", request.args}});
  const auto tool = policy.tools.find(request.tool);
  if (tool != policy.tools.end()) {
    shown.set("tool has an effect", tool->second.effect != policy::Effect::none);
    shown.set("destinations", list(tool->second.destinations));
  }
  const auto agent = policy.agents.find(request.agent);
  if (agent != policy.agents.end()) {
    shown.set("agent groups", list(agent->second.groups));
    shown.set("agent deny", list(agent->second.deny));
  }
  const auto place = policy.places.find(who.place);
  if (place != policy.places.end())
    for (const policy::AllowRule& rule : place->second)
      shown.member("rules").push(Value::object({{"who", list(rule.who)},
                                                {"agents", list(rule.agents)},
                                                {"all_groups", rule.all_groups},
                                                {"groups", list(rule.groups)}}));
  const auto job = policy.jobs.find(who.job);
  if (job != policy.jobs.end()) {
    shown.set("job agent", job->second.agent);
    shown.set("job groups", list(job->second.groups));
  }
  for (const auto& [name, grants] : policy.groups)
    for (const Grant& grant : grants)
      if (grant.tool == request.tool) shown.member("grants").member(name).push(show(grant));
  return json::dump_pretty(shown);
}

}  // namespace openclaw::test
