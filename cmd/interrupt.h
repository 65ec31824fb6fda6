// SPDX-License-Identifier: MIT
#pragma once
#include "base/stop.h"

namespace openclaw::cmd {

/// Turns SIGINT and SIGTERM into a stop request for as long as it lives. A second signal ends the
/// process at once.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  base::Stop& stop() { return stop_; }

 private:
  base::Stop stop_;
};

}  // namespace openclaw::cmd
