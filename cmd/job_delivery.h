// SPDX-License-Identifier: MIT
#pragma once
#include "channels.h"
#include "jobs/ledger.h"
#include "jobs/plan.h"
#include "jobs/source_state.h"
#include "zone/zone.h"

namespace openclaw::cmd {

/// A slot's text on its way: messages in the outbox, sent one by one, and the slot closed once none
/// is open. Each step is durable, so that any process can go on from any of them.
class JobDelivery {
 public:
  JobDelivery(State& state, const settings::Settings& settings, std::string job, jobs::Slot slot);

  /// "job:morning-briefing:2026-11-23:1": one for each time that the slot's text is made.
  std::string owner(int attempt) const;
  /// Inside the commit that keeps the text: what goes where.
  void put(const jobs::Plan& plan, const std::vector<settings::Delivery>& to,
           const std::string& text, base::Time now);
  /// Sends what waits. True: the slot is closed, delivered or not. False: something still waits.
  bool send(Channels& channels, const jobs::Plan& plan, const std::string& run,
            jobs::SourceState& sources);
  /// What is open is not sent any more; the slot is closed with what arrived.
  void give_up(const jobs::Plan& plan, const std::string& why, jobs::SourceState& sources);
  /// One sentence to the job's `else` place, once a slot; what fails here is logged.
  void tell_else(const std::string& what);

  bool is_delivered() const { return delivered_; }
  /// What waits, or why nothing arrived, in words.
  const std::string& why() const { return why_; }

 private:
  bool may_have_all(const std::string& place, bool is_private) const;
  void close(const std::vector<chat::Message>& messages, const jobs::Plan& plan,
             jobs::SourceState& sources);
  base::Time end() const;

  State& state_;
  const settings::Settings& settings_;
  std::string job_;
  jobs::Slot slot_;
  chat::Outbox outbox_;
  bool delivered_ = false, goes_to_places_ = false, given_up_ = false;
  std::string why_;
};

}  // namespace openclaw::cmd
