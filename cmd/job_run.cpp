// SPDX-License-Identifier: MIT
#include "job_run.h"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "audit/checkpoint.h"
#include "audit/process.h"
#include "base/error.h"
#include "base/failpoint.h"
#include "base/id.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "exit_code.h"
#include "job_writer.h"
#include "json/parse.h"
#include "paths.h"
#include "secrets.h"
#include "sources/fetch.h"
#include "sources/files.h"

namespace openclaw::cmd {
struct JobRun::Work {
  State& state;
  jobs::Ledger& ledger;
  base::Secret key;
  jobs::SourceState sources;
  jobs::Claim claim;
  JobDelivery delivery;
  std::string run;
  base::Millis start = base::boot_now();

  Work(State& s, jobs::Ledger& l, base::Secret k, jobs::Claim c, JobDelivery d)
      : state(s),
        ledger(l),
        key(std::move(k)),
        sources(s.db, key),
        claim(std::move(c)),
        delivery(std::move(d)) {}

  std::string kept(const std::string& ref) const {
    if (ref.empty()) return {};
    return state.bodies.open(ref).value_or("");
  }
};

JobRun::JobRun(const Args& args, const settings::Settings& settings, std::string name)
    : args_(args),
      settings_(settings),
      name_(std::move(name)),
      job_(settings.jobs.at(name_)),
      zone_(zone_name(settings)),
      schedule_(job_.timer()),
      now_(base::wall_now()),
      to_places_(args.has("scheduled") || args.has("deliver") || args.has("event")) {
  if (const auto file = args.get("output"); !file.empty())
    file_ = std::filesystem::absolute(file).lexically_normal().string();
}

int JobRun::go() {
  pick_slot();
  if (args_.has("dry-run")) return dry_run();
  if (args_.has("explain")) return explain();
  State state(state_folder(args_, settings_), settings_);
  jobs::Ledger ledger(state.db);
  if (args_.has("again")) return show_again(state, ledger);
  if (too_late() && !is_under_way(ledger)) return skip(ledger);
  return claim_and_make(state, ledger);
}

int JobRun::resume(const jobs::Row& row) {
  slot_ = {row.slot, row.scheduled_at, next()};
  to_places_ = is_resumed_ = true;
  State state(state_folder(args_, settings_), settings_);
  jobs::Ledger ledger(state.db);
  return claim_and_make(state, ledger);
}

/// Whether the slot's text is there and only its delivery is missing.
bool JobRun::is_under_way(jobs::Ledger& ledger) const {
  const auto row = ledger.find(name_, slot_.label);
  return row && !row->plan_ref.empty() && (row->state == "delivering" || row->state == "claimed");
}

int JobRun::claim_and_make(State& state, jobs::Ledger& ledger) {
  // An event becomes durable with its slot, so that any process can finish it.
  const auto claim =
      ledger.claim(name_, slot_, audit::own_process(), args_.has("force"), base::wall_now(), [&] {
        if (!event_.empty()) ledger.event(name_, slot_.label, state.bodies.put(event_, now_, true));
      });
  if (claim.kind == jobs::Claim::Kind::busy)
    throw base::TransientError(
        fmt::format("{} {} is being made by another process", name_, slot_.label));
  if (claim.kind != jobs::Claim::Kind::taken) return already(claim);
  base::failpoint("slot claimed");
  try {
    Work work(state, ledger, body_key(settings_, state.folder, false), claim,
              JobDelivery(state, settings_, name_, slot_));
    if (event_.empty()) event_ = work.kept(claim.row.event_ref);
    return claim.row.plan_ref.empty() ? make(work) : go_on(work);
  } catch (const ClosedPipe&) {
    throw;
  } catch (const std::exception& e) {
    give_way(state, ledger, e);
    throw;
  }
}

/// After an exception: a slot whose text is kept, or that a later try may well make, stays open for
/// whoever comes next.
void JobRun::give_way(State& state, jobs::Ledger& ledger, const std::exception& e) {
  ping(false);
  if (is_under_way(ledger)) return;
  const bool later_perhaps = dynamic_cast<const base::TransientError*>(&e) != nullptr;
  if (!later_perhaps) ledger.failed(name_, slot_.label, base::describe(e));
  if (to_places_)
    JobDelivery(state, settings_, name_, slot_)
        .tell_else("could not be made: " + base::describe(e));
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

/// What was read for this slot before, or what is read now and then kept; either way the audit says
/// what this run is made from.
jobs::Gathered JobRun::read(Work& work) {
  const auto note = [&](const jobs::Gathered& gathered, const std::function<void()>& also) {
    work.state.recorder.note(
        "job", json::Value::object({{"run", work.run}, {"sources", to_json(gathered.reports)}}),
        base::wall_now(), also);
  };
  base::failpoint("run started");
  if (const auto kept = work.kept(work.claim.row.gathered_ref); !kept.empty()) {
    auto gathered = jobs::gathered_from(json::parse(kept));
    note(gathered, {});
    return gathered;
  }
  mark_delivered(settings_, work.sources);
  auto gathered = gather(settings_, job_, last_told(&work.state.db), now_, zone_, &work.sources);
  if (!event_.empty()) jobs::add_reading(gathered, sources::read_notice("event", event_), 0);
  note(gathered, [&] {
    work.ledger.gathered(name_, slot_.label,
                         work.state.bodies.put(json::dump(to_json(gathered)), now_, true));
  });
  base::failpoint("gathered");
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
  auto gathered = gather(settings_, job_, last_told(nullptr), now_, zone_, nullptr);
  if (!event_.empty()) jobs::add_reading(gathered, sources::read_notice("event", event_), 0);
  auto briefing = compose(nullptr, "dry run", gathered);
  briefing.written_by = "dry run: nothing is kept, no model is asked";
  briefing.cost = base::Usd{};
  write_locally(file_.empty() ? "-" : file_, jobs::render(briefing, zone_, style()));
  return done;
}

jobs::Style JobRun::style() const {
  const bool page = file_.empty();
  return {page && use_colour(),
          page && stdout_is_terminal() ? std::min<std::size_t>(columns(), 120) : 100};
}

/// Older slots of the job that still wait tell nothing that this one does not.
void JobRun::overtake(Work& work) {
  if (!slot_.scheduled) return;
  for (const auto& row : work.ledger.left_open()) {
    if (row.job != name_ || !row.scheduled_at || *row.scheduled_at >= *slot_.scheduled) continue;
    const std::string why = "overtaken by " + slot_.label;
    const auto kept = work.kept(row.plan_ref);
    if (kept.empty()) {
      work.ledger.failed(name_, row.slot, why);
      continue;
    }
    JobDelivery(work.state, settings_, name_, {row.slot, row.scheduled_at, {}})
        .give_up(jobs::plan_from(json::parse(kept)), why, work.sources);
  }
}

int JobRun::make(Work& work) {
  overtake(work);
  work.run = base::new_ulid(now_);
  start_run(work);
  const auto gathered = read(work);
  auto briefing = compose(&work.state.db, work.run, gathered);
  const bool nothing = job_.skip_when_empty && to_places_ && jobs::is_empty(briefing);
  audit::RunResult result;
  if (nothing) {
    result.outcome = "ok";
    result.cost = briefing.cost = base::Usd{};
  } else {
    result = write_with_model(work.state, settings_, name_, briefing, args_);
  }
  auto plain = style();
  plain.bold = false;
  const std::string text = nothing ? "" : jobs::render(briefing, zone_, plain);
  result.duration = base::boot_now() - work.start;
  result.output = text;
  const jobs::Plan plan{briefing.diff,
                        gathered.receipts,
                        briefing.written_by,
                        briefing.cost,
                        result.duration.count(),
                        work.delivery.owner(work.claim.row.attempts),
                        jobs::headlines(briefing, zone_),
                        jobs::has_private(briefing)};
  const auto now = base::wall_now();
  base::failpoint("written, not kept");
  // The model's outcome, the end of the run, the text and what goes where become durable together.
  work.state.recorder.end_run(result, now, [&] {
    if (nothing)
      close_empty(work, plan, now);
    else
      keep(work, text, plan, now);
  });
  base::failpoint("text kept");
  if (nothing) return after(work);
  return deliver(work, plan, style().bold ? jobs::render(briefing, zone_, style()) : "");
}

void JobRun::close_empty(Work& work, const jobs::Plan& plan, base::Time now) {
  jobs::Row row;
  row.delivered_to = "nobody";
  row.note = "there was nothing to tell";
  row.cost = plan.cost;
  row.took_ms = plan.took_ms;
  work.ledger.done(name_, slot_.label, row, now);
  jobs::remember(work.state.db, name_, slot_.label, plan.diff, zone_.local(now).date);
  work.sources.settle(plan, now);
}

std::vector<settings::Delivery> JobRun::targets() const {
  if (!file_.empty()) return {{file_, "full"}};
  if (!to_places_ || job_.deliver.empty()) return {{"-", "full"}};
  return job_.deliver;
}

void JobRun::keep(Work& work, const std::string& text, const jobs::Plan& plan, base::Time now) {
  const auto text_ref = work.state.bodies.put(text, now, true);
  const auto plan_ref = work.state.bodies.put(json::dump(to_json(plan)), now, true);
  work.ledger.delivering(name_, slot_.label, text_ref, plan_ref, work.run);
  work.delivery.put(plan, targets(), text, now);
}

/// The text is there; a process before this one died, or could not deliver it.
int JobRun::go_on(Work& work) {
  const auto text = work.kept(work.claim.row.text_ref);
  const auto kept = work.kept(work.claim.row.plan_ref);
  if (text.empty() || kept.empty()) {  // erased meanwhile
    work.claim.row.gathered_ref.clear();
    return make(work);
  }
  work.run = work.claim.row.run;
  auto plan = jobs::plan_from(json::parse(kept));
  chat::Outbox outbox(work.state.db);
  const auto messages = outbox.of(plan.owner);
  // Elsewhere now, or nothing arrived and nothing waits any more: it is put on its way again.
  const auto none = [&messages](const auto& is) {
    return std::none_of(messages.begin(), messages.end(), is);
  };
  const auto wanted = targets();
  const bool elsewhere = none([&wanted](const auto& m) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&m](const auto& target) { return target.to == m.place; });
  });
  const bool over = none([](const auto& m) { return m.is_open() || m.state == "sent"; });
  const auto now = base::wall_now();
  work.state.db.transaction([&] {
    if (!is_resumed_ && !too_late() && (elsewhere || over)) {
      outbox.supersede(plan.owner, "put on its way anew");
      plan.owner = work.delivery.owner(work.claim.row.attempts);
      keep(work, text, plan, now);
    } else {
      work.ledger.delivering(name_, slot_.label, work.claim.row.text_ref, work.claim.row.plan_ref,
                             work.run);
    }
  });
  return deliver(work, plan, {});
}

int JobRun::deliver(Work& work, const jobs::Plan& plan, const std::string& pretty) {
  Channels channels(work.state, settings_, pretty);
  const bool closed = work.delivery.send(channels, plan, work.run, work.sources);
  if (!closed || !work.delivery.is_delivered()) {
    ping(false);
    write_stderr(
        "openclaw: " +
        base::printable(base::redact(fmt::format("{} {} is not delivered{}: {}", name_, slot_.label,
                                                 closed ? "" : " yet", work.delivery.why()))) +
        "\n");
    return closed ? failed : later;
  }
  return after(work);
}

/// The slot is closed: what fails from here on is no failure of the delivery.
int JobRun::after(Work& work) {
  base::failpoint("slot closed");
  try {
    mark_delivered(settings_, work.sources);
    base::failpoint("entries marked");
    audit::checkpoint_daily(work.state.db, work.state.recorder, work.state.bodies,
                            base::wall_now());
  } catch (const std::exception& e) {
    base::log::warning("job", "{} {} is delivered; after that: {}", name_, slot_.label,
                       base::describe(e));
  }
  ping(true);
  return done;
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

}  // namespace openclaw::cmd
