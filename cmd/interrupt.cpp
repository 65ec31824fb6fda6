// SPDX-License-Identifier: MIT
#include "interrupt.h"

#include <atomic>

#include <signal.h>

namespace openclaw::cmd {
namespace {

std::atomic<base::Stop*> current{nullptr};

void on_signal(int number) {
  base::Stop* stop = current.load();
  if (!stop || stop->requested()) {
    ::signal(number, SIG_DFL);
    ::raise(number);
    return;
  }
  stop->request();
}

}  // namespace

Interrupt::Interrupt() {
  current.store(&stop_);
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

Interrupt::~Interrupt() {
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  current.store(nullptr);
}

}  // namespace openclaw::cmd
