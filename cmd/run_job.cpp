// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "exit_code.h"
#include "job_list.h"
#include "job_recover.h"
#include "job_run.h"
#include "output.h"
#include "paths.h"

namespace openclaw::cmd {
namespace {

bool is_label(const std::string& text) {
  constexpr std::size_t longest = 60;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return base::is_alnum(c) || c == '-' || c == '#'; });
}

int run(const Args& args) {
  const auto settings = load_settings(args);
  if (args.has("list")) return list_jobs(args, settings);
  if (args.has("recover")) return recover(args, settings);
  const std::string name = args.get("NAME");
  if (name.empty())
    throw base::UsageError("run-job needs the name of a job", "openclaw run-job --list");
  if (!settings.jobs.contains(name)) {
    std::vector<std::string> names;
    for (const auto& [known, job] : settings.jobs) names.push_back(known);
    throw base::UsageError(
        "there is no job '" + base::one_line(name) + "'" + base::did_you_mean(name, names),
        "openclaw run-job --list");
  }
  if (args.has("json")) throw base::UsageError("--json goes with --list");
  if (args.has("slot") && !is_label(args.get("slot")))
    throw base::UsageError("--slot: a label like 2026-11-23, 2026-W48 or hand-2026-11-23");
  if (int{args.has("scheduled")} + int{args.has("slot")} + int{args.has("event")} > 1)
    throw base::UsageError("--event, --scheduled and --slot do not go together");
  if (args.has("key") && (!args.has("event") || !is_label(args.get("key"))))
    throw base::UsageError("--key goes with --event: letters, digits and '-', like deploy-118");
  return JobRun(args, settings, name).go();
}

}  // namespace

Command run_job_command() {
  return {"run-job",
          "one job: by its timer, or by hand",
          {{"NAME", "the job", false, false}},
          {{"--event", "FILE", "for a text from outside, \"-\" = stdin: a slot of its own"},
           {"--key", "KEY", "with --event: what makes it the same event, instead of its text"},
           {"--scheduled", "", "as the timer does: claims the schedule's slot, obeys max_late"},
           {"--deliver", "", "to the job's places, as its timer would, instead of stdout"},
           {"--again", "", "show once more what this slot delivered"},
           {"--force", "", "make a new one although the slot is done"},
           {"--slot", "LABEL", "another slot than today's"},
           {"--dry-run", "", "gather and print; keep nothing, ask no model"},
           {"--no-model", "", "the plain rendering, without a model"},
           {"-o,--output", "FILE", "into a file, replaced as a whole, instead of stdout"},
           {"--explain", "", "which slot it is now, and why; changes nothing"},
           {"--recover", "", "finish what a process that is gone left half done"},
           {"--list", "", "all jobs: next, last, took, cost, the last ten"},
           {"--json", "", "with --list: one record"}},
          {{"openclaw run-job morning-briefing", "the briefing of this machine, now"},
           {"openclaw run-job --list", "what runs when, and how it went"}},
          run};
}

}  // namespace openclaw::cmd
