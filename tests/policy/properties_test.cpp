// SPDX-License-Identifier: MIT
#include <functional>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "policy/engine.h"
#include "policy/generator.h"

/// What must be true of the engine whatever the oracle says.
namespace openclaw::test {
namespace {

using policy::Effect;
using policy::Grant;
using policy::Policy;
using policy::Request;
using policy::Verdict;
using policy::WhenTainted;

constexpr std::size_t cases = 25'000;
constexpr std::size_t requests_per_policy = 20;

Verdict verdict_of(const Policy& policy, const Request& r) {
  return policy::decide(policy, r).verdict;
}

bool is_visible(const Policy& policy, const Request& r) {
  return policy::visible(policy, r.caller, r.agent, r.tool, r.taint);
}

/// Calls the property for random pairs until one does not hold; the property says whether the case
/// tested anything (that it did often enough is checked too).
void for_cases(std::uint64_t salt,
               const std::function<bool(Generator&, const Policy&, const Request&)>& property) {
  const std::uint64_t seed = base_seed() + (salt << 32);
  std::size_t counted = 0;
  for (std::uint64_t round = 0; counted < cases && round < cases; ++round) {
    Generator random(seed + round);
    const Policy policy = random.policy();
    for (std::size_t i = 0; i < requests_per_policy; ++i) {
      const Request request = random.request(policy);
      if (property(random, policy, request)) ++counted;
      if (testing::Test::HasFailure()) {
        ADD_FAILURE() << "seed " << seed + round << ", request " << i << '\n'
                      << describe(policy, request);
        return;
      }
    }
  }
  EXPECT_GE(counted, cases) << "too few cases test anything";
}

/// A grant of the tool asks and stops fitting, and another one does not ask: the verdict then goes
/// from confirm to allow. Nothing but a change that takes such a grant away may do that.
void expect_not_wider(Verdict before, Verdict after, bool asking_grant_lost) {
  const bool allowed = asking_grant_lost && before == Verdict::confirm && after == Verdict::allow;
  EXPECT_TRUE(after <= before || allowed)
      << "from " << static_cast<int>(before) << " to " << static_cast<int>(after);
}

TEST(PolicyProperties, OrderDoesNotMatter) {
  for_cases(1, [](Generator& random, const Policy& policy, const Request& request) {
    Policy shuffled = policy;
    for (auto& [name, grants] : shuffled.groups) {
      random.shuffle(grants);
      for (Grant& grant : grants)
        for (auto& [argument, c] : grant.args) {
          random.shuffle(c.one_of);
          random.shuffle(c.origin);
          random.shuffle(c.under);
        }
    }
    for (auto& [name, rules] : shuffled.places) random.shuffle(rules);
    for (auto& [name, scope] : shuffled.agents) random.shuffle(scope.deny);
    for (auto& [name, tool] : shuffled.tools) random.shuffle(tool.destinations);
    Request reordered = request;
    if (request.args.is_object()) random.shuffle(reordered.args.members_mutable());
    EXPECT_EQ(verdict_of(policy, request), verdict_of(shuffled, reordered));
    EXPECT_EQ(is_visible(policy, request), is_visible(shuffled, request));
    return verdict_of(policy, request) != Verdict::deny;
  });
}

TEST(PolicyProperties, AddingADenyNeverWidens) {
  for_cases(2, [](Generator& random, const Policy& policy, const Request& request) {
    if (policy.agents.empty()) return false;
    Policy narrower = policy;
    const std::string agent =
        policy.agents.contains(request.agent) ? request.agent : random.pick(policy.agents).first;
    const std::string pattern = random.deny_pattern(request.tool);
    std::vector<std::string>& deny = narrower.agents[agent].deny;
    deny.insert(deny.begin() + static_cast<std::ptrdiff_t>(random.below(deny.size() + 1)), pattern);
    expect_not_wider(verdict_of(policy, request), verdict_of(narrower, request), false);
    EXPECT_LE(is_visible(narrower, request), is_visible(policy, request));
    if (agent == request.agent && (pattern == request.tool || pattern == request.tool + '*')) {
      EXPECT_EQ(verdict_of(narrower, request), Verdict::deny);
      EXPECT_FALSE(is_visible(narrower, request));
    }
    return verdict_of(policy, request) != Verdict::deny;
  });
}

/// Whether a grant of the group makes the verdict "confirm" where it fits.
bool asks(const Policy& policy, const std::string& group, const Request& request) {
  const auto grants = policy.groups.find(group);
  const auto tool = policy.tools.find(request.tool);
  if (grants == policy.groups.end() || tool == policy.tools.end()) return false;
  const bool tainted = request.taint.untrusted && tool->second.effect != Effect::none;
  return std::ranges::any_of(grants->second, [&](const Grant& grant) {
    return grant.tool == request.tool &&
           (grant.confirm || (tainted && grant.when_tainted == WhenTainted::confirm));
  });
}

TEST(PolicyProperties, RemovingAGroupNeverWidens) {
  for_cases(3, [](Generator& random, const Policy& policy, const Request& request) {
    if (policy.groups.empty()) return false;
    const std::string group = random.pick(policy.groups).first;
    Policy narrower = policy;
    for (policy::AllowRule& rule : narrower.places[request.caller.place]) {
      if (rule.all_groups)
        for (const auto& [name, scope] : policy.agents)
          rule.groups.insert(scope.groups.begin(), scope.groups.end());
      rule.all_groups = false;
      rule.groups.erase(group);
    }
    for (auto& [name, job] : narrower.jobs) job.groups.erase(group);
    const Verdict before = verdict_of(policy, request);
    expect_not_wider(before, verdict_of(narrower, request), asks(policy, group, request));
    EXPECT_LE(is_visible(narrower, request), is_visible(policy, request));
    Policy without = policy;
    without.agents[request.agent].groups.erase(group);
    expect_not_wider(before, verdict_of(without, request), asks(policy, group, request));
    EXPECT_EQ(verdict_of(without, request), verdict_of(narrower, request));
    return before != Verdict::deny;
  });
}

TEST(PolicyProperties, AddingTaintNeverWidens) {
  for_cases(4, [](Generator& random, const Policy& policy, const Request& request) {
    Request tainted = request;
    tainted.taint = request.taint | random.labels();
    expect_not_wider(verdict_of(policy, request), verdict_of(policy, tainted), false);
    EXPECT_LE(is_visible(policy, tainted), is_visible(policy, request));
    return tainted.taint != request.taint && verdict_of(policy, request) != Verdict::deny;
  });
}

TEST(PolicyProperties, ExecutableIsVisible) {
  for_cases(5, [](Generator&, const Policy& policy, const Request& request) {
    const bool executable = verdict_of(policy, request) != Verdict::deny;
    EXPECT_LE(executable, is_visible(policy, request));
    return executable;
  });
}

TEST(PolicyProperties, UnknownIsDenied) {
  for_cases(6, [](Generator& random, const Policy& policy, const Request& request) {
    const auto expect_denied = [](const Policy& p, const Request& r) {
      EXPECT_EQ(verdict_of(p, r), Verdict::deny);
      EXPECT_FALSE(is_visible(p, r));
    };
    const bool was_good = verdict_of(policy, request) != Verdict::deny;
    Request changed = request;
    policy::Caller& caller = changed.caller;
    const bool is_job = !caller.job.empty();
    if (is_job && !(caller.place.empty() && caller.person.empty())) return false;
    const std::size_t sort = random.below(is_job ? 3 : 4);
    std::string* const name = sort == 0   ? &changed.tool
                              : sort == 1 ? &changed.agent
                              : is_job    ? &caller.job
                              : sort == 2 ? &caller.place
                                          : &caller.person;
    const auto known = [&](const std::string& text) {
      bool named = false;
      for (const auto& [place, rules] : policy.places)
        for (const policy::AllowRule& rule : rules) named |= rule.who.contains(text);
      return sort == 0   ? policy.tools.contains(text)
             : sort == 1 ? policy.agents.contains(text)
             : is_job    ? policy.jobs.contains(text)
             : sort == 2 ? policy.places.contains(text)
                         : named;
    };
    *name = random.one_edit(*name);
    while (known(*name)) *name += 'x';
    expect_denied(policy, changed);
    name->clear();
    expect_denied(policy, changed);

    Policy smaller = policy;  // the same request of a policy that does not know the name
    if (sort == 0) smaller.tools.erase(request.tool);
    if (sort == 1) smaller.agents.erase(request.agent);
    if (sort >= 2 && is_job) smaller.jobs.erase(caller.job = request.caller.job);
    if (sort == 2 && !is_job) smaller.places.erase(request.caller.place);
    if (sort == 3)
      for (auto& [place, rules] : smaller.places)
        for (policy::AllowRule& rule : rules) rule.who.erase(request.caller.person);
    expect_denied(smaller, request);
    return was_good;
  });
}

TEST(PolicyProperties, ArgumentsMustBeAnObject) {
  for_cases(7, [](Generator& random, const Policy& policy, const Request& request) {
    Request changed = request;
    changed.args = random.pick(std::vector<json::Value>{
        nullptr, true, 1, "", "{}", json::Value::array(), json::Value::array({request.args})});
    EXPECT_EQ(verdict_of(policy, changed), Verdict::deny);
    return verdict_of(policy, request) != Verdict::deny;
  });
}

// Asked of by itself before a message is routed, where no tool is named yet.
TEST(PolicyProperties, ReachNeedsPersonAndAgentInOneRule) {
  for_cases(8, [](Generator&, const Policy& policy, const Request& request) {
    const policy::Caller& caller = request.caller;
    if (!caller.job.empty()) return false;
    bool expected = false;
    if (const auto place = policy.places.find(caller.place); place != policy.places.end())
      for (const policy::AllowRule& rule : place->second)
        if (rule.who.count(caller.person) == 1 && rule.agents.count(request.agent) == 1)
          expected = policy.agents.count(request.agent) == 1;
    EXPECT_EQ(policy::may_reach(policy, caller, request.agent), expected);
    return expected;
  });
}

}  // namespace
}  // namespace openclaw::test
