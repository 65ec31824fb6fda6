// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "settings/read.h"

namespace openclaw::settings {

SecretRef read_secret(config::Node& node, const std::string& key, const char* doc) {
  SecretRef out;
  node.describe_secret(key, doc);
  if (node.describing() || !node.has(key)) return out;
  out.pointer = node.pointer() + "/" + key;
  const auto value = node.any(key, doc);
  if (value.is_string()) {
    node.problem_at(key,
                    "a secret never stands in the configuration: name where it is, like "
                    "{\"credential\": \"" +
                        key + "\"}");
    return out;
  }
  if (!value.is_object() || value.size() != 1) {
    node.problem_at(key,
                    "must be exactly one of {\"credential\": …}, {\"file\": …}, "
                    "{\"command\": […]}, {\"env\": …}");
    return out;
  }
  const auto& [kind, what] = value.members().front();
  const auto bad = [&, &kind = kind](const std::string& why) {
    node.problem_inside(key, kind, why);
  };
  if (kind == "credential") {
    out.kind = SecretRef::Kind::credential;
    out.name = what.as_string();
    if (out.name.empty() || out.name.find('/') != std::string::npos || out.name.front() == '.')
      bad("must be the name of a credential");
  } else if (kind == "file") {
    out.kind = SecretRef::Kind::file;
    out.name = what.as_string();
    if (!out.name.starts_with('/')) bad("must be an absolute path");
    if (out.name.starts_with("/nix/store/")) bad("everybody can read /nix/store");
  } else if (kind == "env") {
    out.kind = SecretRef::Kind::env;
    out.name = what.as_string();
    if (out.name.empty()) bad("must be the name of a variable");
  } else if (kind == "command") {
    out.kind = SecretRef::Kind::command;
    for (const auto& word : what.items()) out.argv.push_back(word.as_string());
    if (out.argv.empty() ||
        std::any_of(out.argv.begin(), out.argv.end(), [](const auto& w) { return w.empty(); }))
      bad("must be a list of words, like [\"pass\", \"show\", \"x\"]");
  } else {
    node.problem_at(key, "unknown kind of secret '" + kind + "'" +
                             base::did_you_mean(kind, {"credential", "file", "command", "env"}));
  }
  return out;
}

Limits read_limits(config::Node& node, const char* doc) {
  Limits out;
  node.object("limits", doc, [&out](config::Node& n) {
    out.usd_per_request = n.money("usd_per_request", "most that one model call may cost");
    out.usd_per_run = n.money("usd_per_run", "most that one run may cost");
    out.usd_per_day = n.money("usd_per_day", "most per local day");
    out.usd_per_month = n.money("usd_per_month", "most per local month");
    out.turns = n.integer("turns", "model calls in one run", 1, 100);
    out.tool_calls = n.integer("tool_calls", "tool calls in one run", 0, 1000);
    out.tokens = n.integer("tokens", "input and output tokens in one run", 1, 100'000'000);
    out.result_bytes = n.integer("result_bytes", "bytes of one tool result", 256, 4'000'000);
    out.deadline = n.duration("deadline", "longest time of one run");
    out.messages_per_hour =
        n.integer("messages_per_hour", "messages of one person in an hour", 1, 100'000);
  });
  return out;
}

void check_name(config::Node& node, const std::string& name) {
  if (node.describing()) return;
  const bool good =
      !name.empty() && name.size() <= 41 && name[0] >= 'a' && name[0] <= 'z' &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!good)
    node.problem("the name '" + name +
                 "' must begin with a letter and hold a-z, 0-9 and '-', 41 characters at most");
}

std::string beside(const Settings& settings, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return (std::filesystem::path(settings.folder) / path).lexically_normal().string();
}

}  // namespace openclaw::settings
