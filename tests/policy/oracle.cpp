// SPDX-License-Identifier: MIT
#include "policy/oracle.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <iterator>
#include <numeric>
#include <ranges>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::test {
namespace {

using policy::Constraint;
using policy::Effect;
using policy::Grant;
using policy::Labels;
using policy::ToolInfo;
using policy::Verdict;
using policy::WhenTainted;

using Names = std::set<std::string>;

// ---- values: two are the same when their fingerprints are -------------------------------------

std::string fingerprint(const json::Value& value) {
  std::vector<std::string> parts;
  for (const json::Value& item : value.items()) parts.push_back(fingerprint(item));
  for (const auto& [name, content] : value.members())
    parts.push_back(std::to_string(name.size()) + '"' + name + '=' + fingerprint(content));
  if (value.is_object()) std::ranges::sort(parts);
  const std::string inner = std::accumulate(
      parts.begin(), parts.end(), std::string(),
      [](const std::string& left, const std::string& right) { return left + right + ','; });
  return value.is_null()   ? "null"
         : value.is_bool() ? (value.as_bool() ? "true" : "false")
         : value.is_int()  ? "int " + std::to_string(value.as_int())
         : value.is_number()
             ? "real " + std::to_string(std::bit_cast<std::uint64_t>(value.as_double() + 0.0))
         : value.is_string() ? std::to_string(value.as_string().size()) + '"' + value.as_string()
         : value.is_array()  ? '[' + inner + ']'
                             : '{' + inner + '}';
}

// ---- URLs: peeled from the right; the parts are checked afterwards, all together ---------------

constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
constexpr std::string_view name_characters =  // RFC 3986: unreserved, sub-delims and '%'
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=%";

bool only(std::string_view text, std::string_view allowed, std::string_view more = "") {
  return std::ranges::all_of(text, [&](char c) {
    return allowed.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}

struct Halves {
  std::string_view left;
  bool found;
  std::string_view right;
};

Halves cut(std::string_view text, std::string_view mark) {
  const std::size_t where = text.find(mark);
  const bool found = where != std::string_view::npos;
  return {text.substr(0, where), found, found ? text.substr(where + mark.size()) : ""};
}

std::string lower(std::string_view text) {
  std::string result;
  std::ranges::transform(text, std::back_inserter(result), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

/// A decimal port without leading zeros, 1 to 65535.
bool good_port(std::string_view text) {
  const bool shaped =
      !text.empty() && text.size() <= 5 && only(text, digits) && !text.starts_with('0');
  const auto add_digit = [](int sum, char c) { return sum * 10 + (c - '0'); };
  return shaped && std::accumulate(text.begin(), text.end(), 0, add_digit) <= 65535;
}

bool good_percents(std::string_view text) {
  const std::string padded = std::string(text) + "..";  // no hex digits: a cut escape is a bad one
  const auto positions = std::views::iota(std::size_t{0}, text.size());
  return std::ranges::all_of(positions, [&](std::size_t i) {
    return padded[i] != '%' || only(std::string_view(padded).substr(i + 1, 2), hex_digits);
  });
}

struct Address {
  std::string origin;  ///< empty: not a URL that means the same to everybody
  bool query = false;
};

Address read_address(std::string_view text) {
  const Halves fragment = cut(text, "#");
  const Halves query = cut(fragment.left, "?");
  const Halves scheme = cut(query.left, "://");
  const Halves path = cut(scheme.right, "/");
  const std::string_view authority = path.left;
  const bool bracketed = authority.starts_with('[');
  const Halves literal = cut(authority, "]");
  const Halves named = cut(authority, ":");
  const std::string_view port_mark = bracketed     ? literal.right.substr(0, 1)
                                     : named.found ? ":"
                                                   : "";
  const std::string_view port = bracketed ? literal.right.substr(port_mark.size()) : named.right;
  const std::string_view host =
      bracketed ? authority.substr(0, literal.left.size() + 1) : named.left;
  const std::string_view host_name = bracketed ? literal.left.substr(1) : named.left;
  const std::string kind = lower(scheme.left);
  const std::string usual_port = kind == "https" ? "443" : "80";

  const std::vector<bool> demands = {
      scheme.found,
      kind == "http" || kind == "https",
      !host_name.empty(),
      !bracketed || literal.found,
      bracketed ? only(host_name, hex_digits, ":.") : only(host_name, name_characters),
      port_mark == "" || (port_mark == ":" && good_port(port)),
      only(path.right, name_characters, "/:@"),
      only(query.right, name_characters, "/:@?"),
      only(fragment.right, name_characters, "/:@?"),
      good_percents(text),
  };
  const std::string shown_port =
      port_mark == "" || port == usual_port ? "" : ':' + std::string(port);
  const bool good = std::ranges::all_of(demands, std::identity());
  return {good ? kind + "://" + lower(host) + shown_port : "", query.found};
}

// ---- paths: a clean one is '/' followed by names, none of which means a direction --------------

std::vector<std::string> pieces(const std::string& text) {
  std::vector<std::string> result(1);
  for (const char c : text)
    if (c == '/')
      result.emplace_back();
    else
      result.back().push_back(c);
  return result;
}

bool lies_under(const std::string& path, const std::vector<std::string>& roots) {
  const std::vector<std::string> names = pieces(path);
  const bool absolute = path.starts_with('/') && std::ranges::count(path, '\0') == 0;
  const bool clean = std::ranges::none_of(names | std::views::drop(1), [](const std::string& name) {
    return name.empty() || name == "." || name == "..";
  });
  return absolute && std::ranges::any_of(roots, [&](const std::string& root) {
           return path == root || (clean && path.starts_with(root + '/'));
         });
}

// ---- one argument against its constraint -------------------------------------------------------

bool constrained(const Constraint& c) {
  return c.eq.has_value() || !c.one_of.empty() || !c.origin.empty() || !c.under.empty() ||
         c.maxlen.has_value() || c.min.has_value() || c.max.has_value();
}

bool holds(const Constraint& c, const json::Value& value) {
  const auto same = [mark = fingerprint(value)](const json::Value& v) {
    return fingerprint(v) == mark;
  };
  const Address address = value.is_string() ? read_address(value.as_string()) : Address{};
  const auto bytes = static_cast<std::int64_t>(value.as_string().size());
  const std::vector<bool> demands = {
      !c.eq || same(*c.eq),
      c.one_of.empty() || std::ranges::any_of(c.one_of, same),
      c.origin.empty() ||
          (address.origin != "" && std::ranges::count(c.origin, address.origin) > 0),
      c.under.empty() || (value.is_string() && lies_under(value.as_string(), c.under)),
      !c.maxlen || (value.is_string() && bytes <= *c.maxlen),
      !c.min || (value.is_int() && value.as_int() >= *c.min),
      !c.max || (value.is_int() && value.as_int() <= *c.max),
  };
  return std::ranges::all_of(demands, std::identity());
}

bool fits(const Grant& grant, const json::Value& args) {
  const bool names_allowed = std::ranges::all_of(args.members(), [&](const json::Member& given) {
    return grant.other_args || grant.args.contains(given.first);
  });
  const bool values_allowed = std::ranges::all_of(grant.args, [&](const auto& named) {
    return !constrained(named.second) ||
           (args.contains(named.first) && holds(named.second, args[named.first]));
  });
  return names_allowed && values_allowed;
}

/// The arguments that can choose no place but the one in the policy.
Names pinned(const Grant& grant, const json::Value& args) {
  Names result;
  for (const auto& [name, c] : grant.args) {
    const bool exact = c.eq.has_value() || !c.one_of.empty();
    const bool bare = !c.origin.empty() && !read_address(args[name].as_string()).query;
    if (args.contains(name) && (exact || bare)) result.insert(name);
  }
  return result;
}

/// The arguments that are pinned by the best values that anybody could give.
Names pinnable(const Grant& grant) {
  Names result;
  for (const auto& [name, c] : grant.args)
    if (c.eq.has_value() || !c.one_of.empty() || !c.origin.empty()) result.insert(name);
  return result;
}

// ---- flow ---------------------------------------------------------------------------------------

/// The text of the flow rule as a table: which answers let a run with this taint go on.
bool flows(const ToolInfo& tool, const Grant& grant, Labels taint, const Names& fixed) {
  const bool all_fixed = std::ranges::all_of(
      tool.destinations, [&](const std::string& name) { return fixed.contains(name); });
  const std::set<WhenTainted> enough = taint.private_text
                                           ? std::set{WhenTainted::allow}
                                           : std::set{WhenTainted::refuse, WhenTainted::allow};
  return tool.effect == Effect::none || !taint.untrusted ||
         grant.when_tainted == WhenTainted::confirm ||
         (all_fixed && enough.contains(grant.when_tainted));
}

bool asks(const ToolInfo& tool, const Grant& grant, Labels taint) {
  return grant.confirm || (tool.effect != Effect::none && taint.untrusted &&
                           grant.when_tainted == WhenTainted::confirm);
}

// ---- who may use which groups -------------------------------------------------------------------

Names common(const Names& left, const Names& right) {
  Names result;
  std::ranges::set_intersection(left, right, std::inserter(result, result.end()));
  return result;
}

/// Empty as well when the caller may not use the agent: without a group there is no grant.
Names groups_of(const policy::Policy& policy, const policy::Caller& caller,
                const std::string& agent) {
  const bool is_person = caller.job.empty() && !caller.place.empty() && !caller.person.empty();
  const bool is_job = !caller.job.empty() && caller.place.empty() && caller.person.empty();
  Names by_agent;
  for (const auto& [name, scope] : policy.agents)
    if (name == agent) by_agent = scope.groups;
  Names by_caller;
  for (const auto& [place, rules] : policy.places)
    for (const policy::AllowRule& rule : rules)
      if (is_person && place == caller.place && rule.who.contains(caller.person) &&
          rule.agents.contains(agent))
        std::ranges::copy(rule.all_groups ? by_agent : rule.groups,
                          std::inserter(by_caller, by_caller.end()));
  for (const auto& [job, scope] : policy.jobs)
    if (is_job && job == caller.job && scope.agent == agent) by_caller = scope.groups;
  return common(by_agent, by_caller);
}

bool denied(const policy::Policy& policy, const std::string& agent, const std::string& tool) {
  std::vector<std::string> patterns;
  for (const auto& [name, scope] : policy.agents)
    if (name == agent) patterns = scope.deny;
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    const bool open = pattern.ends_with('*');
    const std::string_view stem =
        std::string_view(pattern).substr(0, pattern.size() - (open ? 1 : 0));
    return pattern == tool || (open && std::string_view(tool).starts_with(stem));
  });
}

/// Every grant of the policy with its group, without those that rules 1 to 6a strike out.
std::vector<Grant> reachable(const policy::Policy& policy, const policy::Caller& caller,
                             const std::string& agent, const std::string& tool) {
  const Names groups = groups_of(policy, caller, agent);
  std::vector<std::pair<std::string, const Grant*>> all;
  for (const auto& [group, grants] : policy.groups)
    for (const Grant& grant : grants) all.emplace_back(group, &grant);
  const bool possible = policy.tools.contains(tool) && !denied(policy, agent, tool);
  std::vector<Grant> result;
  for (const auto& [group, grant] : all)
    if (possible && groups.contains(group) && grant->tool == tool) result.push_back(*grant);
  return result;
}

ToolInfo info_of(const policy::Policy& policy, const std::string& tool) {
  ToolInfo result;
  for (const auto& [name, info] : policy.tools)
    if (name == tool) result = info;
  return result;
}

/// An object in which no name stands twice.
bool well_formed(const json::Value& args) {
  Names names;
  for (const auto& [name, value] : args.members()) names.insert(name);
  return args.is_object() && names.size() == args.members().size();
}

}  // namespace

policy::Verdict oracle(const policy::Policy& policy, const policy::Request& request) {
  const ToolInfo tool = info_of(policy, request.tool);
  std::set<Verdict> verdicts;   // of the grants that are left
  std::set<bool> always_asked;  // of the grants whose arguments fit, whatever flows
  for (const Grant& grant : reachable(policy, request.caller, request.agent, request.tool))
    if (well_formed(request.args) && fits(grant, request.args)) {
      always_asked.insert(grant.confirm);
      if (flows(tool, grant, request.taint, pinned(grant, request.args)))
        verdicts.insert(asks(tool, grant, request.taint) ? Verdict::confirm : Verdict::allow);
    }
  const bool asked = verdicts.contains(Verdict::confirm) || always_asked.contains(true);
  return verdicts.empty() ? Verdict::deny : asked ? Verdict::confirm : Verdict::allow;
}

bool oracle_visible(const policy::Policy& policy, const policy::Caller& caller,
                    const std::string& agent, const std::string& tool, policy::Labels taint) {
  const ToolInfo info = info_of(policy, tool);
  const std::vector<Grant> grants = reachable(policy, caller, agent, tool);
  return std::ranges::any_of(
      grants, [&](const Grant& grant) { return flows(info, grant, taint, pinnable(grant)); });
}

}  // namespace openclaw::test
