// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "agent/caller.h"
#include "tools/gate.h"

namespace openclaw::agent {

struct Limits {
  int turns = 8;
  int tool_calls = 32;
  std::int64_t tokens = 2'000'000;       ///< input and output, over the run
  std::size_t result_bytes = 64u << 10;  ///< of one tool result
  base::Millis deadline{300000};
  CallLimits calls;
};

struct Input {
  std::string system;
  std::vector<llm::Message> messages;
  policy::Labels taint;  ///< of the messages
  std::optional<json::Value> schema;
  bool stream = true;
  std::string zone_name = "UTC";
  /// The declared sources of some kinds, for the tools over them.
  std::function<std::vector<sources::Declared>(const std::vector<std::string>& kinds)> sources{};
  std::string effect_scope{};  ///< as in tools::Context
  tools::GiveFile give_file{};
  /// Where messages end with calls of the model, from an earlier run: its tools may have run.
  bool tools_begun = false;
  /// Called inside the transaction that makes the decisions about the model's calls durable, before
  /// a tool runs: the conversation so far, with those calls.
  std::function<void(const std::vector<llm::Message>&, policy::Labels)> keep{};
  /// The model's text as it comes, also where it may go on to call tools, with the labels of all
  /// that it has read; an empty piece begins and ends each of its messages.
  std::function<void(std::string_view piece, policy::Labels)> on_draft{};
};

/// One tool call as it went, for the caller's record.
struct ToolTrace {
  std::string name;
  json::Value arguments;
  std::string decision;  ///< allow, confirm, deny
  std::string error;
  base::Millis duration{0};
};

struct Output {
  /// ok, refused, error, budget, limit, cancelled, unavailable; waiting: a person is asked first,
  /// and messages end with the calls that are to be decided again.
  std::string outcome = "ok";
  std::string text;  ///< the last message: the answer
  std::string error;
  bool try_later = false;              ///< a rate limit: exit 75 rather than 69
  int vendor_status = 0;               ///< the HTTP status of the fault that ended the run
  std::vector<llm::Message> messages;  ///< the whole conversation, with the answer
  policy::Labels taint;
  std::string provider, model, finish;
  std::vector<std::string> request_ids;
  llm::Usage usage;  ///< sums
  base::Usd cost;
  bool priced = true;
  int turns = 0, calls = 0, denied = 0;
  std::vector<ToolTrace> tools;
  base::Millis first_token{0}, duration{0};
};

/// Runs one agent on one input until it answers or a limit ends it. The recorder's run must have
/// been started; ending it is the caller's part. on_text gets the answer as it comes where no tool
/// can be called, otherwise the whole answer at the end. Never throws for what a vendor, a model or
/// a tool did; base::StorageError passes, because then nothing may run.
Output run(Caller& caller, audit::Recorder& recorder, const std::vector<Candidate>& candidates,
           tools::Gate& gate, const std::string& run_id, const Input& input, const Limits& limits,
           net::HttpClient& http, const base::Stop* stop, const llm::TextSink& on_text);

}  // namespace openclaw::agent
