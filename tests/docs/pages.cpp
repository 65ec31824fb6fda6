// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.h"
#include "docs/documents.h"
#include "exit_code.h"

namespace openclaw::test {
namespace {

std::string dashed(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return text;
}

std::string head(const std::string& page, int section, const std::string& summary) {
  return ".\\\" SPDX-License-Identifier: MIT\n.Dd November 23, 2026\n.Dt " + upper(page) + " " +
         std::to_string(section) + "\n.Os openclaw\n.Sh NAME\n.Nm " + page + "\n.Nd " +
         mdoc(summary) + "\n";
}

/// "-a,--agent" with a value as mdoc flags.
std::string flags(const cmd::Option& option) {
  std::string out;
  for (const auto name : base::split(option.names, ',')) {
    if (!out.empty()) out += " , ";
    out += "Fl " + std::string(name.substr(1));
    if (!option.value.empty()) out += " Ar " + option.value;
  }
  return out;
}

}  // namespace

std::string mdoc(const std::string& text) {
  std::string out;
  bool start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (start && (c == '.' || c == '\'')) out += "\\&";
    start = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '"')
      out += "\\(dq";
    else
      out += c;
  }
  return out;
}

std::string man_page(const cmd::Command& command) {
  std::string out = head("openclaw-" + dashed(command.name), 1, command.summary);
  out += ".Sh SYNOPSIS\n.Nm openclaw " + command.name + "\n.Op Ar options\n";
  for (const auto& p : command.positionals)
    out += (p.required ? ".Ar " : ".Op Ar ") + p.name + (p.repeat ? " ...\n" : "\n");
  out += ".Sh DESCRIPTION\n" + prose_of(command.name);
  if (!command.positionals.empty()) {
    out += ".Bl -tag -width Ds\n";
    for (const auto& p : command.positionals) out += ".It Ar " + p.name + "\n" + mdoc(p.doc) + "\n";
    out += ".El\n";
  }
  out += ".Pp\nThe options are:\n.Bl -tag -width Ds\n";
  auto options = command.options;
  options.insert(options.end(), cmd::common_options().begin(), cmd::common_options().end());
  for (const auto& option : options) out += ".It " + flags(option) + "\n" + mdoc(option.doc) + "\n";
  out += ".El\n.Sh EXIT STATUS\nSee\n.Xr openclaw 1 .\n.Sh EXAMPLES\n";
  for (const auto& [line, what] : command.examples)
    out += mdoc(upper(what.substr(0, 1)) + what.substr(1)) + ":\n.Bd -literal -offset indent\n" +
           mdoc(line) + "\n.Ed\n";
  return out + ".Sh SEE ALSO\n.Xr openclaw 1 ,\n.Xr openclaw.json 5\n";
}

std::string main_page() {
  std::string out = head("openclaw", 1, "a disciplined operations assistant on your own server");
  out += ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\n" + prose_of("");
  out += ".Ss Commands\n.Bl -tag -width Ds\n";
  for (const auto& command : cmd::commands())
    out += ".It Xr openclaw-" + dashed(command.name) + " 1\n" + mdoc(command.summary) + "\n";
  out += ".El\n" + prose_of("openclaw rest");
  out += ".Sh EXIT STATUS\nOne table for all commands:\n.Bl -tag -width 123\n";
  for (const auto& row : cmd::exit_table())
    out += ".It " + std::to_string(row.code) + "\n" + mdoc(std::string(row.meaning)) + "\n";
  out +=
      ".El\n.Pp\nOnly 69 and 75 are worth a retry.\n.Sh EXAMPLES\nThe briefing of this "
      "machine:\n.Pp\n"
      ".Dl openclaw run-job morning-briefing\n.Sh SEE ALSO\n.Xr openclaw.json 5\n";
  return out;
}

}  // namespace openclaw::test
