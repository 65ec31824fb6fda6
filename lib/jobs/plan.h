// SPDX-License-Identifier: MIT
#pragma once
#include "base/money.h"
#include "jobs/gathered.h"
#include "jobs/memory.h"

namespace openclaw::jobs {

/// What is to be remembered once a text has arrived; kept with the text, so that whoever delivers
/// it in the end, also after a crash, closes the slot in the same way.
struct Plan {
  Diff diff;  ///< as far as remember() needs it
  std::vector<Receipt> receipts;
  std::string written_by;
  std::optional<base::Usd> cost;
  std::int64_t took_ms = 0;
  std::string owner;        ///< of its messages in the outbox
  std::string headlines;    ///< for places that may not have the whole text
  bool is_private = false;  ///< some of the whole text is
};

json::Value to_json(const Plan& plan);
Plan plan_from(const json::Value& value);

}  // namespace openclaw::jobs
