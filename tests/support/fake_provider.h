// SPDX-License-Identifier: MIT
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "llm/provider.h"

namespace openclaw::test {

/// A vendor that remembers what it was asked and answers from a script.
class FakeProvider : public llm::Provider {
 public:
  using Turn = std::function<llm::Attempt(const llm::Request&, const llm::CallContext&)>;

  explicit FakeProvider(const std::string& name = "fake");

  /// The next answers, in order; when they are used up, the last of them again.
  FakeProvider& then(Turn turn);
  FakeProvider& then(const llm::Attempt& attempt);

  net::Request preview(const llm::Request& request) const override;
  llm::Attempt complete(const llm::Request& request, const llm::CallContext& context) override;
  const llm::Endpoint& endpoint() const override { return endpoint_; }

  std::vector<llm::Request> seen;
  std::vector<bool> streamed;  ///< whether each call was given a sink
  std::vector<base::Millis> deadlines;
  std::vector<std::string> ids;  ///< the client's own id of each call

 private:
  llm::Endpoint endpoint_;
  std::deque<Turn> script_;
};

/// A plain answer.
llm::Attempt says(const std::string& text, llm::Finish finish = llm::Finish::stop);
/// A turn that wants tools, with some text before them.
llm::Attempt calls(const std::vector<llm::ToolCall>& wanted, const std::string& text = "");
/// A failure.
llm::Attempt fails(const std::string& type, bool retryable);
/// The same attempt with a usage report.
llm::Attempt using_tokens(llm::Attempt attempt, std::int64_t input, std::int64_t output);

/// All results that one message of a request carries.
std::vector<llm::ToolResult> results_in(const llm::Message& message);

}  // namespace openclaw::test
