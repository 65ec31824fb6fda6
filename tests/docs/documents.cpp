// SPDX-License-Identifier: MIT
#include "docs/documents.h"

#include <algorithm>

#include "base/text.h"
#include "units.h"

namespace openclaw::test {
namespace {

std::string dashed(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

/// Breaks text lines after 79 bytes at the latest, but not inside displays.
std::string wrapped(const std::string& page) {
  std::string out;
  bool display = false;
  for (auto line : base::split(std::string_view(page).substr(0, page.size() - 1), '\n')) {
    if (line.starts_with(".Bd")) display = true;
    if (line.starts_with(".Ed")) display = false;
    while (!display && !line.starts_with('.') && line.size() > 79) {
      auto at = line.rfind(' ', 79);
      while (at != std::string_view::npos && at > 0 &&
             (line[at + 1] == '.' || line[at + 1] == '\''))
        at = line.rfind(' ', at - 1);
      if (at == std::string_view::npos || at == 0) break;
      out += std::string(line.substr(0, at)) + "\n";
      line.remove_prefix(at + 1);
    }
    out += std::string(line) + "\n";
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> documents() {
  std::map<std::string, std::string> out;
  out["man/openclaw.1"] = wrapped(main_page());
  for (const auto& command : cmd::commands())
    out["man/openclaw-" + dashed(command.name) + ".1"] = wrapped(man_page(command));
  out["man/openclaw.json.5"] = wrapped(config_page());
  out["share/openclaw/config.schema.json"] = config_schema();
  out["share/completions/openclaw.bash"] = bash_completion();
  out["share/completions/_openclaw"] = zsh_completion();
  out["share/completions/openclaw.fish"] = fish_completion();
  for (const auto& [name, text] : cmd::render_units(settings::embedded(), "/usr/bin/openclaw"))
    out["systemd/" + name] = text;
  return out;
}

}  // namespace openclaw::test
