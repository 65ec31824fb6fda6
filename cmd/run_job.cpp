// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "audit/checkpoint.h"
#include "audit/process.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "command.h"
#include "exit_code.h"
#include "gather.h"
#include "interrupt.h"
#include "job_list.h"
#include "job_writer.h"
#include "jobs/briefing.h"
#include "output.h"
#include "paths.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

class JobRun {
 public:
  JobRun(const Args& args, const settings::Settings& settings, std::string name)
      : args_(args),
        settings_(settings),
        name_(std::move(name)),
        job_(settings.jobs.at(name_)),
        zone_(zone_name(settings)),
        schedule_(job_.schedule),
        now_(base::wall_now()) {}

  int go() {
    pick_slot();
    if (args_.has("dry-run")) return dry_run();
    State state(state_folder(args_, settings_), settings_);
    jobs::Ledger ledger(state.db);
    if (args_.has("again")) return show_again(state, ledger);
    if (too_late()) return skip(ledger);
    const auto claim =
        ledger.claim(name_, slot_, audit::own_process(), args_.has("force"), base::wall_now());
    if (claim.kind == jobs::Claim::Kind::busy)
      throw base::TransientError(
          fmt::format("{} {} is being made by another process", name_, slot_.label));
    if (claim.kind != jobs::Claim::Kind::taken) return already(claim);
    try {
      return make(state, ledger, claim.outcome_unknown);
    } catch (const ClosedPipe&) {
      throw;
    } catch (const std::exception& e) {
      ledger.failed(name_, slot_.label, base::describe(e));
      throw;
    }
  }

 private:
  void pick_slot() {
    slot_ = jobs::hand_slot(schedule_, zone_, now_);
    if (args_.has("scheduled")) {
      const auto due = jobs::scheduled_slot(schedule_, zone_, now_);
      if (!due) throw base::ConfigError("the schedule of '" + name_ + "' has never been due");
      slot_ = *due;
    }
    if (args_.has("slot")) slot_.label = args_.get("slot");
  }

  bool too_late() const {
    return args_.has("scheduled") && !args_.has("force") && job_.max_late && slot_.scheduled &&
           now_ - *slot_.scheduled > *job_.max_late;
  }

  int skip(jobs::Ledger& ledger) {
    if (ledger.find(name_, slot_.label))
      return already({jobs::Claim::Kind::done, *ledger.find(name_, slot_.label), false});
    const std::string why =
        fmt::format("{} late, max_late is {}", base::human_duration(now_ - *slot_.scheduled),
                    base::human_duration(*job_.max_late));
    ledger.skip(name_, slot_, why, now_);
    write_stderr(fmt::format("openclaw: {} {} is skipped: {}\n", name_, slot_.label, why));
    return done;
  }

  int already(const jobs::Claim& claim) const {
    const auto& row = claim.row;
    if (row.state == "skipped") {
      write_stderr(fmt::format("openclaw: {} {} was skipped: {}\n", name_, slot_.label, row.note));
      return done;
    }
    std::string when = "earlier";
    if (row.delivered_at) {
      const auto local = zone_.local(*row.delivered_at);
      when = fmt::format("{} at {:02}:{:02}", zone::iso_date(local.date), local.hour, local.minute);
    }
    write_stderr(fmt::format("openclaw: {} {} was delivered {} to {}\n", name_, slot_.label, when,
                             row.delivered_to.empty() ? "the terminal" : row.delivered_to));
    write_stderr("openclaw: hint: --again shows it, --force makes a new one\n");
    return done;
  }

  int show_again(State& state, jobs::Ledger& ledger) {
    auto row = ledger.find(name_, slot_.label);
    if (!row || row->text_ref.empty()) {
      for (const auto& latest : ledger.latest(name_, 20))
        if (!latest.text_ref.empty()) {
          row = latest;
          break;
        }
    }
    const auto text = row ? state.bodies.get(row->text_ref) : std::nullopt;
    if (!text) throw base::Error("nothing of '" + name_ + "' is kept to be shown again");
    write_stdout(base::printable(*text));
    return done;
  }

  jobs::Briefing collect(store::Database* db, const std::string& run) {
    jobs::Briefing b;
    const base::Time since = last_told(db);
    const auto gathered = gather(settings_, job_, since, now_, zone_);
    b.host = host_name();
    b.when = slot_.scheduled.value_or(now_);
    b.slot = slot_;
    b.run = run;
    b.quiet = gathered.quiet;
    b.not_seen = gathered.not_seen;
    b.sources_ok = gathered.ok;
    b.sources_all = gathered.all;
    b.took = gathered.took;
    const auto today = zone_.local(now_).date;
    if (db) {
      b.diff = jobs::compare(*db, name_, gathered.items, gathered.unseen_kinds, today, now_);
      for (const auto& row : jobs::Ledger(*db).unreported(name_))
        b.missed.push_back(fmt::format("{} ({})", row.slot, row.note));
    } else {
      for (const auto& item : gathered.items) b.diff.items.push_back({item, "", 1, false});
    }
    b.setup = setup_state();
    return b;
  }

  std::vector<std::pair<std::string, bool>> setup_state() const {
    bool place = false;
    for (const auto& [key, value] : settings_.places) place |= value.kind != "cli";
    return {{"machine", true},
            {"model", !settings_.models.empty()},
            {"place", place},
            {"sources", !settings_.sources.empty()},
            {"timers", args_.has("scheduled")}};
  }

  /// When the job last told something; a day ago when it never did.
  base::Time last_told(store::Database* db) const {
    if (db)
      for (const auto& row : jobs::Ledger(*db).latest(name_, 10))
        if (row.delivered_at) return *row.delivered_at;
    return now_ - base::Millis(86400000);
  }

  int dry_run() {
    auto briefing = collect(nullptr, "dry run");
    briefing.written_by = "dry run: nothing is kept, no model is asked";
    briefing.cost = base::Usd{};
    deliver(jobs::render(briefing, zone_, style()), false);
    return done;
  }

  jobs::Style style() const {
    const bool page = !args_.has("output");
    return {page && use_colour(),
            page && stdout_is_terminal() ? std::min<std::size_t>(columns(), 120) : 100};
  }

  int make(State& state, jobs::Ledger& ledger, bool outcome_unknown) {
    const base::Millis start = base::boot_now();
    const std::string run = base::new_ulid(now_);
    start_run(state, run);
    auto briefing = collect(&state.db, run);
    const auto written = write_with_model(state, settings_, name_, briefing, args_);
    auto plain_style = style();
    plain_style.bold = false;
    std::string text = jobs::render(briefing, zone_, plain_style);
    if (outcome_unknown) text = "(again) " + text;
    std::string ref;
    state.db.transaction([&] { ref = state.bodies.put(text, now_, true); });
    ledger.delivering(name_, slot_.label, ref, run);
    const bool bold = style().bold && !outcome_unknown;
    deliver(bold ? jobs::render(briefing, zone_, style()) : text, true);
    jobs::Row row;
    row.delivered_to = args_.get("output", "stdout");
    row.written_by = briefing.written_by;
    row.cost = briefing.cost;
    row.took_ms = (base::boot_now() - start).count();
    state.db.transaction([&] {
      ledger.done(name_, slot_.label, row, base::wall_now());
      jobs::remember(state.db, name_, slot_.label, briefing.diff, zone_.local(now_).date);
    });
    audit::RunResult result = written;
    result.duration = base::Millis(row.took_ms);
    result.output = text;
    state.recorder.end_run(result, base::wall_now());
    audit::checkpoint_daily(state.db, state.recorder, state.bodies, base::wall_now());
    return done;
  }

  void start_run(State& state, const std::string& run) const {
    audit::RunInfo info;
    info.run = run;
    info.at = now_;
    info.agent = job_.agent.empty() ? "none" : job_.agent;
    info.trigger = "job";
    info.job = name_;
    info.slot = slot_.label;
    info.host = host_name();
    state.recorder.start_run(info);
  }

  void deliver(const std::string& text, bool) const {
    if (args_.has("output"))
      base::write_atomically(args_.get("output"), text, 0640);
    else
      write_stdout(stdout_is_terminal() && !use_colour() ? base::printable(text) : text);
  }

  const Args& args_;
  const settings::Settings& settings_;
  std::string name_;
  const settings::Job& job_;
  zone::Zone zone_;
  zone::Schedule schedule_;
  base::Time now_;
  jobs::Slot slot_;
};

bool is_label(const std::string& text) {
  constexpr std::size_t longest = 60;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return base::is_alnum(c) || c == '-' || c == '#'; });
}

int run(const Args& args) {
  const auto settings = load_settings(args);
  if (args.has("list")) return list_jobs(args, settings);
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
  if (args.has("scheduled") && args.has("slot"))
    throw base::UsageError("--slot and --scheduled do not go together");
  return JobRun(args, settings, name).go();
}

}  // namespace

Command run_job_command() {
  return {"run-job",
          "one job: by its timer, or by hand",
          {{"NAME", "the job", false, false}},
          {{"--scheduled", "", "as the timer does: claims the schedule's slot, obeys max_late"},
           {"--again", "", "show once more what this slot delivered"},
           {"--force", "", "make a new one although the slot is done"},
           {"--slot", "LABEL", "another slot than today's"},
           {"--dry-run", "", "gather and print; keep nothing, ask no model"},
           {"--no-model", "", "the plain rendering, without a model"},
           {"-o,--output", "FILE", "into a file, replaced as a whole, instead of stdout"},
           {"--list", "", "all jobs: next, last, took, cost, the last ten"},
           {"--json", "", "with --list: one record"}},
          {{"openclaw run-job morning-briefing", "the briefing of this machine, now"},
           {"openclaw run-job --list", "what runs when, and how it went"}},
          run};
}

}  // namespace openclaw::cmd
