// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "policy/engine.h"
#include "settings/declared.h"
#include "settings/mutator.h"
#include "settings/sample.h"
#include "support/tier.h"

/// No mutated configuration that loads grants more than its JSON spells.
namespace openclaw::test {
namespace {

using json::Value;
using Names = std::set<std::string>;

std::vector<Value> arguments() {
  std::vector<Value> out;
  for (const char* text :
       {R"({})", R"({"url":"https://status.lan/x"})", R"({"url":"https://evil.example/"})",
        R"({"url":"https://status.lan/x?q=1"})", R"({"path":"/srv/src/a"})",
        R"({"path":"/etc/shadow"})", R"({"path":"/srv/src/../x"})",
        R"({"project":"HOME","id":"1","body":"x"})", R"({"project":"WORK","id":"1","body":"x"})",
        R"({"project":"HOME","id":"1","body":"x","more":1})",
        R"({"project":["HOME"],"id":"1","body":"x"})", R"({"x":1})",
        R"({"path":"/srv/src/a","x":1})", R"({"url":1})", R"({"path":null})"})
    out.push_back(json::parse(text));
  out.push_back(
      Value::object({{"project", "HOME"}, {"id", "1"}, {"body", std::string(2001, 'x')}}));
  return out;
}

/// The tools of this version and, by their names alone, those of the sample that come later.
std::map<std::string, policy::ToolInfo> tools_of(const policy::Policy& p) {
  auto tools = p.tools;
  for (const char* name : {"feeds_list", "tasks_list"})
    tools.emplace(name, policy::ToolInfo{name, policy::Effect::none, {true, true}, {}, {}});
  tools.emplace("tasks_comment", policy::ToolInfo{"tasks_comment",
                                                  policy::Effect::send,
                                                  {true, true},
                                                  {"project", "id", "body"},
                                                  {"project", "id"}});
  return tools;
}

template <typename Map>
void add_keys(const Map& map, Names& to) {
  for (const auto& entry : map) to.insert(entry.first);
}

std::vector<policy::Caller> callers(const policy::Policy& a, const policy::Policy& b) {
  Names places, people{"me", "eva", "all", ""}, jobs;
  for (const auto* p : {&a, &b}) {
    add_keys(p->places, places);
    add_keys(p->jobs, jobs);
    for (const auto& [place, rules] : p->places)
      for (const auto& rule : rules) people.insert(rule.who.begin(), rule.who.end());
  }
  std::vector<policy::Caller> out;
  for (const auto& place : places)
    for (const auto& person : people) out.push_back({place, person, {}});
  for (const auto& job : jobs) out.push_back({{}, {}, job});
  return out;
}

/// The first request that the loaded policy grants and the JSON does not, or nothing.
std::string wider(const policy::Policy& loaded, const policy::Policy& spelt, std::size_t& granted) {
  static const std::vector<Value> all_arguments = arguments();
  Names agents, tools;
  add_keys(loaded.agents, agents);
  add_keys(spelt.agents, agents);
  add_keys(spelt.tools, tools);
  for (const auto& caller : callers(loaded, spelt))
    for (const auto& agent : agents) {
      if (!policy::may_reach(loaded, caller, agent)) continue;
      if (!policy::may_reach(spelt, caller, agent))
        return caller.place + caller.job + " reaches " + agent;
      for (const auto& tool : tools)
        for (const auto& args : all_arguments)
          for (const auto taint :
               {policy::Labels{}, policy::Labels{true, false}, policy::Labels{true, true}}) {
            const policy::Request request{caller, agent, tool, args, taint};
            const auto mine = policy::decide(loaded, request);
            granted += mine.verdict != policy::Verdict::deny ? 1U : 0U;
            if (mine.verdict == policy::Verdict::deny) continue;
            const auto theirs = policy::decide(spelt, request);
            if (mine.verdict > theirs.verdict || (mine.private_address && !theirs.private_address))
              return caller.place + "/" + caller.person + caller.job + " " + agent + " " + tool +
                     " " + json::dump(args);
          }
    }
  return {};
}

bool loads(const settings::Report& report) {
  for (const auto& p : report.problems)
    if (!own_problems().contains(p.pointer)) return false;
  return true;
}

TEST(SettingsMutated, NoneGrantsMoreThanItSpells) {
  const Sample sample;
  const json::ParseOptions options{.comments = true};
  const Value root = json::parse(sample.text(), options);
  Mutator mutator(seed());
  const int all = times(500, 20000);
  int loaded = 0;
  std::size_t granted = 0;
  for (int i = 0; i < all; ++i) {
    const std::string text = mutator.mutate(root);
    settings::Report report;
    auto s = sample.load(text, report);
    if (!loads(report)) continue;
    ++loaded;
    s.policy.tools = tools_of(s.policy);
    const auto spelt = declared(json::parse(text, options), s.policy.tools);
    ASSERT_EQ(wider(s.policy, spelt, granted), "") << text;
  }
  std::cout << all << " mutated, " << loaded << " loaded, " << granted << " requests granted"
            << std::endl;
  EXPECT_GE(loaded, all / 2);
  EXPECT_GT(granted, static_cast<std::size_t>(loaded));
}

TEST(SettingsMutated, TheComparisonWouldSeeAWiderGrant) {
  const Sample sample;
  settings::Report report;
  auto s = sample.load(sample.text(), report);
  s.policy.tools = tools_of(s.policy);
  const auto spelt = declared(json::parse(sample.text(), {.comments = true}), s.policy.tools);
  std::size_t granted = 0;
  ASSERT_EQ(wider(s.policy, spelt, granted), "");
  const auto seen = [&](const auto& widen) {
    policy::Policy p = s.policy;
    widen(p);
    return wider(p, spelt, granted) != "";
  };
  EXPECT_TRUE(seen([](auto& p) { p.groups["repo"][0].other_args = true; }));
  EXPECT_TRUE(seen([](auto& p) { p.groups["repo"][0].args.at("path").under.push_back("/etc"); }));
  EXPECT_TRUE(
      seen([](auto& p) { p.groups["tasks"][1].when_tainted = policy::WhenTainted::allow; }));
  EXPECT_TRUE(seen([](auto& p) {
    p.groups["tasks"][1].args.erase("body");
    p.groups["tasks"][1].other_args = true;
  }));
  EXPECT_TRUE(seen([](auto& p) { p.places["phone"][0].who.insert("eva"); }));
  EXPECT_TRUE(seen([](auto& p) { p.places["home"][0].agents.insert("ops"); }));
  EXPECT_TRUE(seen([](auto& p) { p.places["phone"][0].all_groups = true; }));
  EXPECT_TRUE(seen([](auto& p) { p.jobs["morning-briefing"].groups.insert("status"); }));
  EXPECT_TRUE(seen([](auto& p) { p.agents["coder"].groups.insert("status"); }));
}

}  // namespace
}  // namespace openclaw::test
