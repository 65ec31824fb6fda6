// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "policy/model.h"

/// Small random policies, and requests that come close to what they grant.
namespace openclaw::test {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}

  policy::Policy policy();
  policy::Request request(const policy::Policy& policy);

  /// One of 0 to n-1.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool percent(unsigned p) { return below(100) < p; }
  template <typename Container>
  const auto& pick(const Container& from) {
    return *std::next(std::begin(from), static_cast<std::ptrdiff_t>(below(std::size(from))));
  }
  template <typename T>
  void shuffle(std::vector<T>& items) {
    std::shuffle(items.begin(), items.end(), engine_);
  }
  policy::Labels labels() { return {percent(50), percent(50)}; }
  /// The name with one letter changed, added, dropped or in the other case.
  std::string one_edit(std::string name);
  /// A pattern of "deny" that hits the tool, or just misses it.
  std::string deny_pattern(const std::string& tool);

 private:
  std::string argument_name();
  json::Value anything();
  policy::ToolInfo tool(const std::string& name);
  policy::Grant grant(const policy::Policy& policy);
  policy::AllowRule allow_rule();
  policy::Constraint constraint(const std::string& argument);
  void constrain(policy::Constraint& c, const std::string& kind);
  json::Value fitting(const policy::Constraint& c);
  json::Value near_miss(const policy::Constraint& c);
  json::Value near(const json::Value& value);
  std::string address(const std::string& origin);
  std::string bad_address(const std::string& origin);
  std::string path(const std::string& root);
  std::string bad_path(const std::string& root);
  json::Value arguments(const policy::Policy& policy, const policy::Grant& grant);
  std::optional<policy::Grant> walk(const policy::Policy& policy, policy::Request& request);
  void disturb_names(policy::Request& request);
  void disturb_arguments(policy::Request& request);
  template <typename Container>
  auto some(const Container& from, unsigned p) {
    Container result;
    for (const auto& item : from)
      if (percent(p)) result.insert(result.end(), item);
    return result;
  }

  std::mt19937_64 engine_;
};

/// The seed of this program: OPENCLAW_POLICY_SEED, or always the same.
std::uint64_t base_seed();

/// OPENCLAW_POLICY_CASES, or the given number.
std::size_t case_count(std::size_t otherwise);

/// Both as text, for the message of a failed comparison.
std::string describe(const policy::Policy& policy, const policy::Request& request);

}  // namespace openclaw::test
