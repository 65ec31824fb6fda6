// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "policy/model.h"

namespace openclaw::policy {

struct Finding {
  std::string pointer;  ///< JSON pointer of the line at fault
  std::string text;
};

/// What is wrong with a policy before anything runs: grants that name unknown tools or arguments,
/// that can match nothing or that are too wide, and callers that can reach untrusted text, private
/// text and an unpinned destination at once (the Rule of Two). accept_risk names groups whose owner
/// accepted the latter, with a reason.
std::vector<Finding> lint(const Policy& policy, const std::set<std::string>& accept_risk);

}  // namespace openclaw::policy
