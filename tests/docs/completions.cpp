// SPDX-License-Identifier: MIT
#include <map>

#include "base/text.h"
#include "docs/documents.h"

namespace openclaw::test {
namespace {

constexpr const char* note =
    "# SPDX-License-Identifier: MIT\n# Made from the table of commands; do not edit.\n";

std::vector<std::string> option_words(const cmd::Command& command) {
  std::vector<std::string> out{"--help"};
  auto options = command.options;
  options.insert(options.end(), cmd::common_options().begin(), cmd::common_options().end());
  for (const auto& option : options)
    for (const auto name : base::split(option.names, ',')) out.emplace_back(name);
  return out;
}

/// First words, each with the second words that may follow.
std::map<std::string, std::vector<std::string>> words() {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& command : cmd::commands()) {
    const auto space = command.name.find(' ');
    auto& list = out[command.name.substr(0, space)];
    if (space != std::string::npos) list.push_back(command.name.substr(space + 1));
  }
  return out;
}

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
    text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

std::vector<std::string> first_words() {
  std::vector<std::string> out;
  for (const auto& [first, second] : words()) out.push_back(first);
  return out;
}

}  // namespace

std::string bash_completion() {
  std::string out = note;
  out +=
      "_openclaw() {\n  local word=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} "
      "second=${COMP_WORDS[2]} list=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    list='" +
      base::join(first_words(), " ") + "'\n  else\n    case \"$first $second\" in\n";
  for (const auto& command : cmd::commands()) {
    const bool two = command.name.find(' ') != std::string::npos;
    out += "      '" + command.name + (two ? "'" : " '*") + ") list='" +
           base::join(option_words(command), " ") + "' ;;\n";
  }
  out += "    esac\n    if [ \"$COMP_CWORD\" -eq 2 ]; then\n      case $first in\n";
  for (const auto& [first, second] : words())
    if (!second.empty())
      out += "        " + first + ") list='" + base::join(second, " ") + "' ;;\n";
  return out +
         "      esac\n    fi\n  fi\n  COMPREPLY=($(compgen -W \"$list\" -- \"$word\"))\n"
         "  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n}\n"
         "complete -o filenames -F _openclaw openclaw\n";
}

std::string zsh_completion() {
  std::string out = "#compdef openclaw\n" + std::string(note) +
                    "_openclaw() {\n  local -a list\n  if (( CURRENT == 2 )); then\n    list=(" +
                    base::join(first_words(), " ") +
                    ")\n  else\n    case \"$words[2] $words[3]\" in\n";
  for (const auto& command : cmd::commands()) {
    const bool two = command.name.find(' ') != std::string::npos;
    out += "      '" + command.name + (two ? "'" : " '*") + ") list=(" +
           base::join(option_words(command), " ") + ") ;;\n";
  }
  out += "    esac\n    if (( CURRENT == 3 )); then\n      case $words[2] in\n";
  for (const auto& [first, second] : words())
    if (!second.empty())
      out += "        " + first + ") list=(" + base::join(second, " ") + ") ;;\n";
  return out + "      esac\n    fi\n  fi\n  compadd -- $list || _files\n}\n_openclaw \"$@\"\n";
}

std::string fish_completion() {
  std::string out = note;
  for (const auto& [first, second] : words()) {
    out += "complete -c openclaw -n __fish_use_subcommand -a " + first + "\n";
    for (const auto& word : second)
      out +=
          "complete -c openclaw -n '__fish_seen_subcommand_from " + first + "' -a " + word + "\n";
  }
  for (const auto& command : cmd::commands()) {
    const auto space = command.name.find(' ');
    std::string condition = "__fish_seen_subcommand_from " + command.name.substr(0, space);
    if (space != std::string::npos)
      condition += "; and __fish_seen_subcommand_from " + command.name.substr(space + 1);
    for (const auto& option : command.options) {
      const auto at = option.names.rfind("--");
      out += "complete -c openclaw -n '" + condition + "' -l " + option.names.substr(at + 2);
      if (at >= 3) out += " -s " + option.names.substr(1, 1);
      if (!option.value.empty()) out += " -r";
      out += " -d " + quoted(option.doc) + "\n";
    }
  }
  return out;
}

}  // namespace openclaw::test
