// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "chat/inbox.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// The jobs that people begin with "/job NAME": each runs beside the chat, which goes on. A job is
/// not begun again after a crash, because it may have delivered; the next start says so.
class ChatJobs {
 public:
  struct Setup {
    const settings::Settings& settings;
    std::string folder, channel;  ///< as ChatFloor's
    /// Runs a job to its end; true = it went well.
    std::function<bool(const std::string& job)> run;
    std::function<void()> done;  ///< there is something to send
    /// What became of a job cannot be recorded: the listener has to end, and the next start says
    /// so.
    std::function<void(const std::exception&)> failed;
  };
  explicit ChatJobs(Setup setup) : setup_(std::move(setup)) {}
  /// Waits for those that run.
  ~ChatJobs();
  ChatJobs(const ChatJobs&) = delete;
  ChatJobs& operator=(const ChatJobs&) = delete;

  /// Answers what an earlier process left.
  void recover(State& state);
  /// Begins the job, or says why not; returns at once.
  void begin(State& state, const chat::Incoming& message, const std::string& job);

 private:
  struct Running {
    std::thread thread;
    std::atomic<bool> ended{false};
  };
  void close(State& state, const chat::Incoming& message, const std::string& text) const;
  void join_ended();

  Setup setup_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace openclaw::cmd
