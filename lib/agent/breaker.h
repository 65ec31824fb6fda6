// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/database.h"

namespace openclaw::agent {

/// Keeps processes from hammering a host that is down: five failures in a row open it for 30 s,
/// doubling to ten minutes; one success closes it. Rows, because one-shot processes have no memory.
class Breaker {
 public:
  explicit Breaker(store::Database& db) : db_(db) {}
  /// How long the host is still to be left alone; nullopt = it may be tried.
  std::optional<base::Millis> closed_for(const std::string& host, base::Time now);
  void failed(const std::string& host, base::Time now);
  /// Writes only when there was a failure to forget.
  void worked(const std::string& host);

 private:
  store::Database& db_;
};

/// The tables of this library: breaker and conversations.
const std::vector<store::Migration>& migrations();

}  // namespace openclaw::agent
