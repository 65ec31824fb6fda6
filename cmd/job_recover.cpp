// SPDX-License-Identifier: MIT
#include "job_recover.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/log.h"
#include "exit_code.h"
#include "gather.h"
#include "job_run.h"
#include "paths.h"
#include "send.h"

namespace openclaw::cmd {
namespace {

/// Tells servers of what was delivered when the process that delivered it could not.
void settle_marks(const Args& args, const settings::Settings& settings) {
  State state(state_folder(args, settings), settings);
  const auto key = body_key(settings, state.folder, false);
  jobs::SourceState known(state.db, key);
  mark_delivered(settings, known);
}

/// Ends a slot whose job the configuration does not have any more.
int close_undeclared(const Args& args, const settings::Settings& settings, const jobs::Row& row) {
  State state(state_folder(args, settings), settings);
  const std::string why = "the job is not declared any more";
  jobs::Ledger(state.db).failed(row.job, row.slot, why);
  base::log::warning("job", "{} {} is given up: {}", row.job, row.slot, why);
  return done;
}

/// The slots that a dead process left half done.
std::vector<jobs::Row> open_slots(const Args& args, const settings::Settings& settings) {
  State state(state_folder(args, settings), settings);
  auto rows = jobs::Ledger(state.db).left_open();
  // What somebody began by hand is theirs to see (--again shows it), unless it goes elsewhere.
  chat::Outbox outbox(state.db);
  std::erase_if(rows, [&outbox](const jobs::Row& row) {
    return !row.scheduled_at && row.event_ref.empty() &&
           !outbox.goes_elsewhere("job:" + row.job + ":" + row.slot + ":");
  });
  return rows;
}

}  // namespace

int recover(const Args& args, const settings::Settings& settings) {
  int worst = done;
  const auto attempt = [&worst](const std::string& what, const std::function<int()>& step) {
    try {
      worst = std::max(worst, step());
    } catch (const std::exception& e) {
      base::log::warning("job", "{} cannot be finished: {}", what, base::describe(e));
      worst = std::max(worst, static_cast<int>(exit_code_of(e)));
    }
  };
  for (const auto& row : open_slots(args, settings))
    attempt(row.job + " " + row.slot, [&] {
      return settings.jobs.contains(row.job) ? JobRun(args, settings, row.job).resume(row)
                                             : close_undeclared(args, settings, row);
    });
  attempt("marking at the servers", [&] {
    settle_marks(args, settings);
    return static_cast<int>(done);
  });
  attempt("what waits to be sent", [&] { return send_waiting(args, settings); });
  return worst;
}

}  // namespace openclaw::cmd
