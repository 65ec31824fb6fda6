// SPDX-License-Identifier: MIT
#include <iostream>
#include <map>

#include <gtest/gtest.h>

#include "policy/engine.h"
#include "policy/generator.h"
#include "policy/oracle.h"

namespace openclaw::test {
namespace {

using policy::Constraint;
using policy::Effect;
using policy::Verdict;
using policy::WhenTainted;

std::string word(Verdict v) {
  return v == Verdict::deny ? "deny" : v == Verdict::confirm ? "confirm" : "allow";
}

constexpr std::size_t requests_per_policy = 200;
constexpr int enough_failures = 5;

TEST(PolicyDifferential, EngineAndOracleAgree) {
  const std::size_t cases = case_count(1'000'000);
  const std::uint64_t seed = base_seed();
  std::map<std::string, std::size_t> histogram;
  policy::Policy policy;
  Generator random(seed);
  int failures = 0;
  for (std::size_t i = 0; i < cases && failures < enough_failures; ++i) {
    const std::uint64_t round = seed + i / requests_per_policy;
    if (i % requests_per_policy == 0) {
      random = Generator(round);
      policy = random.policy();
    }
    const policy::Request r = random.request(policy);
    const Verdict expected = oracle(policy, r);
    const Verdict verdict = policy::decide(policy, r).verdict;
    const bool shown = oracle_visible(policy, r.caller, r.agent, r.tool, r.taint);
    const bool visible = policy::visible(policy, r.caller, r.agent, r.tool, r.taint);
    ++histogram[word(expected)];
    ++histogram[shown ? "visible" : "hidden"];
    if (verdict == expected && visible == shown) continue;
    ++failures;
    ADD_FAILURE() << "case " << i << " (OPENCLAW_POLICY_SEED=" << round << ", request "
                  << i % requests_per_policy << ")\nengine " << word(verdict)
                  << (visible ? ", visible" : ", hidden") << "; oracle " << word(expected)
                  << (shown ? ", visible" : ", hidden") << '\n'
                  << describe(policy, r);
  }
  std::cout << "seed " << seed << ", " << cases << " cases:";
  for (const auto& [name, count] : histogram) std::cout << ' ' << name << ' ' << count;
  std::cout << std::endl;
  if (failures > 0 || cases < 10'000) return;  // too few to judge the mixture
  for (const char* name : {"allow", "confirm", "deny", "visible", "hidden"})
    EXPECT_GE(histogram[name] * 20, cases) << name << " is hardly tested";
}

// ---- written examples, so that both cannot be wrong in the same way
// ------------------------------

/// One tool "t" with the destination "a", one agent, one person in one place, and one grant.
policy::Policy small(const Constraint& c, Effect effect = Effect::none,
                     WhenTainted when = WhenTainted::refuse) {
  policy::Policy result;
  result.tools["t"] = {"t", effect, {}, {"a"}, {"a"}};
  policy::Grant grant;
  grant.tool = "t";
  grant.args["a"] = c;
  grant.when_tainted = when;
  result.groups["g"] = {grant};
  result.agents["ops"].groups = {"g"};
  result.places["kitchen"] = {{{"anna"}, {"ops"}, false, {"g"}}};
  return result;
}

policy::Request with(json::Value value, policy::Labels taint = {}) {
  return {
      {"kitchen", "anna", ""}, "ops", "t", json::Value::object({{"a", std::move(value)}}), taint};
}

void expect(const policy::Policy& policy, const policy::Request& request, Verdict verdict) {
  EXPECT_EQ(word(oracle(policy, request)), word(verdict)) << "oracle\n"
                                                          << describe(policy, request);
  EXPECT_EQ(word(policy::decide(policy, request).verdict), word(verdict))
      << "engine\n"
      << describe(policy, request);
}

TEST(PolicyExamples, Origins) {
  Constraint c;
  c.origin = {"https://a.example", "http://[::1]:8080"};
  const policy::Policy policy = small(c);
  for (const char* good : {"https://a.example", "https://a.example/", "HTTPS://A.EXAMPLE:443/x?y#z",
                           "http://[::1]:8080/", "https://a.example#@evil.example",
                           "https://a.example?https://evil.example/"})
    expect(policy, with(good), Verdict::allow);
  for (const char* bad : {"",
                          "a.example",
                          "//a.example/",
                          "http://a.example/",
                          "https://a.example:8443/",
                          "https://a.example@evil.example/",
                          "https://evil@a.example/",
                          "https://a.example.evil.example/",
                          "https://evil.example/https://a.example/",
                          "https://evil.example?https://a.example/",
                          "https://a.example\\@evil.example/",
                          "https:\\\\a.example",
                          " https://a.example/",
                          "https://a.example/ x",
                          "https://a.example/\n",
                          "https://a.example/%4",
                          "https://a.example:0/",
                          "https://a.example:65536/",
                          "https://a.example./",
                          "ftp://a.example/",
                          "https:a.example",
                          "https:///a.example",
                          "http://::1:8080/",
                          "http://[::1]:80/",
                          "https://\xd0\xb0.example/"})
    expect(policy, with(bad), Verdict::deny);
  expect(policy, with(std::string("https://a.example/\0", 19)), Verdict::deny);
  expect(policy, with(nullptr), Verdict::deny);
}

TEST(PolicyExamples, Paths) {
  Constraint c;
  c.under = {"/srv/src", "/home/a"};
  const policy::Policy policy = small(c);
  for (const char* good : {"/srv/src", "/srv/src/x", "/srv/src/.x/y..z", "/home/a/..."})
    expect(policy, with(good), Verdict::allow);
  for (const char* bad :
       {"", "/", "/srv", "/srv/src2", "/srv/src2/x", "srv/src", "./srv/src", "/srv/src/",
        "/srv//src", "//srv/src", "/srv/src//x", "/srv/src/./x", "/srv/src/..", "/srv/src/../src/x",
        "/srv/./src", "/SRV/src", "/srv/src\\x"})
    expect(policy, with(bad), Verdict::deny);
  expect(policy, with(std::string("/srv/src/x\0y", 12)), Verdict::deny);
  expect(policy, with(7), Verdict::deny);
}

TEST(PolicyExamples, Scalars) {
  Constraint one;
  one.eq = 1;
  expect(small(one), with(1), Verdict::allow);
  for (const json::Value& bad :
       {json::Value(1.0), json::Value("1"), json::Value(true), json::Value(2)})
    expect(small(one), with(bad), Verdict::deny);
  Constraint thing;
  thing.one_of = {json::Value::object({{"a", 1}, {"b", 2}}), nullptr};
  expect(small(thing), with(json::Value::object({{"b", 2}, {"a", 1}})), Verdict::allow);
  expect(small(thing), with(nullptr), Verdict::allow);
  expect(small(thing), with(json::Value::object({{"b", 2}, {"a", 1.0}})), Verdict::deny);
  Constraint list;
  list.eq = json::Value::array({1, 2});
  expect(small(list), with(json::Value::array({1, 2})), Verdict::allow);
  for (const json::Value& bad : {json::Value::array({1, 3}), json::Value::array({2, 1}),
                                 json::Value::array({1}), json::Value::array({1, 2, 2})})
    expect(small(list), with(bad), Verdict::deny);
  Constraint text;
  text.maxlen = 2;
  expect(small(text), with("\xc3\xa9"), Verdict::allow);
  expect(small(text), with("\xc3\xa9x"), Verdict::deny);
  expect(small(text), with(1), Verdict::deny);
  text.maxlen = -1;
  expect(small(text), with(""), Verdict::deny);
  Constraint range;
  range.min = 1;
  range.max = 3;
  for (const int good : {1, 2, 3}) expect(small(range), with(good), Verdict::allow);
  for (const json::Value& bad :
       {json::Value(0), json::Value(4), json::Value(2.0), json::Value("2")})
    expect(small(range), with(bad), Verdict::deny);
}

TEST(PolicyExamples, Flow) {
  constexpr policy::Labels untrusted{true, false};
  constexpr policy::Labels both{true, true};
  constexpr policy::Labels secret{false, true};
  Constraint origin;
  origin.origin = {"https://a.example"};
  Constraint size;
  size.maxlen = 40;
  const char* const plain = "https://a.example/x";
  const char* const query = "https://a.example/x?";
  struct Row {
    Constraint constraint;
    const char* value;
    WhenTainted when;
    Verdict at_secret, at_untrusted, at_both;
  };
  constexpr Verdict allow = Verdict::allow, confirm = Verdict::confirm, deny = Verdict::deny;
  const Row rows[] = {{origin, plain, WhenTainted::refuse, allow, allow, deny},
                      {origin, plain, WhenTainted::confirm, allow, confirm, confirm},
                      {origin, plain, WhenTainted::allow, allow, allow, allow},
                      {origin, query, WhenTainted::refuse, allow, deny, deny},
                      {origin, query, WhenTainted::confirm, allow, confirm, confirm},
                      {origin, query, WhenTainted::allow, allow, deny, deny},
                      {size, plain, WhenTainted::allow, allow, deny, deny}};
  for (const Row& row : rows)
    for (const Effect effect : {Effect::write, Effect::send}) {
      const policy::Policy policy = small(row.constraint, effect, row.when);
      expect(policy, with(row.value), allow);
      expect(policy, with(row.value, secret), row.at_secret);
      expect(policy, with(row.value, untrusted), row.at_untrusted);
      expect(policy, with(row.value, both), row.at_both);
      expect(small(row.constraint, Effect::none, row.when), with(row.value, both), allow);
    }
}

}  // namespace
}  // namespace openclaw::test
