// SPDX-License-Identifier: MIT
#include "policy/match.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "url/url.h"

namespace openclaw::policy {
namespace {

/// Equal with equal types at every depth: the integer 1 is not the real 1.0.
bool same(const json::Value& a, const json::Value& b) {
  if (a.type_name() != b.type_name() || a.is_int() != b.is_int() || a.size() != b.size())
    return false;
  if (a.is_array()) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!same(a.at(i), b.at(i))) return false;
    return true;
  }
  if (a.is_object())
    return std::all_of(a.members().begin(), a.members().end(), [&b](const json::Member& m) {
      return b.contains(m.first) && same(m.second, b[m.first]);
    });
  return a == b;
}

/// The parser refuses a repeated key already; this is for values made otherwise.
bool repeats_a_key(const json::Value& value) {
  std::set<std::string_view> seen;
  for (const auto& [key, member] : value.members())
    if (!seen.insert(key).second || repeats_a_key(member)) return true;
  return std::any_of(value.items().begin(), value.items().end(), repeats_a_key);
}

bool at_or_below(const std::string& path, const std::string& root) {
  if (path == root) return true;
  if (!clean_path(path)) return false;
  const std::string prefix = root.ends_with('/') ? root : root + "/";
  return path.starts_with(prefix);
}

std::string origin_misfit(const Constraint& c, const json::Value& value) {
  const auto parsed = url::parse(value.as_string());
  if (!value.is_string() || !parsed) return "is no plain http(s) URL";
  if (std::find(c.origin.begin(), c.origin.end(), parsed->origin()) == c.origin.end())
    return fmt::format("origin {} is not in {{{}}}", parsed->origin(), base::join(c.origin, ", "));
  return {};
}

std::string range_misfit(const Constraint& c, const json::Value& value) {
  if (!value.is_int()) return "is no integer";
  if (c.min && value.as_int() < *c.min) return fmt::format("is below {}", *c.min);
  if (c.max && value.as_int() > *c.max) return fmt::format("is above {}", *c.max);
  return {};
}

}  // namespace

bool clean_path(const std::string& path) {
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos) return false;
  if (path == "/") return true;
  const auto segments = base::split(std::string_view(path).substr(1), '/');
  return std::none_of(segments.begin(), segments.end(),
                      [](std::string_view s) { return s.empty() || s == "." || s == ".."; });
}

bool denies(const std::string& pattern, const std::string& tool) {
  if (pattern.ends_with('*'))
    return tool.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
  return pattern == tool;
}

std::string misfit(const Constraint& c, const json::Value& value) {
  if (c.eq && !same(*c.eq, value)) return "is not " + json::dump(*c.eq);
  if (!c.one_of.empty() && std::none_of(c.one_of.begin(), c.one_of.end(),
                                        [&](const auto& one) { return same(one, value); }))
    return "is none of the values granted";
  if (!c.origin.empty())
    if (auto why = origin_misfit(c, value); !why.empty()) return why;
  if (!c.under.empty() &&
      (!value.is_string() || std::none_of(c.under.begin(), c.under.end(), [&](const auto& root) {
        return at_or_below(value.as_string(), root);
      })))
    return fmt::format("is no clean path under {{{}}}", base::join(c.under, ", "));
  if (c.maxlen &&
      (!value.is_string() || static_cast<std::int64_t>(value.as_string().size()) > *c.maxlen))
    return fmt::format("is no text of at most {} bytes", *c.maxlen);
  if (c.min || c.max) return range_misfit(c, value);
  return {};
}

std::string misfit(const Grant& grant, const json::Value& args) {
  if (repeats_a_key(args)) return "an argument stands there twice";
  for (const auto& [name, value] : args.members()) {
    const auto named = grant.args.find(name);
    if (named == grant.args.end()) {
      if (!grant.other_args) return fmt::format("argument '{}' is not named", name);
      continue;
    }
    if (auto why = misfit(named->second, value); !why.empty())
      return fmt::format("argument '{}' {}", name, why);
  }
  for (const auto& [name, constraint] : grant.args)
    if (!constraint.empty() && !args.contains(name))
      return fmt::format("argument '{}' is missing", name);
  return {};
}

bool can_pin(const Grant& grant, const std::string& argument) {
  const auto at = grant.args.find(argument);
  return at != grant.args.end() &&
         (at->second.eq || !at->second.one_of.empty() || !at->second.origin.empty());
}

bool pinned(const Grant& grant, const std::string& argument, const json::Value& args) {
  if (!can_pin(grant, argument) || !args.contains(argument)) return false;
  const Constraint& constraint = grant.args.at(argument);
  if (constraint.eq || !constraint.one_of.empty()) return true;
  const auto parsed = url::parse(args[argument].as_string());
  return parsed && !parsed->has_query;
}

}  // namespace openclaw::policy
