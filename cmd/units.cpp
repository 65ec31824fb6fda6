// SPDX-License-Identifier: MIT
#include "units.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "exit_code.h"
#include "paths.h"
#include "sources/program.h"
#include "zone/schedule.h"

namespace openclaw::cmd {
namespace {

/// What every service of ours is denied; openclaw(1) speaks of it.
constexpr const char* hardening = R"(User=openclaw
Group=openclaw
UMask=0027
StateDirectory=openclaw
StateDirectoryMode=0750
ConfigurationDirectory=openclaw
LimitCORE=0
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
PrivateMounts=yes
ProtectProc=invisible
ProtectHostname=yes
ProtectClock=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
CapabilityBoundingSet=
AmbientCapabilities=
SystemCallArchitectures=native
SystemCallFilter=@system-service landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
)";

std::string head(const std::string& description) {
  return "# SPDX-License-Identifier: MIT\n# Made by openclaw check "
         "--render-units.\n[Unit]\nDescription=" +
         description + "\nDocumentation=man:openclaw-run-job(1)\n";
}

std::string not_retried() {
  std::string out;
  for (const auto& row : exit_table())
    if (row.code != done && !row.retried)
      out += (out.empty() ? "" : " ") + std::to_string(row.code);
  return out;
}

std::string service(const std::string& description, const std::string& command) {
  return head(description) +
         "Wants=network-online.target\nAfter=network-online.target\n"
         "# Frequent timers are no fault; max_late ends the tries of a slot.\n"
         "StartLimitIntervalSec=0\n\n[Service]\nType=oneshot\nExecStart=" +
         command +
         "\nTimeoutStartSec=15min\n# Only what may pass is worth another try.\nRestart=on-failure\n"
         "RestartSec=5min\nRestartPreventExitStatus=" +
         not_retried() + "\n" + hardening;
}

/// A listener comes back whatever ended it, unless a person must do something first.
std::string listener(const std::string& channel, const std::string& command) {
  const std::string name = "listen-" + channel;
  return "# SPDX-License-Identifier: MIT\n# Made by openclaw check --render-units.\n[Unit]\n"
         "Description=openclaw " +
         name + "\nDocumentation=man:openclaw-" + name +
         "(1)\nWants=network-online.target\nAfter=network-online.target\n"
         "StartLimitIntervalSec=0\n\n[Service]\nType=notify\nNotifyAccess=main\nExecStart=" +
         command +
         "\n# Ready after the first good poll, however long the network takes.\n"
         "TimeoutStartSec=infinity\n# Fed by good polls, of which each takes 50 s at most.\n"
         "WatchdogSec=3min\nTimeoutStopSec=20s\nRestart=always\nRestartSec=5s\n"
         "RestartPreventExitStatus=" +
         fmt::format("{} {} {}", int{usage}, int{denied}, int{config}) + "\n" + hardening +
         "\n[Install]\nWantedBy=multi-user.target\n";
}

/// What a service needs beside that to see this machine as a shell does: the whole journal, and
/// how full the disks below /home are.
constexpr const char* sees_the_machine =
    "# SPDX-License-Identifier: MIT\n# Made by openclaw check --render-units.\n[Service]\n"
    "SupplementaryGroups=systemd-journal\nProtectHome=read-only\n";

bool reads_this_machine(const settings::Settings& settings, const settings::Job& job) {
  if (job.gather.empty()) return true;
  return std::any_of(job.gather.begin(), job.gather.end(), [&](const settings::Gather& gather) {
    const auto source = settings.sources.find(gather.from);
    return source != settings.sources.end() && source->second.kind == "host" &&
           source->second.command.empty();
  });
}

/// Only around a change of the clocks can a reading be missing.
std::vector<zone::Civil> leapt_over(const zone::Schedule& schedule, const zone::Zone& zone,
                                    base::Time from, base::Time to) {
  std::vector<zone::Civil> out;
  for (const auto& span : zone.offsets(from, to)) {
    if (span.from <= from) continue;
    const auto day = std::chrono::sys_days(zone.local(span.from).date) - std::chrono::days(1);
    const auto found = schedule.skipped(zone, day, 3);
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> render_units(const settings::Settings& settings,
                                                const std::string& program) {
  std::map<std::string, std::string> out;
  out["openclaw-job@.service"] = service("openclaw job %i", program + " run-job --scheduled %i");
  out["openclaw-recover.service"] =
      service("openclaw, what was left half done", program + " run-job --recover");
  out["openclaw-listen-matrix.service"] = listener("matrix", program + " listen-matrix");
  out["openclaw-listen-telegram.service"] = listener("telegram", program + " listen-telegram");
  out["openclaw-recover.timer"] =
      head("openclaw, what was left half done, at boot and every 5 minutes") +
      "\n[Timer]\nOnBootSec=1min\nOnUnitInactiveSec=5min\n\n[Install]\n"
      "WantedBy=timers.target\n";
  out["openclaw-prune.service"] =
      service("openclaw, texts older than the configuration keeps", program + " audit prune");
  out["openclaw-prune.timer"] =
      head("openclaw, texts older than the configuration keeps, each night") +
      "\n[Timer]\nOnCalendar=*-*-* 03:30\nRandomizedDelaySec=30min\nPersistent=true\n\n"
      "[Install]\nWantedBy=timers.target\n";
  for (const auto& [name, job] : settings.jobs) {
    if (reads_this_machine(settings, job))
      for (const auto& unit : {"openclaw-job@" + name, std::string("openclaw-recover")})
        out[unit + ".service.d/machine.conf"] = sees_the_machine;
    if (job.schedule.empty()) continue;
    out["openclaw-job@" + name + ".timer"] =
        head("openclaw job " + name) + "\n[Timer]\nOnCalendar=" + job.schedule +
        (settings.time_zone.empty() ? "" : " " + settings.time_zone) +
        "\nPersistent=true\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n";
  }
  return out;
}

std::string job_times(const settings::Settings& settings, base::Time now) {
  constexpr base::Millis year{366LL * 86400000};
  std::string out;
  if (settings.jobs.empty()) return out;
  const zone::Zone zone(zone_name(settings));
  for (const auto& [name, job] : settings.jobs) {
    if (job.schedule.empty()) {
      out += fmt::format("job {}: by hand or with an event\n", name);
      continue;
    }
    const zone::Schedule schedule(job.schedule);
    std::string line;
    base::Time at = now;
    for (int i = 0; i < 3; ++i) {
      const auto next = schedule.next(zone, at);
      if (!next) break;
      const auto local = zone.local(*next);
      line += fmt::format("{}{} {} {:02}:{:02}", line.empty() ? "" : ", ",
                          zone::day_name(local.weekday(), true), zone::iso_date(local.date),
                          local.hour, local.minute);
      at = *next;
    }
    out += fmt::format("job {}: {}\n", name, line.empty() ? "never again" : line);
    for (const auto& civil : leapt_over(schedule, zone, now, now + year))
      out += fmt::format("job {}: not on {} at {:02}:{:02}, the clocks leap over it\n", name,
                         zone::iso_date(civil.date), civil.hour, civil.minute);
  }
  return out;
}

std::string timer_differences(const settings::Settings& settings) {
  const auto enabled = sources::ask_program(
      "systemctl", {"list-unit-files", "--no-legend", "--state=enabled", "openclaw-job@*.timer"});
  if (!enabled) return {};
  std::set<std::string> timers;
  for (const auto line : base::split(*enabled, '\n')) {
    const auto unit = line.substr(0, line.find(' '));
    constexpr std::string_view before = "openclaw-job@", after = ".timer";
    if (unit.starts_with(before) && unit.ends_with(after) &&
        unit.size() > before.size() + after.size())
      timers.emplace(unit.substr(before.size(), unit.size() - before.size() - after.size()));
  }
  std::string out;
  for (const auto& [name, job] : settings.jobs)
    if (!job.schedule.empty() && timers.erase(name) == 0)
      out += fmt::format(
          "job {}: its timer is not enabled here (systemctl enable --now "
          "openclaw-job@{}.timer)\n",
          name, name);
  for (const auto& name : timers)
    out += fmt::format("the timer openclaw-job@{}.timer is enabled, and no such job is declared\n",
                       base::one_line(name));
  return out;
}

}  // namespace openclaw::cmd
