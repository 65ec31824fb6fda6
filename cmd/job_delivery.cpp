// SPDX-License-Identifier: MIT
#include "job_delivery.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "paths.h"
#include "zone/zone.h"

namespace openclaw::cmd {
namespace {

// A text without max_late is of no use any more after this; any text is for so long.
constexpr base::Millis useful{24 * 3600000};
constexpr base::Millis least_useful{3600000};

bool is_place(const std::string& target) { return target != "-" && !target.starts_with('/'); }

}  // namespace

JobDelivery::JobDelivery(State& state, const settings::Settings& settings, std::string job,
                         jobs::Slot slot)
    : state_(state),
      settings_(settings),
      job_(std::move(job)),
      slot_(std::move(slot)),
      outbox_(state.db) {}

std::string JobDelivery::owner(int attempt) const {
  return fmt::format("job:{}:{}:{}", job_, slot_.label, attempt);
}

base::Time JobDelivery::end() const {
  const auto now = base::wall_now();
  const auto& late = settings_.jobs.at(job_).max_late;
  if (!late) return now + useful;
  return std::max(slot_.scheduled.value_or(now) + *late, now + least_useful);
}

bool JobDelivery::may_have_all(const std::string& place, bool is_private) const {
  const auto declared = settings_.places.find(place);
  if (!is_private || declared == settings_.places.end()) return true;  // the shell, a file
  return declared->second.may_hold_private();
}

void JobDelivery::put(const jobs::Plan& plan, const std::vector<settings::Delivery>& to,
                      const std::string& text, base::Time now) {
  const std::string slot = plan.owner.substr(0, plan.owner.rfind(':') + 1);
  for (const auto& delivery : to) {
    const bool whole = delivery.as == "full" && may_have_all(delivery.to, plan.is_private);
    const auto place = settings_.places.find(delivery.to);
    chat::Message message;
    message.key = plan.owner + ":" + delivery.to;
    message.owner = plan.owner;
    message.place = delivery.to;
    message.text_ref = state_.bodies.put(whole ? text : plan.headlines, now, true);
    message.whole = whole;
    message.silent = place != settings_.places.end() && place->second.notify == "silent";
    message.expires = end();
    message.again = is_place(delivery.to) && outbox_.may_have_arrived(slot, delivery.to);
    outbox_.put(message, now);
  }
}

bool JobDelivery::send(Channels& channels, const jobs::Plan& plan, const std::string& run,
                       jobs::SourceState& sources) {
  outbox_.expire(base::wall_now());
  for (const auto& message : outbox_.of(plan.owner))
    if (message.is_open()) hand_over(state_, channels, message.key, run);
  const auto messages = outbox_.of(plan.owner);
  std::vector<std::string> reasons;
  bool open = false;
  for (const auto& message : messages) {
    open |= message.is_open();
    if (message.state != "sent")
      reasons.push_back(shown_place(message.place) + ": " +
                        (message.note.empty() ? "another process is at it" : message.note));
  }
  why_ = base::join(reasons, "; ");
  goes_to_places_ = std::any_of(messages.begin(), messages.end(),
                                [](const auto& m) { return is_place(m.place); });
  if (open) {
    if (goes_to_places_) tell_else("is not delivered yet to " + why_);
    return false;
  }
  close(messages, plan, sources);
  return true;
}

/// Delivered is what arrived somewhere in the form that most was asked for: headlines alone do not
/// make what they leave out known.
void JobDelivery::close(const std::vector<chat::Message>& messages, const jobs::Plan& plan,
                        jobs::SourceState& sources) {
  const bool wanted_whole =
      std::any_of(messages.begin(), messages.end(), [](const auto& m) { return m.whole; });
  std::vector<std::string> places;
  for (const auto& message : messages) {
    if (message.state != "sent") continue;
    places.push_back(shown_place(message.place));
    delivered_ |= message.whole || !wanted_whole;
  }
  const std::string missed = given_up_ ? why_ : why_.empty() ? "" : "not delivered to " + why_;
  jobs::Ledger ledger(state_.db);
  if (!delivered_) {
    ledger.failed(job_, slot_.label, missed);
    if (goes_to_places_) tell_else("was " + missed);
    return;
  }
  jobs::Row row;
  row.delivered_to = base::join(places, ", ");
  row.written_by = plan.written_by;
  row.cost = plan.cost;
  row.took_ms = plan.took_ms;
  row.note = missed;
  const auto now = base::wall_now();
  const zone::Zone zone(zone_name(settings_));
  state_.db.transaction([&] {
    ledger.done(job_, slot_.label, row, now);
    jobs::remember(state_.db, job_, slot_.label, plan.diff, zone.local(now).date);
    sources.settle(plan, now);
  });
  if (!missed.empty() && goes_to_places_) tell_else("was " + missed);
}

void JobDelivery::give_up(const jobs::Plan& plan, const std::string& why,
                          jobs::SourceState& sources) {
  state_.db.transaction([&] { outbox_.supersede(plan.owner, why); });
  why_ = why;
  given_up_ = true;
  close(outbox_.of(plan.owner), plan, sources);
}

void JobDelivery::tell_else(const std::string& what) {
  const auto& place = settings_.jobs.at(job_).else_place;
  if (place.empty()) return;
  try {
    const std::string owner = fmt::format("else:{}:{}", job_, slot_.label);
    chat::Message message;
    message.key = owner + ":" + place;
    message.owner = owner;
    message.place = place;
    message.whole = false;
    message.expires = end();
    const auto now = base::wall_now();
    state_.db.transaction([&] {
      message.text_ref = state_.bodies.put(
          base::redact(fmt::format("{0} {1} on {2} {3}. To read it there: openclaw run-job {0} "
                                   "--again --slot {1}",
                                   job_, slot_.label, host_name(), what)),
          now, true);
      outbox_.put(message, now);
    });
    base::failpoint("else told, not sent");
    Channels channels(state_, settings_);
    for (const auto& waiting : outbox_.of(owner))
      if (waiting.is_open()) hand_over(state_, channels, waiting.key, {});
  } catch (const std::exception& e) {
    base::log::warning("job", "{} {}: '{}' cannot be told: {}", job_, slot_.label, place,
                       base::describe(e));
  }
}

}  // namespace openclaw::cmd
