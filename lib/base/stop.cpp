// SPDX-License-Identifier: MIT
#include "base/stop.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"

namespace openclaw::base {

Stop::Stop() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw Error("cannot make an event descriptor");
}

Stop::~Stop() { ::close(fd_); }

void Stop::request() noexcept {
  requested_.store(true, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  (void)!::write(fd_, &one, sizeof one);
}

}  // namespace openclaw::base
