// SPDX-License-Identifier: MIT
#include "exit_code.h"

#include "base/error.h"

namespace openclaw::cmd {

const std::vector<ExitRow>& exit_table() {
  static const std::vector<ExitRow> table{
      {done, "OK", "done", false},
      {failed, "FAILED", "failed", false},
      {found, "FOUND", "a check found something", false},
      {refused, "REFUSED", "the model refused", false},
      {budget, "BUDGET", "a budget stopped it", false},
      {limit, "LIMIT", "a turn, time or size limit stopped it", false},
      {usage, "USAGE", "the command line is wrong", false},
      {schema, "DATAERR", "the answer does not fit --schema", false},
      {unavailable, "UNAVAILABLE", "vendor or source unavailable", true},
      {bug, "SOFTWARE", "a bug", false},
      {later, "TEMPFAIL", "try again later (rate limit, lock held, undelivered)", true},
      {denied, "NOPERM", "denied by policy", false},
      {config, "CONFIG", "the configuration is wrong", false},
      {interrupted, "INTERRUPTED", "interrupted", false},
  };
  return table;
}

int exit_code_of(const std::exception& e) {
  if (dynamic_cast<const base::UsageError*>(&e)) return usage;
  if (dynamic_cast<const base::ConfigError*>(&e)) return config;
  if (dynamic_cast<const base::TransientError*>(&e)) return later;
  if (dynamic_cast<const base::UnavailableError*>(&e)) return unavailable;
  if (dynamic_cast<const base::DeniedError*>(&e)) return denied;
  if (dynamic_cast<const base::BudgetError*>(&e)) return budget;
  if (dynamic_cast<const base::LimitError*>(&e)) return limit;
  if (dynamic_cast<const base::CancelledError*>(&e)) return interrupted;
  if (dynamic_cast<const base::Error*>(&e)) return failed;
  return bug;
}

}  // namespace openclaw::cmd
