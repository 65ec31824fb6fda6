// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "tools/tool.h"

namespace openclaw::tools {

/// A confirmation asked of the caller; true = yes.
struct Question {
  std::string tool;
  policy::Effect effect;
  json::Value args;
  std::string reason;
  policy::Labels taint;  ///< of the run that asks
};
using Asker = std::function<bool(const Question&)>;

/// Thrown by an Asker whose person is not there to wait for: the call is to be decided again when
/// the answer has come.
class Parked : public base::Error {
 public:
  using Error::Error;
};

/// Thrown by an Asker where there is no yes for another reason than a person's no; what() is what
/// the model hears.
class Unconfirmed : public base::Error {
 public:
  using Error::Error;
};

/// A call after the decision: what the audit records, and the permit if there is one.
struct Decided {
  std::string tool;
  policy::Effect effect = policy::Effect::none;
  json::Value args;
  policy::Decision decision;
  std::string told;  ///< what the model hears when the call does not run
  std::optional<policy::Permit> permit;
};

/// The arguments as JSON for a person's eyes, or as the text that they are.
json::Value readable_args(const std::string& arguments);

/// The only way to a tool: decides with the policy, validates the arguments, and runs bodies with
/// the permits that it alone asks for. One Gate per run.
class Gate {
 public:
  Gate(const policy::Policy& policy, const Catalogue& catalogue, policy::Caller caller,
       std::string agent, std::string run, Asker asker);

  /// The tools that the model may see at this taint, optionally narrowed to some names.
  std::vector<const Tool*> visible(policy::Labels taint) const;
  /// The tool of that name, granted or not; nullptr = none.
  const Tool* find(const std::string& name) const { return catalogue_.find(name); }
  /// Only these may be used in this run, whatever the policy grants.
  void narrow(std::vector<std::string> names);

  /// Parses the arguments once (no duplicate keys, bounded depth and size), validates and decides.
  /// confirmed: a person has said yes to this very call in this run already.
  Decided decide(const std::string& name, const std::string& arguments, policy::Labels taint,
                 bool confirmed = false) const;
  /// Runs a permitted call. Exceptions of the body become a failed result.
  Result run(Decided decided, const Context& context) const;

 private:
  bool narrowed_out(const std::string& name) const;
  const policy::Policy& policy_;
  const Catalogue& catalogue_;
  policy::Caller caller_;
  std::string agent_;
  std::string run_;
  Asker asker_;
  std::optional<std::vector<std::string>> only_;
};

}  // namespace openclaw::tools
