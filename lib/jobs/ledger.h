// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "store/database.h"
#include "zone/schedule.h"

/// jobs may use sources, audit, store, zone, crypto, json and base. It knows when a job is due,
/// that a slot is delivered once, what was told before, and how a briefing reads.
namespace openclaw::jobs {

const std::vector<store::Migration>& migrations();

/// One delivery period of a job.
struct Slot {
  std::string label;  ///< 2026-11-23, 2026-W48, 2026-11-23#2, hand-2026-11-23, event-0f3c…
  std::optional<base::Time> scheduled;
  std::optional<base::Time> next;
};

/// The slot of the latest scheduled instant at or before now; nullopt when there was none.
std::optional<Slot> scheduled_slot(const zone::Schedule& schedule, const zone::Zone& zone,
                                   base::Time now);
/// By hand: one a local day.
Slot hand_slot(const zone::Zone& zone, base::Time now);
/// With an event: one for each text, or for each key that the caller gives.
Slot event_slot(const std::string& event, const std::string& key);

struct Row {
  std::string job, slot, state;  ///< claimed, delivering, done, failed, skipped
  std::optional<base::Time> scheduled_at, claimed_at, delivered_at;
  std::string run, delivered_to, text_ref, note, written_by;
  std::string event_ref, gathered_ref, plan_ref;  ///< sealed texts that a retry goes on from
  int attempts = 0;
  std::optional<base::Usd> cost;
  std::int64_t took_ms = 0;
};

/// What a claim found.
struct Claim {
  enum class Kind { taken, done, busy, skipped };
  Kind kind = Kind::taken;
  Row row;
};

/// UNIQUE(job, slot): whoever inserts the row owns the slot; a dead owner's slot is taken over.
class Ledger {
 public:
  explicit Ledger(store::Database& db) : db_(db) {}
  /// force: a new attempt although the slot is done.
  /// also: becomes durable with a claim that was taken.
  Claim claim(const std::string& job, const Slot& slot, const std::string& process, bool force,
              base::Time now, const std::function<void()>& also = {});
  /// Inside a transaction: the event that the slot is for.
  void event(const std::string& job, const std::string& slot, const std::string& ref);
  /// Inside a transaction: what was read is kept.
  void gathered(const std::string& job, const std::string& slot, const std::string& ref);
  void skip(const std::string& job, const Slot& slot, const std::string& why, base::Time now);
  /// Inside a transaction that is durable before the first byte of a delivery. plan_ref: what is to
  /// be remembered once it has arrived.
  void delivering(const std::string& job, const std::string& slot, const std::string& text_ref,
                  const std::string& plan_ref, const std::string& run);
  void done(const std::string& job, const std::string& slot, const Row& result, base::Time now);
  /// A slot that was delivered before stays done, with the note.
  void failed(const std::string& job, const std::string& slot, const std::string& why);
  std::optional<Row> find(const std::string& job, const std::string& slot);
  std::vector<Row> latest(const std::string& job, int most);
  /// Slots that a process which is gone has left half done, oldest first.
  std::vector<Row> left_open();
  /// Whether a process that lives is at this slot.
  bool is_busy(const std::string& job, const std::string& slot);
  /// Skipped and failed slots that no delivered run has reported yet.
  std::vector<Row> unreported(const std::string& job);

 private:
  store::Database& db_;
};

}  // namespace openclaw::jobs
