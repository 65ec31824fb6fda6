// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/database.h"

namespace openclaw::chat {

/// What a command asks of a listener that runs: rows, like everything between processes.
struct Request {
  std::string id, channel, verb, word;
  std::string state;   ///< new, under way, done, failed
  std::string answer;  ///< so far, or in the end
};

class Requests {
 public:
  explicit Requests(store::Database& db) : db_(db) {}
  // All inside a transaction.
  void put(const Request& request, base::Time now);
  std::optional<Request> find(const std::string& id);
  /// Those of a channel that are not over, oldest first; what is older than an hour is forgotten.
  std::vector<Request> open(const std::string& channel, base::Time now);
  void set(const std::string& id, const std::string& state, const std::string& answer);

 private:
  store::Database& db_;
};

}  // namespace openclaw::chat
