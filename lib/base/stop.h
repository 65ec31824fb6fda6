// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>

namespace openclaw::base {

/// A request to stop that a signal handler may make and a poll loop may wait for. Owns an eventfd.
class Stop {
 public:
  Stop();
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  /// Async-signal-safe.
  void request() noexcept;
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  /// Readable once a stop was requested; stays readable.
  int fd() const noexcept { return fd_; }

 private:
  std::atomic<bool> requested_{false};
  int fd_;
};

}  // namespace openclaw::base
