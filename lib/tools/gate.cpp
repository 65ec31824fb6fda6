// SPDX-License-Identifier: MIT
#include "tools/gate.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"
#include "policy/engine.h"

namespace openclaw::tools {
namespace {

constexpr std::size_t most_arguments = 256u << 10;
constexpr std::size_t most_depth = 16;

Decided refused(Decided decided, std::string reason, std::string told) {
  decided.decision.verdict = policy::Verdict::deny;
  decided.decision.reason = std::move(reason);
  decided.told = std::move(told);
  return decided;
}

}  // namespace

json::Value readable_args(const std::string& arguments) {
  try {
    return json::parse(arguments, {.max_depth = most_depth, .max_bytes = most_arguments});
  } catch (const json::ParseError&) {
    return json::Value(arguments);
  }
}

Gate::Gate(const policy::Policy& policy, const Catalogue& catalogue, policy::Caller caller,
           std::string agent, std::string run, Asker asker)
    : policy_(policy),
      catalogue_(catalogue),
      caller_(std::move(caller)),
      agent_(std::move(agent)),
      run_(std::move(run)),
      asker_(std::move(asker)) {}

void Gate::narrow(std::vector<std::string> names) { only_ = std::move(names); }

bool Gate::narrowed_out(const std::string& name) const {
  return only_ && std::find(only_->begin(), only_->end(), name) == only_->end();
}

std::vector<const Tool*> Gate::visible(policy::Labels taint) const {
  std::vector<const Tool*> out;
  for (const auto& [name, tool] : catalogue_.all())
    if (!narrowed_out(name) && policy::visible(policy_, caller_, agent_, name, taint))
      out.push_back(&tool);
  return out;
}

Decided Gate::decide(const std::string& name, const std::string& arguments, policy::Labels taint,
                     bool confirmed) const {
  Decided decided;
  decided.tool = name;
  decided.args = readable_args(arguments);
  const Tool* tool = catalogue_.find(name);
  if (!tool) return refused(std::move(decided), "there is no such tool", "There is no such tool.");
  decided.effect = tool->info.effect;
  if (narrowed_out(name))
    return refused(std::move(decided), "not among the tools of this run",
                   "That is not permitted here.");
  try {
    decided.args =
        json::parse(arguments.empty() ? "{}" : arguments,
                    {.unique_keys = true, .max_depth = most_depth, .max_bytes = most_arguments});
  } catch (const json::ParseError& e) {
    const std::string why = std::string("the arguments are no clean JSON: ") + e.what();
    return refused(std::move(decided), why, why);
  }
  auto answer = policy::Authority::authorize(policy_, {caller_, agent_, name, decided.args, taint},
                                             run_, /*confirmed=*/false);
  decided.decision = answer.decision;
  if (answer.decision.verdict == policy::Verdict::deny) {
    decided.told = "That is not permitted here.";
    return decided;
  }
  if (const auto faults = json::Schema(tool->schema).faults(decided.args); !faults.empty()) {
    const std::string why = "the arguments do not fit: " + base::join(faults, "; ");
    return refused(std::move(decided), why, why);
  }
  if (answer.decision.verdict == policy::Verdict::confirm) {
    if (!confirmed && !asker_)
      return refused(std::move(decided), "needs a confirmation, and nobody can be asked here",
                     "That needs a person's confirmation, and nobody can be asked here.");
    try {
      if (!confirmed &&
          !asker_({name, tool->info.effect, decided.args, answer.decision.reason, taint}))
        return refused(std::move(decided), "the person said no", "The person said no.");
    } catch (const Unconfirmed& e) {
      return refused(std::move(decided), e.what(), e.what());
    }
    auto again = policy::Authority::authorize(policy_, {caller_, agent_, name, decided.args, taint},
                                              run_, /*confirmed=*/true);
    if (again.permit) decided.permit.emplace(*std::move(again.permit));
    return decided;
  }
  if (answer.permit) decided.permit.emplace(*std::move(answer.permit));
  return decided;
}

Result Gate::run(Decided decided, const Context& context) const {
  const Tool* tool = catalogue_.find(decided.tool);
  Result result;
  if (!tool || !decided.permit) {
    result.ok = false;
    result.text = decided.told;
    return result;
  }
  try {
    return tool->body(*std::move(decided.permit), decided.args, run_, context);
  } catch (const std::exception& e) {
    result.ok = false;
    result.text = "failed: " + base::describe(e);
    result.labels = tool->info.out;
    return result;
  }
}

}  // namespace openclaw::tools
