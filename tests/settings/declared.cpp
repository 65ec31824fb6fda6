// SPDX-License-Identifier: MIT
#include "settings/declared.h"

#include <algorithm>

namespace openclaw::test {
namespace {

using json::Value;

std::set<std::string> words(const Value& list) {
  std::set<std::string> out;
  std::for_each(list.items().begin(), list.items().end(), [&](const Value& v) {
    if (v.is_string()) out.emplace(v.as_string());
  });
  return out;
}

std::vector<std::string> ordered(const Value& list) {
  const auto set = words(list);
  return {set.begin(), set.end()};
}

std::optional<std::int64_t> whole(const Value& v) {
  return v.is_int() ? std::optional(v.as_int()) : std::nullopt;
}

policy::Constraint constraint(const Value& v) {
  policy::Constraint c{.eq = v.contains("eq") ? std::optional(v["eq"]) : std::nullopt,
                       .one_of = v["oneof"].items(),
                       .origin = ordered(v["origin"]),
                       .private_address = v["private_address"].as_bool(),
                       .under = ordered(v["under"]),
                       .maxlen = whole(v["maxlen"]),
                       .min = whole(v["min"]),
                       .max = whole(v["max"])};
  // A part that is there but says nothing readable must not vanish: then nothing may match.
  const bool lost =
      (v.contains("oneof") && c.one_of.empty()) || (v.contains("origin") && c.origin.empty()) ||
      (v.contains("under") && c.under.empty()) || (v.contains("maxlen") && !c.maxlen) ||
      (v.contains("min") && !c.min) || (v.contains("max") && !c.max) || !v.is_object();
  if (lost) c.maxlen = -1;
  return c;
}

std::optional<policy::Grant> grant(const Value& v) {
  if (!v["tool"].is_string()) return std::nullopt;
  policy::Grant g;
  g.tool = v["tool"].as_string();
  for (const auto& [name, inner] : v["args"].members()) g.args[name] = constraint(inner);
  g.other_args = v["other_args"].as_bool();
  g.confirm = v["confirm"].as_bool();
  const std::string& taint = v["when_tainted"].as_string();
  if (taint == "allow") g.when_tainted = policy::WhenTainted::allow;
  if (taint == "confirm") g.when_tainted = policy::WhenTainted::confirm;
  return g;
}

}  // namespace

policy::Policy declared(const Value& root, const std::map<std::string, policy::ToolInfo>& tools) {
  policy::Policy p;
  p.tools = tools;
  for (const auto& [name, list] : root["groups"].members())
    for (const auto& entry : list.items())
      if (const auto g = grant(entry)) p.groups[name].push_back(*g);
  for (const auto& [name, agent] : root["agents"].members())
    p.agents[name] = {words(agent["groups"]), ordered(agent["deny"])};
  for (const auto& [name, place] : root["places"].members())
    for (const auto& rule : place["allow"].items())
      p.places[name].push_back({words(rule["who"]), words(rule["agents"]),
                                rule["groups"].as_string() == "all", words(rule["groups"])});
  for (const auto& [name, job] : root["jobs"].members())
    if (job["agent"].is_string()) p.jobs[name] = {job["agent"].as_string(), words(job["groups"])};
  return p;
}

}  // namespace openclaw::test
