// SPDX-License-Identifier: MIT
#include "policy/describe.h"

namespace openclaw::policy {
namespace {

template <typename Set>
json::Value list(const Set& set) {
  auto out = json::Value::array();
  for (const auto& one : set) out.push(json::Value(one));
  return out;
}

json::Value to_json(const Constraint& c) {
  auto out = json::Value::object();
  if (c.eq) out.set("eq", *c.eq);
  if (!c.one_of.empty()) out.set("oneof", list(c.one_of));
  if (!c.origin.empty()) out.set("origin", list(c.origin));
  if (c.private_address) out.set("private_address", true);
  if (!c.under.empty()) out.set("under", list(c.under));
  if (c.maxlen) out.set("maxlen", *c.maxlen);
  if (c.min) out.set("min", *c.min);
  if (c.max) out.set("max", *c.max);
  return out;
}

json::Value to_json(const ToolInfo& tool) {
  return json::Value::object({{"effect", name_of(tool.effect)},
                              {"untrusted", tool.out.untrusted},
                              {"private", tool.out.private_text},
                              {"destinations", list(tool.destinations)}});
}

json::Value to_json(const AllowRule& rule) {
  return json::Value::object(
      {{"who", list(rule.who)},
       {"agents", list(rule.agents)},
       {"groups", rule.all_groups ? json::Value("all") : list(rule.groups)}});
}

}  // namespace

json::Value to_json(const Grant& grant) {
  auto args = json::Value::object();
  for (const auto& [name, constraint] : grant.args) args.set(name, to_json(constraint));
  auto out = json::Value::object({{"tool", grant.tool}, {"args", args}});
  if (grant.other_args) out.set("other_args", true);
  if (grant.confirm) out.set("confirm", true);
  if (grant.when_tainted == WhenTainted::confirm) out.set("when_tainted", "confirm");
  if (grant.when_tainted == WhenTainted::allow) out.set("when_tainted", "allow");
  return out;
}

json::Value to_json(const Policy& policy) {
  auto tools = json::Value::object();
  for (const auto& [name, tool] : policy.tools) tools.set(name, to_json(tool));
  auto groups = json::Value::object();
  for (const auto& [name, grants] : policy.groups) {
    auto out = json::Value::array();
    for (const auto& grant : grants) out.push(to_json(grant));
    groups.set(name, out);
  }
  auto agents = json::Value::object();
  for (const auto& [name, agent] : policy.agents)
    agents.set(name,
               json::Value::object({{"groups", list(agent.groups)}, {"deny", list(agent.deny)}}));
  auto places = json::Value::object();
  for (const auto& [name, rules] : policy.places) {
    auto out = json::Value::array();
    for (const auto& rule : rules) out.push(to_json(rule));
    places.set(name, out);
  }
  auto jobs = json::Value::object();
  for (const auto& [name, job] : policy.jobs)
    jobs.set(name, json::Value::object({{"agent", job.agent}, {"groups", list(job.groups)}}));
  return json::Value::object({{"tools", tools},
                              {"groups", groups},
                              {"agents", agents},
                              {"places", places},
                              {"jobs", jobs}});
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::deny: return "deny";
    case Verdict::confirm: return "confirm";
    case Verdict::allow: return "allow";
  }
  return "deny";
}

std::string_view name_of(Effect effect) {
  switch (effect) {
    case Effect::none: return "none";
    case Effect::write: return "write";
    case Effect::send: return "send";
  }
  return "send";
}

std::string describe(const Caller& caller) {
  return caller.job.empty() ? caller.place + "/" + caller.person : "job " + caller.job;
}

}  // namespace openclaw::policy
