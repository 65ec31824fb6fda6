// SPDX-License-Identifier: MIT
// Which slot a run has, and what is done with one that needs no run.
#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "exit_code.h"
#include "job_run.h"
#include "paths.h"

namespace openclaw::cmd {
namespace {

constexpr std::size_t most_event = 256u << 10;

}  // namespace

std::optional<base::Time> JobRun::next() const {
  return schedule_ ? schedule_->next(zone_, now_) : std::nullopt;
}

void JobRun::read_event() {
  const std::string from = args_.get("event");
  try {
    event_ = base::valid_utf8(from == "-" ? base::read_all(0, most_event)
                                          : base::read_file(from, most_event));
  } catch (const base::LimitError&) {
    throw base::LimitError("the event holds more than " + base::human_bytes(most_event));
  }
  if (base::trim(event_).empty()) throw base::UsageError("the event is empty");
}

void JobRun::pick_slot() {
  slot_ = jobs::hand_slot(zone_, now_);
  if (args_.has("event")) {
    read_event();
    slot_ = jobs::event_slot(event_, args_.get("key"));
  }
  if (args_.has("scheduled")) {
    if (!schedule_) throw base::ConfigError("'" + name_ + "' has no schedule");
    const auto due = jobs::scheduled_slot(*schedule_, zone_, now_);
    if (!due) throw base::ConfigError("the schedule of '" + name_ + "' has never been due");
    slot_ = *due;
  }
  slot_.next = next();
  if (args_.has("slot")) slot_.label = args_.get("slot");
}

bool JobRun::too_late() const {
  return args_.has("scheduled") && !args_.has("force") && job_.max_late && slot_.scheduled &&
         now_ - *slot_.scheduled > *job_.max_late;
}

int JobRun::skip(jobs::Ledger& ledger) {
  const auto row = ledger.find(name_, slot_.label);
  if (row && (row->state == "done" || row->state == "skipped"))
    return already({jobs::Claim::Kind::done, *row});
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
  if (row.text_ref.empty()) {
    write_stderr(fmt::format("openclaw: {} {} is done: {}\n", name_, slot_.label, row.note));
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

/// Which slot this moment has, why, and what is known of it; nothing is changed.
int JobRun::explain() {
  const auto clock = [this](base::Time t) {
    const auto local = zone_.local(t);
    return fmt::format("{} {} {:02}:{:02}", zone::day_name(local.weekday(), true),
                       zone::iso_date(local.date), local.hour, local.minute);
  };
  std::string out = fmt::format("schedule  {} in {}\nnow       {}\n",
                                schedule_ ? job_.schedule : "none, by hand or with an event",
                                zone_.name(), clock(now_));
  const auto due =
      schedule_ ? jobs::scheduled_slot(*schedule_, zone_, now_) : std::optional<jobs::Slot>();
  if (due)
    out += fmt::format("due       {}, {} ago: slot {}{}\n", clock(*due->scheduled),
                       base::human_duration(now_ - *due->scheduled), due->label,
                       job_.max_late && now_ - *due->scheduled > *job_.max_late
                           ? ", too late: it would be skipped"
                           : "");
  out += fmt::format("by hand   slot {}\n", jobs::hand_slot(zone_, now_).label);
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

}  // namespace openclaw::cmd
