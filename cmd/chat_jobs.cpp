// SPDX-License-Identifier: MIT
#include "chat_jobs.h"

#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "chat_commands.h"
#include "chat_context.h"
#include "chat_turn.h"

namespace openclaw::cmd {
namespace {

constexpr std::size_t most_at_once = 3;

}  // namespace

ChatJobs::ChatJobs(const settings::Settings& settings, std::string folder, std::string channel,
                   std::function<bool(const std::string& job)> run, std::function<void()> done)
    : settings_(settings),
      folder_(std::move(folder)),
      channel_(std::move(channel)),
      run_(std::move(run)),
      done_(std::move(done)) {}

ChatJobs::~ChatJobs() {
  for (auto& running : running_) running->thread.join();
}

void ChatJobs::close(State& state, const chat::Incoming& message, const std::string& text) const {
  state.db.transaction([&] {
    chat::Inbox(state.db).set_state(message.key, "done");
    say(state, message, answer_key(message), text, base::wall_now());
  });
}

void ChatJobs::recover(State& state) {
  for (const auto& message : chat::Inbox(state.db).with_job())
    if (message.key.starts_with(channel_ + ":"))
      close(state, message,
            "I was interrupted while that job ran; it was not begun again. /jobs tells.");
}

void ChatJobs::join_ended() {
  std::erase_if(running_, [](const auto& running) {
    if (!running->ended) return false;
    running->thread.join();
    return true;
  });
}

void ChatJobs::begin(State& state, const chat::Incoming& message, const std::string& job) {
  if (!may_run_job(settings_, job, message))
    return close(state, message, "You reach no job of that name here. /jobs lists them.");
  const std::lock_guard lock(mutex_);
  join_ended();
  if (running_.size() >= most_at_once)
    return close(state, message, "Three jobs are running now; begin this one a little later.");
  state.db.transaction([&] {
    chat::Inbox inbox(state.db);
    inbox.begin(message.key, {}, {}, {});
    inbox.set_state(message.key, "job");
  });
  auto& running = *running_.emplace_back(std::make_unique<Running>());
  running.thread = std::thread([this, message, job, &running] {
    try {
      const bool went_well = run_(job);
      State own(folder_, settings_);
      close(own, message,
            went_well ? "The job `" + job + "` has run."
                      : "The job `" + job + "` did not end well; the audit knows more.");
      done_();
    } catch (const std::exception& e) {
      // The row stays as it is: the next start says that it was interrupted.
      base::log::write(base::log::Level::error, channel_, base::describe(e));
    }
    running.ended = true;
  });
}

}  // namespace openclaw::cmd
