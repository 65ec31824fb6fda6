// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "command.h"
#include "exit_code.h"
#include "json/parse.h"
#include "output.h"
#include "paths.h"
#include "policy/describe.h"
#include "policy/engine.h"
#include "policy_matrix.h"

namespace openclaw::cmd {
namespace {

using json::Value;

/// A misspelt name would always be denied, which looks like an answer.
template <typename Map>
void must_exist(const char* what, const std::string& name, const Map& all) {
  if (all.contains(name)) return;
  std::vector<std::string> names;
  for (const auto& [known, ignored] : all) names.push_back(known);
  throw base::UsageError(fmt::format("there is no {} '{}'{}", what, base::one_line(name),
                                     base::did_you_mean(name, names)));
}

/// "shell/me" or "job:morning-briefing".
policy::Caller read_caller(const std::string& text, const settings::Settings& settings) {
  policy::Caller caller;
  if (text.starts_with("job:")) {
    caller.job = text.substr(4);
    if (!settings.policy.jobs.contains(caller.job))
      throw base::UsageError("there is no job '" + caller.job + "' with an agent");
    return caller;
  }
  const auto slash = text.find('/');
  if (slash == std::string::npos)
    throw base::UsageError("--from: write it like shell/me or job:morning-briefing");
  caller.place = text.substr(0, slash);
  caller.person = text.substr(slash + 1);
  must_exist("place", caller.place, settings.places);
  must_exist("person", caller.person, settings.people);
  return caller;
}

policy::Labels read_taint(const std::string& text) {
  policy::Labels out;
  for (const auto word : base::split(text, ',')) {
    if (word == "untrusted")
      out.untrusted = true;
    else if (word == "private")
      out.private_text = true;
    else if (!word.empty())
      throw base::UsageError("--taint: untrusted, private, or both with a comma");
  }
  return out;
}

policy::Request read_request(const Value& c, const settings::Settings& settings) {
  policy::Request request;
  request.caller = read_caller(c["from"].as_string(), settings);
  request.agent = c["agent"].as_string();
  must_exist("agent", request.agent, settings.agents);
  request.tool = c["tool"].as_string();
  request.args = c["args"].is_null() ? Value::object() : c["args"];
  request.taint = read_taint(c["taint"].as_string());
  return request;
}

std::string list(const std::set<std::string>& set) {
  return "{" + base::join({set.begin(), set.end()}, ", ") + "}";
}

int explain(const Args& args) {
  const auto settings = load_settings(args);
  policy::Request request;
  request.caller = read_caller(args.get("from"), settings);
  request.agent = args.get("agent");
  must_exist("agent", request.agent, settings.agents);
  request.tool = args.get("tool");
  try {
    request.args = json::parse(args.get("args", "{}"), {.unique_keys = true, .max_depth = 16});
  } catch (const json::ParseError& e) {
    throw base::UsageError(std::string("--args: ") + e.what());
  }
  request.taint = read_taint(args.get("taint"));
  const auto decision = policy::decide(settings.policy, request);
  const auto groups = policy::usable_groups(settings.policy, request.caller, request.agent);
  const bool denies = decision.verdict == policy::Verdict::deny;
  if (args.has("json")) {
    auto names = Value::array();
    for (const auto& g : groups) names.push(g);
    write_json(Value::object({{"verdict", policy::name_of(decision.verdict)},
                              {"reason", decision.reason},
                              {"rule", decision.rule},
                              {"groups", names},
                              {"policy", policy::digest(settings.policy)}}));
    return denies ? found : done;
  }
  std::set<std::string> own;
  if (const auto agent = settings.policy.agents.find(request.agent);
      agent != settings.policy.agents.end())
    own = agent->second.groups;
  std::string verdict(policy::name_of(decision.verdict));
  std::transform(verdict.begin(), verdict.end(), verdict.begin(),
                 [](char c) { return static_cast<char>(c - 32); });
  std::string out = fmt::format("{}  {}\n", verdict, request.tool);
  out +=
      fmt::format("caller   {}   agent {}   policy sha256:{}…\n", policy::describe(request.caller),
                  request.agent, policy::digest(settings.policy).substr(0, 12));
  out += fmt::format("groups   agent {} ∩ caller = {}\n", list(own), list(groups));
  out +=
      fmt::format("{:9}{}\n", denies ? "because" : "by",
                  decision.rule.empty() ? decision.reason : decision.rule + ": " + decision.reason);
  write_stdout(base::printable(out));
  return denies ? found : done;
}

/// Which grants the cases exercised, so that an untested one is noticed.
std::set<std::string> all_grants(const policy::Policy& policy) {
  std::set<std::string> out;
  for (const auto& [group, grants] : policy.groups)
    for (std::size_t i = 0; i < grants.size(); ++i)
      out.insert(fmt::format("/groups/{}/{}", json::pointer_step(group), i));
  return out;
}

int test(const Args& args) {
  const auto settings = load_settings(args);
  Value cases;
  try {
    cases = json::parse(base::read_file(args.get("FILE"), 4u << 20),
                        {.comments = true, .unique_keys = true});
  } catch (const json::ParseError& e) {
    throw base::UsageError(fmt::format("{}:{}: {}", args.get("FILE"), e.line, e.what()));
  }
  auto unused = all_grants(settings.policy);
  int passed = 0;
  int wrong = 0;
  for (std::size_t i = 0; i < cases.items().size(); ++i) {
    const Value& c = cases.at(i);
    const auto decision = policy::decide(settings.policy, read_request(c, settings));
    const bool good = c["expect"] == Value(policy::name_of(decision.verdict));
    good ? ++passed : ++wrong;
    if (decision.verdict != policy::Verdict::deny) unused.erase(decision.rule);
    if (!good)
      write_stdout(fmt::format("case {}: {} {}: expected {}, is {}: {}\n", i + 1,
                               c["from"].as_string(), c["tool"].as_string(),
                               c["expect"].as_string(), policy::name_of(decision.verdict),
                               decision.reason));
  }
  for (const auto& grant : unused) write_stdout(fmt::format("no case exercises {}\n", grant));
  write_stdout(fmt::format("{} passed, {} failed, {} grants without a case\n", passed, wrong,
                           unused.size()));
  return wrong == 0 && unused.empty() ? done : found;
}

int matrix(const Args& args) {
  const auto settings = load_settings(args);
  const auto now = policy_cells(settings);
  if (args.has("diff")) {
    const auto before = cells_from(json::parse(base::read_file(args.get("diff"), 16u << 20)));
    const auto wider = widened(before, now);
    if (args.has("json"))
      write_json(to_json(wider));
    else
      write_stdout(wider.empty() ? "nothing widened\n" : draw_widened(before, wider));
    return wider.empty() ? done : found;
  }
  write_stdout(args.has("json") ? json::dump(to_json(now)) + "\n" : draw_matrix(now));
  return done;
}

}  // namespace

std::vector<Command> policy_commands() {
  return {
      {"policy explain",
       "why a call is allowed, asked or denied (exit 3)",
       {},
       {{"--from", "CALLER", "PLACE/PERSON, or job:NAME"},
        {"--agent", "NAME", "the agent"},
        {"--tool", "NAME", "the tool"},
        {"--args", "JSON", "its arguments, default {}"},
        {"--taint", "LABELS", "untrusted, private, or both"},
        {"--json", "", "one record"}},
       {{"openclaw policy explain --from shell/me --agent ops --tool http_get --args "
         "'{\"url\":\"https://status.lan/\"}'",
         "one decision"},
        {"openclaw policy explain --from job:task-review --agent ops --tool tasks_comment --taint "
         "untrusted",
         "the same for a job that has read tickets"}},
       explain},
      {"policy test",
       "a file of expected decisions",
       {{"FILE", "JSON list of {from, agent, tool, args, taint, expect}", true, false}},
       {},
       {{"openclaw policy test policy-cases.json",
         "exit 3 when one differs, or a grant has no case"},
        {"openclaw policy test --config ./openclaw.json cases.json", "before it is switched to"}},
       test},
      {"policy matrix",
       "who may use what: people and jobs by tools",
       {},
       {{"--diff", "OLD.json", "only what widened since (exit 3)"}, {"--json", "", "one record"}},
       {{"openclaw policy matrix", "● yes, ◐ asks, · no"},
        {"openclaw policy matrix --json > before.json",
         "to compare with later by --diff before.json"}},
       matrix}};
}

}  // namespace openclaw::cmd
