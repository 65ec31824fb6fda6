// SPDX-License-Identifier: MIT
#include "policy/permit.h"

#include <cstdlib>

#include "base/log.h"
#include "crypto/digest.h"
#include "policy/engine.h"

namespace openclaw::policy {
namespace {

std::string seal_of(const std::string& tool, const json::Value& args, const std::string& run) {
  const auto digest = crypto::sha256(
      json::canonical(json::Value::array({json::Value(tool), args, json::Value(run)})));
  return std::string(crypto::view(digest));
}

}  // namespace

Permit::Permit(Permit&& other) noexcept
    : seal_(std::move(other.seal_)), decision_(std::move(other.decision_)) {
  other.seal_.clear();
}

const Decision& Permit::spend(const std::string& tool, const json::Value& args,
                              const std::string& run) {
  if (seal_.empty() || seal_ != seal_of(tool, args, run)) {
    base::log::write(base::log::Level::error, "policy", "a permit was used for another call");
    std::abort();
  }
  seal_.clear();
  return decision_;
}

Authority::Answer Authority::authorize(const Policy& policy, const Request& request,
                                       const std::string& run, bool confirmed) {
  Answer answer;
  answer.decision = decide(policy, request);
  const bool may = answer.decision.verdict == Verdict::allow ||
                   (answer.decision.verdict == Verdict::confirm && confirmed);
  if (may) answer.permit.emplace(Permit(seal_of(request.tool, request.args, run), answer.decision));
  return answer;
}

}  // namespace openclaw::policy
