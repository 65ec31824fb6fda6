// SPDX-License-Identifier: MIT
#include "chat_jobs.h"

#include "chat_commands.h"
#include "chat_context.h"
#include "chat_turn.h"

namespace openclaw::cmd {
namespace {

constexpr std::size_t most_at_once = 3;

}  // namespace

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
    if (message.key.starts_with(setup_.channel + ":"))
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
  if (!may_run_job(setup_.settings, job, message))
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
      const bool went_well = setup_.run(job);
      State own(setup_.folder, setup_.settings);
      close(own, message,
            went_well ? "The job `" + job + "` has run."
                      : "The job `" + job + "` did not end well; the audit knows more.");
      setup_.done();
    } catch (const std::exception& e) {
      setup_.failed(e);
    }
    running.ended = true;
  });
}

}  // namespace openclaw::cmd
