// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "llm/prices.h"
#include "llm/provider.h"

/// agent may use llm, tools, policy, audit, store, json and base. It is the loop between a model
/// and its tools: one function with plain input and output, that knows no channel and no
/// configuration.
namespace openclaw::agent {

/// One line of a model's "try" list, ready to dial.
struct Candidate {
  llm::Provider* provider = nullptr;
  std::string provider_name;
  std::string model;
  std::int64_t output_tokens = 4096;
  std::string effort;
  std::optional<llm::Price> price;  ///< nullopt = unknown
  bool private_text = false;        ///< may receive private text
};

}  // namespace openclaw::agent
