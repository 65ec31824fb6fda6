// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "policy/model.h"

namespace openclaw::policy {

/// Proof that this call was decided. Only Authority can make one; it cannot be copied and is good
/// for one tool, one set of arguments and one use. A tool's body cannot be called without it.
class Permit {
 public:
  Permit(Permit&& other) noexcept;
  Permit& operator=(Permit&&) = delete;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;

  /// Uses the permit up. Aborts the process when it was used before or when tool, arguments or run
  /// are not those that were decided: that is a bug, never an input.
  const Decision& spend(const std::string& tool, const json::Value& args, const std::string& run);

 private:
  friend class Authority;
  Permit(std::string seal, Decision decision)
      : seal_(std::move(seal)), decision_(std::move(decision)) {}
  std::string seal_;
  Decision decision_;
};

/// The decision together with the permit, when it allows (or when `confirmed` says that the person
/// confirmed exactly this call).
class Authority {
 public:
  struct Answer {
    Decision decision;
    std::optional<Permit> permit;
  };
  static Answer authorize(const Policy& policy, const Request& request, const std::string& run,
                          bool confirmed);
};

}  // namespace openclaw::policy
