// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/database.h"

namespace openclaw::chat {

store::Migration approvals_migration();

/// A question to a person: may this one call be made? Bound to the call, to who was asked and to
/// the policy; good for one use.
struct Approval {
  std::string id;       ///< 128 random bits; what a button carries
  std::string message;  ///< the key of the incoming message that wants the call
  std::string place;
  std::string person;  ///< who is asked; empty = whoever may answer at the place
  std::string digest;  ///< of tool and arguments
  std::string policy;  ///< digest of the policy that asked
  std::string tool;
  base::Time expires;
  std::string state = "asked";  ///< asked, yes, no, used, expired
};

/// SHA-256 over what is asked for, in hex.
std::string call_digest(const std::string& tool, const std::string& canonical_arguments);

class Approvals {
 public:
  explicit Approvals(store::Database& db) : db_(db) {}
  /// A new question's id.
  static std::string new_id();
  /// Inside a transaction.
  void ask(const Approval& question);
  std::optional<Approval> find(const std::string& id);
  /// What came of the question about this call of this message: the latest one.
  std::optional<Approval> of(const std::string& message, const std::string& digest);
  /// Inside a transaction. False: it is not this person's, not open or too late; nothing changed.
  bool answer(const std::string& id, const std::string& person, bool yes, base::Time now);
  /// Inside a transaction. True once: a person's yes to this very call is used up.
  bool use(const std::string& message, const std::string& digest);
  /// Inside a transaction: the open questions of a message are closed; which.
  std::vector<Approval> close(const std::string& message);
  /// Inside a transaction: closes the questions that nobody answered in time; which.
  std::vector<Approval> expire(base::Time now);
  /// When the next open question ends; Time::max() = there is none.
  base::Time next_expiry();
  /// Open questions of a place, oldest first.
  std::vector<Approval> open(const std::string& place);

 private:
  void set_expired(const std::string& id);
  std::vector<Approval> read(const std::string& where, const std::vector<std::string>& values);
  store::Database& db_;
};

}  // namespace openclaw::chat
