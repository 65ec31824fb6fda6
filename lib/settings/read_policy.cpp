// SPDX-License-Identifier: MIT
#include <filesystem>
#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "settings/read.h"

namespace openclaw::settings {
namespace {

policy::Constraint read_constraint(config::Node& n) {
  policy::Constraint c;
  if (const auto eq = n.any("eq", "exactly this value"); !eq.is_null() || n.has("eq")) c.eq = eq;
  const auto one_of = n.any("oneof", "one of these values");
  if (n.has("oneof") && one_of.items().empty())
    n.problem_at("oneof", "an empty list matches nothing");
  c.one_of = one_of.items();
  c.origin = n.texts("origin", "a URL of one of these origins");
  if (n.has("origin") && c.origin.empty()) n.problem_at("origin", "an empty list matches nothing");
  c.private_address = n.flag("private_address", "loopback and private addresses may be dialled");
  c.under = n.texts("under", "a path at or below one of these folders");
  if (n.has("under") && c.under.empty()) n.problem_at("under", "an empty list matches nothing");
  c.maxlen = n.integer("maxlen", "at most so many bytes", 0, 1'000'000);
  c.min = n.integer("min", "at least", INT64_MIN, INT64_MAX);
  c.max = n.integer("max", "at most", INT64_MIN, INT64_MAX);
  return c;
}

policy::Grant read_grant(config::Node& n) {
  policy::Grant grant;
  grant.tool = n.required_text("tool", "its name");
  n.map("args", "what its arguments may be; one not named is refused",
        [&](const std::string& name, config::Node& arg) {
          grant.args.emplace(name, read_constraint(arg));
        });
  grant.other_args = n.flag("other_args", "arguments not named may be anything");
  grant.confirm = n.flag("confirm", "always ask a person first");
  const auto tainted = n.word("when_tainted", {"refuse", "confirm", "allow"},
                              "for writing tools, once the run has seen untrusted text", "refuse");
  grant.when_tainted = tainted == "confirm" ? policy::WhenTainted::confirm
                       : tainted == "allow" ? policy::WhenTainted::allow
                                            : policy::WhenTainted::refuse;
  return grant;
}

/// Programs that run their argument, or take it for a script.
bool runs_others(const std::string& program) {
  static const std::set<std::string> known{
      "sh",      "bash",   "dash",    "zsh",     "ksh",         "busybox", "env",
      "sudo",    "doas",   "su",      "nohup",   "nice",        "xargs",   "python3",
      "perl",    "ruby",   "node",    "php",     "awk",         "gawk",    "mawk",
      "sed",     "ssh",    "timeout", "setpriv", "systemd-run", "chroot",  "unshare",
      "nsenter", "strace", "watch",   "script",  "expect",      "lua"};
  return known.contains(program);
}

/// Why the model could run any program through this one; empty when it cannot be seen to.
std::string free_program(const std::vector<std::string>& argv) {
  if (argv.empty()) return {};
  const std::string program = argv[0].substr(argv[0].rfind('/') + 1);
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const bool is_open = argv[i].find('{') != std::string::npos;
    if (!is_open) continue;
    const bool is_code = argv[i - 1] == "-c" || argv[i - 1] == "-e" || argv[i - 1] == "-ec" ||
                         argv[i - 1] == "-lc" || argv[i - 1] == "--eval";
    if (is_code || (i == 1 && argv[i].front() == '{' && runs_others(program)))
      return "'" + program + "' would run what the model writes: name the program and its words";
  }
  return {};
}

}  // namespace

void read_groups(config::Node& root, Settings& out) {
  // A group is a list of grants; a map of lists is read here by hand.
  const auto groups = root.any("groups", "tools, each with what its arguments may be");
  if (root.describing()) {
    root.list("groups/*", "one grant", [](config::Node& n) { read_grant(n); });
    return;
  }
  if (!groups.is_null() && !groups.is_object())
    root.problem_at("groups", "must be an object of named lists");
  root.object("groups", "", [&](config::Node& all) {
    for (const auto& [name, list] : groups.members()) {
      if (!list.is_array()) all.problem_at(name, "a group must be a list of grants");
      auto& grants = out.policy.groups[name];
      all.list(name, "", [&](config::Node& n) { grants.push_back(read_grant(n)); });
      if (list.is_array() && list.items().empty())
        all.problem_at(name, "an empty group grants nothing");
    }
  });
  root.map("accept_risk", "groups whose Rule-of-Two finding you accept",
           [&](const std::string& name, config::Node& n) {
             out.accept_risk[name] = n.required_text("reason", "why");
           });
}

void read_commands(config::Node& root, Settings& out) {
  root.map(
      "commands", "programs that become the tools command_NAME",
      [&](const std::string& name, config::Node& n) {
        tools::DeclaredCommand command;
        command.name = name;
        command.description = n.text("description", "what the model reads of it");
        const auto argv = n.any("argv", "the program and its arguments; {x} is the argument x");
        for (const auto& word : argv.items()) command.argv.push_back(word.as_string());
        if (!n.describing() && (command.argv.empty() || !command.argv[0].starts_with('/') ||
                                command.argv[0].find('{') != std::string::npos))
          n.problem("'argv' must begin with the absolute path of a program");
        if (const auto why = free_program(command.argv); !why.empty()) n.problem_at("argv", why);
        command.readable = n.texts("read", "folders it may read, besides programs and libraries");
        command.writable = n.texts("write", "folders it may write");
        command.timeout = n.duration("timeout", "default 30s").value_or(command.timeout);
        if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos &&
            !n.describing())
          n.problem("the name of a command holds a-z, 0-9 and '_' only");
        out.commands.push_back(std::move(command));
      });
}

void read_agents(config::Node& root, Settings& out) {
  root.map("agents", "who answers", [&](const std::string& name, config::Node& n) {
    check_name(n, name);
    Agent agent;
    agent.model = n.required_text("model", "a line of models");
    agent.prompt = beside(out, n.text("prompt", "Markdown file with its system prompt"));
    std::error_code ignored;
    if (!agent.prompt.empty() && !std::filesystem::is_regular_file(agent.prompt, ignored))
      n.problem_at("prompt", "there is no file '" + agent.prompt + "'");
    policy::AgentScope scope;
    for (const auto& group : n.texts("groups", "its groups of tools")) scope.groups.insert(group);
    scope.deny = n.texts("deny", "tools it never uses: names, or a prefix ending in '*'");
    agent.limits = read_limits(n, "what it may spend");
    out.policy.agents.emplace(name, std::move(scope));
    out.agents.emplace(name, std::move(agent));
  });
}

}  // namespace openclaw::settings
