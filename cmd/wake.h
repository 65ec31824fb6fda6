// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "base/file.h"

namespace openclaw::cmd {

/// A datagram socket of the file system by which processes of one state folder wake each other. It
/// carries nothing: whoever wakes looks at the rows.
class Bell {
 public:
  /// Makes the socket (0600), in place of one that a dead process left.
  explicit Bell(std::string path);
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  /// Readable after a ring.
  int fd() const { return fd_.get(); }
  /// Takes all rings so far.
  void hear();

 private:
  std::string path_;
  base::Fd fd_;
};

/// Wakes who listens there, if anybody does; never blocks.
void ring(const std::string& path);

}  // namespace openclaw::cmd
