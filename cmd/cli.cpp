// SPDX-License-Identifier: MIT
// The only file that sees CLI11.
#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "output.h"

namespace openclaw::cmd {
namespace {

std::string long_name(const Option& option) {
  const auto at = option.names.rfind("--");
  return option.names.substr(at + 2);
}

std::vector<Option> options_of(const Command& command) {
  auto out = command.options;
  const auto& common = common_options();
  out.insert(out.end(), common.begin(), common.end());
  return out;
}

std::string hint_for(const Command& command, const std::vector<std::string>& words) {
  std::vector<std::string> known{"--help"};
  for (const auto& option : options_of(command)) known.push_back("--" + long_name(option));
  for (const auto& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--")) continue;
    if (std::find(known.begin(), known.end(), name) == known.end())
      if (const auto near = base::nearest(name, known); !near.empty())
        return "did you mean " + near + "?";
  }
  return "openclaw " + command.name + " --help";
}

/// One line of help; long texts go on below.
std::string row(const std::string& left, const std::string& doc) {
  constexpr std::size_t indent = 28;
  std::string out = "  " + left;
  out += left.size() > indent - 3 ? "\n" + std::string(indent, ' ')
                                  : std::string(indent - 2 - left.size(), ' ');
  std::size_t used = indent;
  for (const auto word : base::split(doc, ' ')) {
    if (used + word.size() > 98) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
    }
    out += std::string(word) + " ";
    used += word.size() + 1;
  }
  out.back() = '\n';
  return out;
}

}  // namespace

std::string Args::get(const std::string& name, const std::string& otherwise) const {
  const auto at = values_.find(name);
  return at == values_.end() || at->second.empty() ? otherwise : at->second.back();
}

std::vector<std::string> Args::all(const std::string& name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? std::vector<std::string>{} : at->second;
}

std::optional<Args> parse(const Command& command, const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (word == "--") break;
    if (word == "--help" || word == "-h") {
      write_stdout(help_of(command));
      return std::nullopt;
    }
  }
  CLI::App app;
  app.set_help_flag();
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, std::size_t> flags;
  const auto options = options_of(command);
  for (const auto& option : options) {
    const std::string name = long_name(option);
    if (option.value.empty()) {
      app.add_flag(option.names, flags[name]);
    } else {
      auto* added = app.add_option(option.names, values[name]);
      if (!option.repeat) added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
      added->allow_extra_args(false);  // one value each, so that what follows is the question
    }
  }
  for (const auto& positional : command.positionals) {
    auto* added = app.add_option(positional.name, values[positional.name]);
    added->expected(0, positional.repeat ? 100000 : 1);
    if (positional.required) added->required();
  }
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& e) {
    std::string why = e.what();
    const bool is_name = why.size() > 1 && why[1] >= 'A' && why[1] <= 'Z';
    if (!why.empty() && !is_name && why[0] >= 'A' && why[0] <= 'Z')
      why[0] = static_cast<char>(why[0] + 32);
    throw base::UsageError(command.name + ": " + base::one_line(why), hint_for(command, words));
  }
  Args args;
  for (auto& [name, given] : values)
    if (!given.empty()) args.values()[name] = given;
  for (const auto& [name, count] : flags)
    if (count > 0) args.values()[name] = {"1"};
  return args;
}

std::string help_of(const Command& command) {
  std::string usage = "openclaw " + command.name;
  for (const auto& p : command.positionals)
    usage += p.required ? " " + p.name : " [" + p.name + (p.repeat ? " …]" : "]");
  std::string out = fmt::format("{}\n\nusage: {} [options]\n", command.summary, usage);
  if (!command.positionals.empty()) out += "\n";
  for (const auto& p : command.positionals) out += row(p.name, p.doc);
  out += "\n";
  for (const auto& option : options_of(command)) {
    std::string names = option.names;
    if (const auto comma = names.find(','); comma != std::string::npos)
      names.insert(comma + 1, " ");
    out += row(names + (option.value.empty() ? "" : " " + option.value), option.doc);
  }
  out += "\nexamples:\n";
  for (const auto& [line, what] : command.examples)
    out += fmt::format("  {}\n      {}\n", line, what);
  return out;
}

}  // namespace openclaw::cmd
