// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "jail/jail.h"
#include "tools/tool.h"

namespace openclaw::tools {
namespace {

constexpr policy::Labels labels{.untrusted = true, .private_text = true};

/// The names between braces in argv, in order, each once.
std::vector<std::string> placeholders(const std::vector<std::string>& argv) {
  std::vector<std::string> out;
  for (const auto& word : argv)
    for (std::size_t at = 0; (at = word.find('{', at)) != std::string::npos; ++at) {
      const auto end = word.find('}', at);
      if (end == std::string::npos) break;
      const std::string name = word.substr(at + 1, end - at - 1);
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
  return out;
}

std::string fill(std::string word, const json::Value& args, bool after_dashes) {
  const bool whole = word.starts_with('{');
  for (std::size_t at = 0; (at = word.find('{', at)) != std::string::npos;) {
    const auto end = word.find('}', at);
    if (end == std::string::npos) break;
    const auto& value = args[word.substr(at + 1, end - at - 1)].as_string();
    if (value.find('\0') != std::string::npos)
      throw base::DeniedError("an argument holds a NUL byte");
    if (whole && at == 0 && value.starts_with('-') && !after_dashes)
      throw base::DeniedError("an argument that begins with '-' would be read as an option");
    word.replace(at, end - at + 1, value);
    at += value.size();
  }
  return word;
}

Result run(const DeclaredCommand& declared, policy::Permit permit, const json::Value& args,
           const std::string& run_id, const Context& context) {
  permit.spend("command_" + declared.name, args, run_id);
  Result result;
  result.labels = labels;
  jail::Command command;
  bool after_dashes = false;
  for (const auto& word : declared.argv) {
    command.argv.push_back(command.argv.empty() ? word : fill(word, args, after_dashes));
    after_dashes |= word == "--";
  }
  command.readable = declared.readable;
  command.writable = declared.writable;
  command.timeout = std::min(declared.timeout, context.timeout);
  const auto done = jail::run(command, context.stop);
  result.ok = done.status == 0 && !done.timed_out;
  result.truncated = done.truncated;
  const std::string head =
      done.timed_out     ? fmt::format("stopped after {}\n", base::human_duration(command.timeout))
      : done.status != 0 ? fmt::format("exit status {}\n", done.status)
                         : std::string();
  result.text = head + shorten(base::valid_utf8(done.output), context.most_bytes, result.truncated);
  return result;
}

}  // namespace

Tool command_tool(const DeclaredCommand& declared) {
  const auto names = placeholders(declared.argv);
  std::vector<Property> properties;
  for (const auto& name : names) properties.push_back({name, "string", "argument " + name, true});
  return {{"command_" + declared.name, policy::Effect::write, labels, names, names},
          declared.description.empty() ? "Runs " + base::join(declared.argv, " ")
                                       : declared.description,
          object_schema(properties),
          [declared](policy::Permit permit, const json::Value& args, const std::string& run_id,
                     const Context& context) {
            return run(declared, std::move(permit), args, run_id, context);
          }};
}

}  // namespace openclaw::tools
