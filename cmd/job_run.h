// SPDX-License-Identifier: MIT
#pragma once
#include "audit/recorder.h"
#include "command.h"
#include "gather.h"
#include "job_delivery.h"
#include "jobs/briefing.h"
#include "jobs/ledger.h"
#include "output.h"
#include "wiring.h"
#include "zone/schedule.h"

namespace openclaw::cmd {

/// One run of one job, from its slot to its delivery. Every step is durable before the next begins,
/// and a later run goes on from what is there (share/doc/jobs.md).
class JobRun {
 public:
  JobRun(const Args& args, const settings::Settings& settings, std::string name);
  /// As the arguments say; the exit code.
  int go();
  /// The slot of that row, whose owner is gone.
  int resume(const jobs::Row& row);

 private:
  struct Work;  // what one attempt holds while it lasts
  void read_event();
  void pick_slot();
  std::optional<base::Time> next() const;
  bool too_late() const;
  int skip(jobs::Ledger& ledger);
  int already(const jobs::Claim& claim) const;
  int show_again(State& state, jobs::Ledger& ledger);
  int claim_and_make(State& state, jobs::Ledger& ledger);
  void give_way(State& state, jobs::Ledger& ledger, const std::exception& e);
  void overtake(Work& work);
  bool is_under_way(jobs::Ledger& ledger) const;
  int make(Work& work);
  int go_on(Work& work);
  int deliver(Work& work, const jobs::Plan& plan, const std::string& pretty);
  int after(Work& work);
  int dry_run();
  int explain();
  void ping(bool good) const;

  jobs::Gathered read(Work& work);
  jobs::Briefing compose(store::Database* db, const std::string& run,
                         const jobs::Gathered& gathered) const;
  void keep(Work& work, const std::string& text, const jobs::Plan& plan, base::Time now);
  void close_empty(Work& work, const jobs::Plan& plan, base::Time now);
  std::vector<settings::Delivery> targets() const;
  void start_run(Work& work) const;
  std::vector<std::pair<std::string, bool>> setup_state() const;
  base::Time last_told(store::Database* db) const;
  jobs::Style style() const;

  const Args& args_;
  const settings::Settings& settings_;
  std::string name_;
  const settings::Job& job_;
  zone::Zone zone_;
  std::optional<zone::Schedule> schedule_;
  base::Time now_;
  jobs::Slot slot_;
  std::string event_;  ///< a text from outside that this run is for
  bool is_resumed_ = false;
  bool to_places_;    ///< where the job delivers; otherwise to the terminal
  std::string file_;  ///< instead of either; absolute
};

}  // namespace openclaw::cmd
