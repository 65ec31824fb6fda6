// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "chat/inbox.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// The jobs that people begin with "/job NAME": each runs beside the chat, which goes on. A job is
/// not begun again after a crash, because it may have delivered; the next start says so.
class ChatJobs {
 public:
  /// run: runs a job to its end; true = it went well. done: there is something to send.
  ChatJobs(const settings::Settings& settings, std::string folder, std::string channel,
           std::function<bool(const std::string& job)> run, std::function<void()> done);
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

  const settings::Settings& settings_;
  std::string folder_, channel_;
  std::function<bool(const std::string& job)> run_;
  std::function<void()> done_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace openclaw::cmd
