// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <stdexcept>
#include <string>

/// base may be used by all libraries and may use none. Failures are exceptions ("this could not be
/// done"), answers are values. A subclass of Error exists only where a caller acts differently.
namespace openclaw::base {

/// Root of all failures. what() says what was attempted and why it failed, lower case, no full
/// stop, no secret, no URL path. hint() is one more sentence for the person, or empty.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, std::string hint = {})
      : std::runtime_error(what), hint_(std::move(hint)) {}
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string hint_;
};

#define OPENCLAW_ERROR(Name, Base) \
  class Name : public Base {       \
   public:                         \
    using Base::Base;              \
  }

OPENCLAW_ERROR(UsageError, Error);             ///< 64: the command line is wrong
OPENCLAW_ERROR(ConfigError, Error);            ///< 78: the configuration is wrong
OPENCLAW_ERROR(TransientError, Error);         ///< 75: try again later
OPENCLAW_ERROR(UnavailableError, Error);       ///< 69: vendor or source unavailable
OPENCLAW_ERROR(DeniedError, Error);            ///< 77: denied by policy
OPENCLAW_ERROR(BudgetError, Error);            ///< 5: a budget stopped it
OPENCLAW_ERROR(LimitError, Error);             ///< 6: a turn, time or size limit stopped it
OPENCLAW_ERROR(CancelledError, Error);         ///< 130: interrupted by the person
OPENCLAW_ERROR(ProtocolError, Error);          ///< the other side sent what it may not send
OPENCLAW_ERROR(StorageError, TransientError);  ///< disk full or locked: nothing may run

/// The one sentence for a full disk: nothing runs without its record.
StorageError disk_full();

/// The message of e and of everything nested in it, joined by ": ".
std::string describe(const std::exception& e);

/// The hint of e, or of the first nested exception that has one.
std::string hint_of(const std::exception& e);

}  // namespace openclaw::base
