// SPDX-License-Identifier: MIT
#include "job_run.h"

#include <algorithm>

#include <fmt/core.h>

#include "audit/checkpoint.h"
#include "audit/process.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "exit_code.h"
#include "interrupt.h"
#include "job_writer.h"
#include "json/parse.h"
#include "paths.h"
#include "secrets.h"
#include "sources/fetch.h"

namespace openclaw::cmd {

struct JobRun::Work {
  State& state;
  jobs::Ledger& ledger;
  base::Secret key;
  jobs::SourceState sources;
  jobs::Claim claim;
  std::string run;
  base::Millis start = base::boot_now();

  Work(State& s, jobs::Ledger& l, base::Secret k, jobs::Claim c, std::string id)
      : state(s),
        ledger(l),
        key(std::move(k)),
        sources(s.db, key),
        claim(std::move(c)),
        run(std::move(id)) {}

  std::string kept(const std::string& ref) const {
    if (ref.empty()) return {};
    return state.bodies.get(ref).value_or("");
  }
};

JobRun::JobRun(const Args& args, const settings::Settings& settings, std::string name)
    : args_(args),
      settings_(settings),
      name_(std::move(name)),
      job_(settings.jobs.at(name_)),
      zone_(zone_name(settings)),
      schedule_(job_.schedule),
      now_(base::wall_now()),
      target_(args.get("output")) {}

int JobRun::go() {
  pick_slot();
  if (args_.has("dry-run")) return dry_run();
  if (args_.has("explain")) return explain();
  State state(state_folder(args_, settings_), settings_);
  jobs::Ledger ledger(state.db);
  if (args_.has("again")) return show_again(state, ledger);
  if (too_late()) return skip(ledger);
  return claim_and_make(state, ledger);
}

int JobRun::resume(const jobs::Row& row) {
  slot_ = {row.slot, row.scheduled_at, schedule_.next(zone_, now_)};
  State state(state_folder(args_, settings_), settings_);
  jobs::Ledger ledger(state.db);
  return claim_and_make(state, ledger);
}

int JobRun::claim_and_make(State& state, jobs::Ledger& ledger) {
  const auto claim =
      ledger.claim(name_, slot_, audit::own_process(), args_.has("force"), base::wall_now());
  if (claim.kind == jobs::Claim::Kind::busy)
    throw base::TransientError(
        fmt::format("{} {} is being made by another process", name_, slot_.label));
  if (claim.kind != jobs::Claim::Kind::taken) return already(claim);
  try {
    Work work(state, ledger, body_key(settings_, state.folder, false), claim, base::new_ulid(now_));
    start_run(work);
    const int code = claim.row.plan_ref.empty() ? make(work) : deliver_again(work);
    ping(true);
    return code;
  } catch (const ClosedPipe&) {
    throw;
  } catch (const std::exception& e) {
    ledger.failed(name_, slot_.label, base::describe(e), target_.empty());
    ping(false);
    throw;
  }
}

/// Tells whoever watches that the job ran, or, at the same URL with "/fail", that it did not.
void JobRun::ping(bool good) const {
  if (!job_.ping) return;
  try {
    const auto http = net::make_http_client();
    sources::Fetch fetch(*http, base::boot_now() + base::Millis(10000));
    std::string url(resolve(job_.ping).reveal());
    while (url.ends_with('/')) url.pop_back();
    const auto response = fetch.get(good ? url : url + "/fail");
    if (response.status >= 400)
      base::log::warning("job", "{}: the ping was answered {}", name_, response.status);
  } catch (const base::Error& e) {
    base::log::warning("job", "{}: the ping did not go out: {}", name_, base::describe(e));
  }
}

/// Which slot this moment has, why, and what is known of it; nothing is changed.
int JobRun::explain() {
  const auto clock = [this](base::Time t) {
    const auto local = zone_.local(t);
    return fmt::format("{} {} {:02}:{:02}", zone::day_name(local.weekday(), true),
                       zone::iso_date(local.date), local.hour, local.minute);
  };
  std::string out =
      fmt::format("schedule  {} in {}\nnow       {}\n", job_.schedule, zone_.name(), clock(now_));
  const auto due = jobs::scheduled_slot(schedule_, zone_, now_);
  if (due)
    out += fmt::format("due       {}, {} ago: slot {}{}\n", clock(*due->scheduled),
                       base::human_duration(now_ - *due->scheduled), due->label,
                       job_.max_late && now_ - *due->scheduled > *job_.max_late
                           ? ", too late: it would be skipped"
                           : "");
  out += fmt::format("by hand   slot {}\n", jobs::hand_slot(schedule_, zone_, now_).label);
  if (slot_.next) out += "next      " + clock(*slot_.next) + "\n";
  ReadState state(state_folder(args_, settings_), settings_);
  SQLite::Statement rows(state.db.raw(),
                         "SELECT slot, state, attempts, coalesce(note,'') FROM slots WHERE job=?"
                         " ORDER BY claimed_at DESC LIMIT 5");
  rows.bind(1, name_);
  while (rows.executeStep())
    out += fmt::format(
        "slot      {} {}, {}{}\n", rows.getColumn(0).getString(), rows.getColumn(1).getString(),
        base::counted(rows.getColumn(2).getInt64(), "attempt"),
        rows.getColumn(3).getString().empty() ? "" : ": " + rows.getColumn(3).getString());
  write_stdout(base::printable(out));
  return done;
}

void JobRun::pick_slot() {
  slot_ = jobs::hand_slot(schedule_, zone_, now_);
  if (args_.has("scheduled")) {
    const auto due = jobs::scheduled_slot(schedule_, zone_, now_);
    if (!due) throw base::ConfigError("the schedule of '" + name_ + "' has never been due");
    slot_ = *due;
  }
  if (args_.has("slot")) slot_.label = args_.get("slot");
}

bool JobRun::too_late() const {
  return args_.has("scheduled") && !args_.has("force") && job_.max_late && slot_.scheduled &&
         now_ - *slot_.scheduled > *job_.max_late;
}

int JobRun::skip(jobs::Ledger& ledger) {
  const auto row = ledger.find(name_, slot_.label);
  if (row && (row->state == "done" || row->state == "skipped"))
    return already({jobs::Claim::Kind::done, *row, false});
  if (ledger.is_busy(name_, slot_.label))
    throw base::TransientError(
        fmt::format("{} {} is being made by another process", name_, slot_.label));
  if (row) ledger.failed(name_, slot_.label, "its process is gone");
  const std::string why =
      fmt::format("{} late, max_late is {}", base::human_duration(now_ - *slot_.scheduled),
                  base::human_duration(*job_.max_late));
  ledger.skip(name_, slot_, why, now_);
  write_stderr(fmt::format("openclaw: {} {} is skipped: {}\n", name_, slot_.label, why));
  return done;
}

int JobRun::already(const jobs::Claim& claim) const {
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

int JobRun::show_again(State& state, jobs::Ledger& ledger) {
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

/// What was read for this slot before, or what is read now and then kept.
jobs::Gathered JobRun::read(Work& work) {
  if (const auto kept = work.kept(work.claim.row.gathered_ref); !kept.empty())
    return jobs::gathered_from(json::parse(kept));
  mark_delivered(settings_, work.sources);
  auto gathered = gather(settings_, job_, last_told(&work.state.db), now_, zone_, &work.sources);
  work.state.db.transaction([&] {
    work.ledger.gathered(name_, slot_.label,
                         work.state.bodies.put(json::dump(to_json(gathered)), now_, true));
  });
  return gathered;
}

jobs::Briefing JobRun::compose(store::Database* db, const std::string& run,
                               const jobs::Gathered& gathered) const {
  jobs::Briefing b;
  b.host = host_name();
  b.when = slot_.scheduled.value_or(now_);
  b.slot = slot_;
  b.run = run;
  b.quiet = gathered.quiet;
  b.not_seen = gathered.not_seen;
  b.cuts = gathered.cuts;
  b.sources_ok = gathered.ok;
  b.sources_all = gathered.all;
  b.took = gathered.took;
  if (db) {
    b.diff = jobs::compare(*db, name_, gathered.items, gathered.unseen_kinds,
                           zone_.local(now_).date, now_);
    for (const auto& row : jobs::Ledger(*db).unreported(name_))
      b.missed.push_back(fmt::format("{} ({})", row.slot, row.note));
  } else {
    for (const auto& item : gathered.items) b.diff.items.push_back({item, "", 1, false});
  }
  b.setup = setup_state();
  return b;
}

std::vector<std::pair<std::string, bool>> JobRun::setup_state() const {
  bool place = false;
  for (const auto& [key, value] : settings_.places) place |= value.kind != "cli";
  return {{"machine", true},
          {"model", !settings_.models.empty()},
          {"place", place},
          {"sources", !settings_.sources.empty()},
          {"timers", args_.has("scheduled")}};
}

/// When the job last told something; a day ago when it never did.
base::Time JobRun::last_told(store::Database* db) const {
  if (db)
    for (const auto& row : jobs::Ledger(*db).latest(name_, 10))
      if (row.delivered_at) return *row.delivered_at;
  return now_ - base::Millis(86400000);
}

int JobRun::dry_run() {
  const auto gathered = gather(settings_, job_, last_told(nullptr), now_, zone_, nullptr);
  auto briefing = compose(nullptr, "dry run", gathered);
  briefing.written_by = "dry run: nothing is kept, no model is asked";
  briefing.cost = base::Usd{};
  deliver(jobs::render(briefing, zone_, style()));
  return done;
}

jobs::Style JobRun::style() const {
  const bool page = target_.empty();
  return {page && use_colour(),
          page && stdout_is_terminal() ? std::min<std::size_t>(columns(), 120) : 100};
}

int JobRun::make(Work& work) {
  const auto gathered = read(work);
  auto briefing = compose(&work.state.db, work.run, gathered);
  const auto result = write_with_model(work.state, settings_, name_, briefing, args_);
  auto plain_style = style();
  plain_style.bold = false;
  std::string text = jobs::render(briefing, zone_, plain_style);
  if (work.claim.outcome_unknown) text = "(again) " + text;
  const jobs::Plan plan{briefing.diff, gathered.receipts, briefing.written_by, briefing.cost,
                        target_};
  // The model's outcome, the text and the slot become durable together.
  work.state.recorder.note(
      "job", json::Value::object({{"run", work.run}, {"sources", to_json(gathered.reports)}}),
      base::wall_now(), [&] { hand_over(work, text, plan); });
  const bool bold = style().bold && !work.claim.outcome_unknown;
  deliver(bold ? jobs::render(briefing, zone_, style()) : text);
  close(work, text, plan, result);
  return done;
}

void JobRun::hand_over(Work& work, const std::string& text, const jobs::Plan& plan) {
  const auto text_ref = work.state.bodies.put(text, now_, true);
  const auto plan_ref = work.state.bodies.put(json::dump(to_json(plan)), now_, true);
  work.ledger.delivering(name_, slot_.label, text_ref, plan_ref, work.run);
}

/// A text was there when the process before this one died: it may have arrived, so the repeat says
/// that it is one.
int JobRun::deliver_again(Work& work) {
  std::string text = work.kept(work.claim.row.text_ref);
  const auto kept = work.kept(work.claim.row.plan_ref);
  if (text.empty() || kept.empty()) {  // erased meanwhile
    work.claim.row.gathered_ref.clear();
    return make(work);
  }
  const auto plan = jobs::plan_from(json::parse(kept));
  if (target_.empty()) target_ = plan.target;  // where it was to go in the first place
  if (work.claim.outcome_unknown && !text.starts_with("(again) ")) text = "(again) " + text;
  work.state.db.transaction([&] { hand_over(work, text, plan); });
  deliver(text);
  audit::RunResult result;
  result.outcome = "ok";
  result.cost = base::Usd{};  // the run before this one has paid
  close(work, text, plan, result);
  return done;
}

void JobRun::close(Work& work, const std::string& text, const jobs::Plan& plan,
                   const audit::RunResult& written) {
  jobs::Row row;
  row.delivered_to = target_.empty() ? "stdout" : target_;
  row.written_by = plan.written_by;
  row.cost = plan.cost;
  row.took_ms = (base::boot_now() - work.start).count();
  audit::RunResult result = written;
  result.duration = base::Millis(row.took_ms);
  result.output = text;
  const auto now = base::wall_now();
  work.state.recorder.end_run(result, now, [&] {
    work.ledger.done(name_, slot_.label, row, now);
    jobs::remember(work.state.db, name_, slot_.label, plan.diff, zone_.local(now_).date);
    work.sources.settle(plan, now);
  });
  // The slot is closed: what fails from here on is no failure of the delivery.
  try {
    work.state.recorder.note(
        "delivery",
        json::Value::object({{"run", work.run},
                             {"to", row.delivered_to},
                             {"sha256", base::hex(crypto::view(crypto::sha256(text)))}}),
        now);
    mark_delivered(settings_, work.sources);
    audit::checkpoint_daily(work.state.db, work.state.recorder, work.state.bodies, now);
  } catch (const std::exception& e) {
    base::log::warning("job", "{} {} is delivered; after that: {}", name_, slot_.label,
                       base::describe(e));
  }
}

void JobRun::start_run(Work& work) const {
  audit::RunInfo info;
  info.run = work.run;
  info.at = now_;
  info.agent = job_.agent.empty() ? "none" : job_.agent;
  info.trigger = "job";
  info.job = name_;
  info.slot = slot_.label;
  info.host = host_name();
  work.state.recorder.start_run(info);
}

void JobRun::deliver(const std::string& text) const {
  if (!target_.empty())
    base::write_atomically(target_, text, 0640);
  else
    write_stdout(stdout_is_terminal() && !use_colour() ? base::printable(text) : text);
}

void settle_marks(const Args& args, const settings::Settings& settings) {
  State state(state_folder(args, settings), settings);
  const auto key = body_key(settings, state.folder, false);
  jobs::SourceState known(state.db, key);
  mark_delivered(settings, known);
}

std::vector<jobs::Row> open_slots(const Args& args, const settings::Settings& settings) {
  State state(state_folder(args, settings), settings);
  auto rows = jobs::Ledger(state.db).left_open();
  // What somebody began by hand is theirs to see: --again shows it.
  std::erase_if(rows, [](const jobs::Row& row) { return !row.scheduled_at; });
  return rows;
}

}  // namespace openclaw::cmd
