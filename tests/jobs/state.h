// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "audit/process.h"
#include "jobs/briefing.h"
#include "jobs/ledger.h"
#include "jobs/memory.h"
#include "support/temp_dir.h"

namespace openclaw::test {

inline base::Time at(const std::string& text) { return *base::parse_rfc3339(text); }

/// The process name of somebody who died long ago.
inline std::string dead_process() {
  const std::string mine = audit::own_process();
  return mine.substr(0, mine.find(' ')) + " 1 1";
}

/// A database of its own.
struct Store {
  TempDir dir;
  store::Database db{dir.path() / "openclaw.db", store::Database::Access::read_write,
                     jobs::migrations()};
  jobs::Ledger ledger{db};
};

inline sources::Item item(const std::string& key, const std::string& title,
                          sources::Severity severity = sources::Severity::warning) {
  sources::Item out;
  out.source = "vps";
  out.key = key;
  out.kind = key.substr(0, key.find(':'));
  out.title = title;
  out.severity = severity;
  return out;
}

}  // namespace openclaw::test
