// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "base/file.h"

namespace openclaw::jail {

/// A rule set that lets these trees be read (and programs in them run) and those written. Made
/// before fork; the child only enforces it.
base::Fd make_ruleset(const std::vector<std::string>& readable,
                      const std::vector<std::string>& writable);

/// A seccomp program as bytes of sock_filter: everything but sockets, tracing, mounts, namespaces,
/// keys, bpf and io_uring.
std::string make_filter();

/// In the child, async-signal-safe: no new privileges, rule set, filter. False when one failed.
bool enforce(int ruleset, const std::string& filter);

}  // namespace openclaw::jail
