// SPDX-License-Identifier: MIT
#include "sources/host.h"

#include "base/text.h"
#include "command.h"
#include "exit_code.h"
#include "output.h"
#include "paths.h"
#include "when.h"

namespace openclaw::cmd {
namespace {

int run(const Args& args) {
  const auto settings = load_settings(args);
  const zone::Zone zone(zone_name(settings));
  const auto now = base::wall_now();
  const auto since =
      args.has("since") ? parse_when(args.get("since"), zone, now) : now - base::Millis(86400000);
  const auto readings = sources::read_host("host", since, now, zone);
  if (args.has("json")) {
    write_stdout(base::printable_json(sources::host_as_json(readings)));
    return done;
  }
  std::string out;
  for (const auto& reading : readings) {
    for (const auto& item : reading.items)
      out += (item.severity == sources::Severity::critical  ? "▲ "
              : item.severity == sources::Severity::warning ? "△ "
                                                            : "  ") +
             item.title + "\n";
    for (const auto& fact : reading.quiet) out += "  " + fact + "\n";
    if (reading.state != sources::Reading::State::ok) out += "? " + reading.reason + "\n";
  }
  write_stdout(base::printable(out));
  return done;
}

}  // namespace

Command host_command() {
  return {"host",
          "what this machine tells of itself, as a briefing reads it",
          {},
          {{"--since", "WHEN", "journal errors from then on; else of the last day"},
           {"--json", "", "a line for each reading: what another machine's source wants"}},
          {{"openclaw host", "disks, units, journal, load, reboot, upgrades"},
           {"ssh vps2 openclaw host --json", "the command of a source for another machine"}},
          run};
}

}  // namespace openclaw::cmd
