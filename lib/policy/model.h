// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "json/value.h"

/// policy may use url, json, crypto and base; it does no IO. It alone decides who may talk to which
/// agent and which agent may use which tool with which arguments. Everything that is not granted is
/// denied; every error, unknown name and missing field is a denial.
namespace openclaw::policy {

/// What a tool does to the world. Part of the tool's code, never of the configuration.
enum class Effect { none, write, send };

/// Where text comes from and who may see it. A run's labels only grow.
struct Labels {
  bool untrusted = false;     ///< written by somebody who is not the caller: a feed, a page, a file
  bool private_text = false;  ///< calendars, tickets, chats, files
  bool operator==(const Labels&) const = default;
  Labels operator|(Labels o) const {
    return {untrusted || o.untrusted, private_text || o.private_text};
  }
};

/// What the policy must know of a tool.
struct ToolInfo {
  std::string name;
  Effect effect = Effect::none;
  Labels out;                             ///< labels of its result
  std::vector<std::string> arguments;     ///< all argument names of its schema
  std::vector<std::string> destinations;  ///< the arguments that choose where something goes
};

/// What one argument may be. All parts that are present must hold; with none of them any value may.
/// An argument with a non-empty constraint must be given.
struct Constraint {
  std::optional<json::Value> eq;    ///< exactly this value, of the same JSON type
  std::vector<json::Value> one_of;  ///< one of these
  std::vector<std::string> origin;  ///< a URL (url::parse) whose origin is one of these
  bool private_address = false;     ///< with origin: loopback and private addresses may be dialled
  std::vector<std::string> under;   ///< an absolute path, lexically clean, at or below one of these
  std::optional<std::int64_t> maxlen;  ///< a string of at most so many bytes
  std::optional<std::int64_t> min;     ///< an integer, at least
  std::optional<std::int64_t> max;     ///< an integer, at most
  bool empty() const {
    return !eq && one_of.empty() && origin.empty() && under.empty() && !maxlen && !min && !max;
  }
};

/// What a grant says for a run that has seen untrusted text (only for effects write and send).
enum class WhenTainted { refuse, confirm, allow };

/// One tool with what its arguments may be. An argument that the grant does not name is refused
/// unless other_args.
struct Grant {
  std::string tool;
  std::map<std::string, Constraint> args;
  bool other_args = false;
  bool confirm = false;  ///< always ask first
  WhenTainted when_tainted = WhenTainted::refuse;
};

struct AgentScope {
  std::set<std::string> groups;
  std::vector<std::string> deny;  ///< tool names, or a prefix ending in '*'
};

/// One line of a place's "allow".
struct AllowRule {
  std::set<std::string> who;
  std::set<std::string> agents;
  bool all_groups = false;  ///< all groups of the agent
  std::set<std::string> groups;
};

struct JobScope {
  std::string agent;
  std::set<std::string> groups;
};

struct Policy {
  std::map<std::string, ToolInfo> tools;
  std::map<std::string, std::vector<Grant>> groups;
  std::map<std::string, AgentScope> agents;
  std::map<std::string, std::vector<AllowRule>> places;
  std::map<std::string, JobScope> jobs;
};

/// Who asks: a person in a place, or a job (then place and person are empty).
struct Caller {
  std::string place;
  std::string person;
  std::string job;
};

/// One call of a tool that somebody wants decided. args must be an object.
struct Request {
  Caller caller;
  std::string agent;
  std::string tool;
  json::Value args;
  Labels taint;  ///< labels of everything in the model's context
};

enum class Verdict { deny, confirm, allow };

/// The rules, in the order in which a denial names them:
/// 1. the tool is known  2. the agent is known  3. the caller may use this agent  4. no "deny" of
/// the agent matches the tool  5. a group lies in the agent's groups and in those the caller may
/// use here
/// 6. a grant in such a group names the tool and fits all arguments  7. its flow rule passes.
/// A caller may match several allow rules; the groups usable are the union over the rules that name
/// both the person and the agent.
///
/// Flow rule of a grant: a tool without effect passes. For write and send:
///   taint has no `untrusted`: passes.
///   when_tainted confirm: the person is asked.
///   untrusted only: passes when every destination argument is pinned.
///   untrusted and private: passes when every destination is pinned and when_tainted is allow.
/// Pinned: given and constrained by eq or one_of, or by origin where the URL has no query ('?').
///
/// At least one fitting grant must pass. The verdict is confirm when any fitting grant says confirm
/// (even if its own flow rule fails), or when one that passes has when_tainted confirm in an
/// untrusted run; otherwise it is allow. Deny beats confirm beats allow, so taking an asking group
/// away can turn a question into a plain yes of another group, and never a no into anything.
struct Decision {
  Verdict verdict = Verdict::deny;
  std::string reason;              ///< one line for a person
  std::string rule;                ///< JSON pointer of the deciding line, or empty
  bool private_address = false;    ///< the fitting grant lets private addresses be dialled
  std::vector<std::string> roots;  ///< "under" of the fitting grants: what file tools may open
};

}  // namespace openclaw::policy
