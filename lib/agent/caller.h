// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "agent/breaker.h"
#include "agent/candidate.h"
#include "audit/recorder.h"

namespace openclaw::agent {

struct CallLimits {
  std::vector<audit::Limit> money;
  std::optional<base::Usd> per_request;
  base::Millis deadline{300000};  ///< left for all attempts together
};

/// What the attempts came to.
struct CallResult {
  llm::Attempt attempt;
  const Candidate* candidate = nullptr;
  std::string call;  ///< the audit's id of the last attempt
  int attempts = 0;
  base::Usd cost;
  bool priced = true;
};

/// One model call: the declared candidates in order, retries, breaker, budget, and one audit row
/// per attempt that is durable before its bytes leave.
class Caller {
 public:
  Caller(store::Database& db, audit::Recorder& recorder)
      : recorder_(recorder), breaker_(db), db_(db) {}

  /// result is filled as far as it went, also when it throws: its sums count.
  /// Throws base::BudgetError, base::CancelledError, or base::UnavailableError when no candidate
  /// may receive the text or every one is resting. A fault of the vendor is in the result.
  void call(CallResult& result, llm::Request request, const std::vector<Candidate>& candidates,
            int turn, bool has_private_text, const CallLimits& limits, const base::Stop* stop,
            const llm::TextSink& on_text);

 private:
  bool try_candidate(const Candidate& candidate, llm::Request& request, int turn,
                     const CallLimits& limits, base::Millis until, const base::Stop* stop,
                     const llm::TextSink& on_text, CallResult& result);
  void settle(const Candidate& candidate, const audit::CallIntent& intent, CallResult& result);
  std::optional<base::Usd> fit_output(const Candidate& candidate, llm::Request& request,
                                      const CallLimits& limits, std::int64_t input_tokens);

  audit::Recorder& recorder_;
  Breaker breaker_;
  store::Database& db_;
};

}  // namespace openclaw::agent
