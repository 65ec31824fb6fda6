// SPDX-License-Identifier: MIT
#include "support/fake_provider.h"

#include <utility>

namespace openclaw::test {

FakeProvider::FakeProvider(const std::string& name) {
  endpoint_.name = name;
  endpoint_.api = "openai-chat";
  endpoint_.base_url = "http://" + name + ".test";
}

FakeProvider& FakeProvider::then(Turn turn) {
  script_.push_back(std::move(turn));
  return *this;
}

FakeProvider& FakeProvider::then(const llm::Attempt& attempt) {
  return then([attempt](const llm::Request&, const llm::CallContext&) { return attempt; });
}

net::Request FakeProvider::preview(const llm::Request& request) const {
  net::Request out;
  out.method = "POST";
  out.url = endpoint_.base_url;
  out.body = request.system;
  return out;
}

llm::Attempt FakeProvider::complete(const llm::Request& request, const llm::CallContext& context) {
  seen.push_back(request);
  streamed.push_back(static_cast<bool>(context.on_text));
  deadlines.push_back(context.deadline);
  ids.push_back(context.client_request_id);
  if (script_.empty()) return says("nothing is scripted");
  const Turn turn = script_.front();
  if (script_.size() > 1) script_.pop_front();
  return turn(request, context);
}

llm::Attempt says(const std::string& text, llm::Finish finish) {
  llm::Attempt out;
  out.sent = out.content_seen = true;
  out.http_status = 200;
  out.reply.message.role = llm::Role::assistant;
  out.reply.message.parts.emplace_back(llm::Text{text});
  out.reply.finish = finish;
  return out;
}

llm::Attempt calls(const std::vector<llm::ToolCall>& wanted, const std::string& text) {
  llm::Attempt out = says(text, llm::Finish::tool_calls);
  if (text.empty()) out.reply.message.parts.clear();
  for (const auto& call : wanted) out.reply.message.parts.emplace_back(call);
  return out;
}

llm::Attempt fails(const std::string& type, bool retryable) {
  llm::Attempt out;
  out.sent = true;
  out.fault = llm::Fault{type, "as scripted", retryable, false, base::Millis(0)};
  return out;
}

llm::Attempt using_tokens(llm::Attempt attempt, std::int64_t input, std::int64_t output) {
  attempt.reply.usage.present = true;
  attempt.reply.usage.input_tokens = input;
  attempt.reply.usage.output_tokens = output;
  return attempt;
}

std::vector<llm::ToolResult> results_in(const llm::Message& message) {
  std::vector<llm::ToolResult> out;
  for (const auto& part : message.parts)
    if (const auto* result = std::get_if<llm::ToolResult>(&part)) out.push_back(*result);
  return out;
}

}  // namespace openclaw::test
