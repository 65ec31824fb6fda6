// SPDX-License-Identifier: MIT
#include "agent/loop.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/id.h"
#include "base/redact.h"
#include "base/text.h"
#include "policy/describe.h"

namespace openclaw::agent {
namespace {

constexpr int most_same_calls = 3;

std::string taint_text(policy::Labels taint) {
  return std::string(taint.untrusted ? "untrusted" : "") +
         (taint.untrusted && taint.private_text ? "," : "") + (taint.private_text ? "private" : "");
}

class Run {
 public:
  Run(Caller& caller, audit::Recorder& recorder, const std::vector<Candidate>& candidates,
      tools::Gate& gate, const std::string& run_id, const Input& input, const Limits& limits,
      net::HttpClient& http, const base::Stop* stop, const llm::TextSink& on_text)
      : caller_(caller),
        recorder_(recorder),
        candidates_(candidates),
        gate_(gate),
        run_id_(run_id),
        input_(input),
        limits_(limits),
        http_(http),
        stop_(stop),
        on_text_(on_text),
        start_(base::boot_now()) {
    out_.messages = input.messages;
    out_.taint = input.taint;
  }

  Output go() {
    try {
      bool more = resume();
      while (more) more = step();
    } catch (const tools::Parked& e) {
      end("waiting", e.what());
    } catch (const base::BudgetError& e) {
      end("budget", base::describe(e));
    } catch (const base::CancelledError& e) {
      end("cancelled", base::describe(e));
    } catch (const base::UnavailableError& e) {
      end("unavailable", base::describe(e));
    }
    out_.duration = base::boot_now() - start_;
    return std::move(out_);
  }

 private:
  bool end(const std::string& outcome, const std::string& error) {
    out_.outcome = outcome;
    out_.error = base::redact(error);
    return false;
  }

  /// Goes on where an earlier run of the same conversation stopped; false when the run is over.
  bool resume() {
    if (out_.messages.empty() || out_.messages.back().role != llm::Role::assistant) return true;
    const auto calls = llm::calls_of(out_.messages.back());
    if (calls.empty()) return true;
    resuming_ = input_.tools_begun;
    const bool more = use_tools(calls, {});
    resuming_ = false;
    return more;
  }

  base::Millis time_left() const { return start_ + limits_.deadline - base::boot_now(); }

  /// One model call and what follows from it; false when the run is over.
  bool step() {
    if (out_.turns >= limits_.turns)
      return end("limit", "no answer after " + base::counted(limits_.turns, "turn"));
    if (time_left().count() <= 0)
      return end("limit", "no answer within " + base::human_duration(limits_.deadline));
    if (out_.usage.input_tokens + out_.usage.output_tokens >= limits_.tokens)
      return end("limit", fmt::format("more than {} tokens", limits_.tokens));
    ++out_.turns;
    const auto visible = gate_.visible(out_.taint);
    const bool tools = !visible.empty();
    base::StreamRedactor redactor;
    const bool is_shown = on_text_ && !tools;
    const auto show = [&](const std::string& text) {
      if (text.empty()) return;
      if (is_shown) on_text_(text);
      draft(text);
    };
    const llm::TextSink live = [&](std::string_view piece) { show(redactor.feed(piece)); };
    draft({});
    CallLimits limits = limits_.calls;
    limits.deadline = std::min(limits.deadline, time_left());
    CallResult result;
    try {
      caller_.call(result, request_for(visible), candidates_, out_.turns, out_.taint.private_text,
                   limits, stop_, is_shown || input_.on_draft ? live : llm::TextSink{});
    } catch (const base::Error&) {
      show(redactor.finish());
      draft({});
      if (result.candidate) count(result);
      out_.text = base::redact(llm::text_of(result.attempt.reply.message));
      if (result.attempt.fault) out_.finish = result.attempt.fault->type;
      throw;
    }
    show(redactor.finish());
    draft({});
    count(result);
    return take(result, tools);
  }

  void draft(std::string_view piece) const {
    if (input_.on_draft) input_.on_draft(piece, out_.taint);
  }

  llm::Request request_for(const std::vector<const tools::Tool*>& visible) const {
    llm::Request request;
    request.system = input_.system;
    request.messages = out_.messages;
    request.stream = input_.stream;
    request.schema = input_.schema;
    request.cache = !visible.empty();  // a turn with tools reads its prefix again
    for (const auto* tool : visible)
      request.tools.push_back({tool->info.name, tool->description, tool->schema});
    return request;
  }

  void count(const CallResult& result) {
    const llm::Usage& usage = result.attempt.reply.usage;
    out_.calls += result.attempts;
    out_.cost += result.cost;
    out_.priced = out_.priced && result.priced;
    out_.usage.input_tokens += usage.input_tokens;
    out_.usage.cache_read_tokens += usage.cache_read_tokens;
    out_.usage.cache_creation_tokens += usage.cache_creation_tokens;
    out_.usage.output_tokens += usage.output_tokens;
    out_.usage.reasoning_tokens += usage.reasoning_tokens;
    out_.provider = result.candidate->provider_name;
    out_.model = result.attempt.reply.response_model.empty() ? result.candidate->model
                                                             : result.attempt.reply.response_model;
    out_.finish = llm::name_of(result.attempt.reply.finish);
    if (!result.attempt.request_id.empty())
      out_.request_ids.push_back(result.attempt.request_id);
    else if (!result.attempt.reply.response_id.empty())
      out_.request_ids.push_back(result.attempt.reply.response_id);
    if (out_.first_token.count() == 0) out_.first_token = result.attempt.first_token_time;
  }

  bool take(const CallResult& result, bool tools) {
    const llm::Reply& reply = result.attempt.reply;
    if (const auto& fault = result.attempt.fault) {
      out_.text = base::redact(llm::text_of(reply.message));
      out_.finish = fault->type;
      out_.try_later = fault->rate_limited;
      out_.vendor_status = fault->retryable ? 0 : result.attempt.http_status;
      if (fault->type == "timeout" && time_left().count() <= 0)
        return end("limit", "no answer within " + base::human_duration(limits_.deadline));
      return end("unavailable", fmt::format("{}: {}{}", out_.provider, fault->type,
                                            fault->message.empty() ? "" : ": " + fault->message));
    }
    out_.messages.push_back(reply.message);
    if (reply.finish == llm::Finish::paused) return true;
    if (reply.finish == llm::Finish::refused) {
      out_.text = base::redact(llm::text_of(reply.message));
      return end("refused", reply.refusal.empty() ? reply.finish_raw : reply.refusal);
    }
    const auto calls = llm::calls_of(reply.message);
    const bool cut = reply.finish == llm::Finish::length;  // a cut call is never run
    if (!calls.empty() && !cut) return use_tools(calls, result.call);
    out_.text = base::redact(llm::text_of(reply.message));
    if (tools && on_text_ && !out_.text.empty()) on_text_(out_.text);
    if (reply.finish == llm::Finish::length)
      return end("limit", "the answer was cut at its length limit");
    out_.outcome = "ok";
    return false;
  }

  /// Decides all calls before any runs; writes the decisions; then runs them in order.
  bool use_tools(const std::vector<llm::ToolCall>& calls, const std::string& call_id) {
    std::vector<tools::Decided> decided;
    std::vector<audit::ToolDecision> rows;
    for (const auto& call : calls) {
      decided.push_back(decide(call, static_cast<int>(out_.tools.size() + decided.size())));
      rows.push_back(row_for(call, decided.back(), call_id, static_cast<int>(rows.size()) + 1));
    }
    recorder_.decide_tools(rows, [&] {
      if (input_.keep) input_.keep(out_.messages, out_.taint);
    });
    base::failpoint("tools decided");
    llm::Message results;
    const policy::Labels before = out_.taint;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      // An earlier result of this turn may have tainted the run: what was decided then is decided
      // anew.
      if (i > 0 && out_.taint != before && decided[i].permit &&
          decided[i].effect != policy::Effect::none)
        redecide(calls[i], decided[i], rows[i]);
      results.parts.push_back(perform(calls[i], std::move(decided[i]), rows[i]));
    }
    out_.messages.push_back(std::move(results));
    if (stuck_) return end("limit", "the model made the same call three times");
    if (static_cast<int>(out_.tools.size()) > limits_.tool_calls)
      return end("limit", "more than " + base::counted(limits_.tool_calls, "tool call"));
    return true;
  }

  /// Not decided by the policy: the run's own limits are against it.
  static tools::Decided refuse(const llm::ToolCall& call, const std::string& why) {
    tools::Decided refused;
    refused.tool = call.name;
    refused.args = tools::readable_args(call.arguments);
    refused.decision.reason = why;
    refused.told = "Refused: " + why + ".";
    return refused;
  }

  tools::Decided decide(const llm::ToolCall& call, int number) {
    if (number >= limits_.tool_calls) return refuse(call, "too many tool calls in this run");
    if (++same_[call.name + "\n" + call.arguments] >= most_same_calls) {
      stuck_ = true;
      return refuse(call, "the same call was made before, twice");
    }
    const auto* tool = gate_.find(call.name);
    if (resuming_ && tool && tool->info.effect != policy::Effect::none && !tool->is_repeatable)
      return refuse(call,
                    "it was interrupted: whether it took effect is not known, and it is not made "
                    "again");
    return gate_.decide(call.name, call.arguments, out_.taint);
  }

  audit::ToolDecision row_for(const llm::ToolCall& call, const tools::Decided& decided,
                              const std::string& call_id, int n) const {
    audit::ToolDecision row;
    row.at = base::wall_now();
    row.tool_call = base::new_ulid(row.at);
    row.call = call_id;
    row.n = n;
    row.vendor_id = base::one_line(base::prefix_bytes(call.id, 200));
    row.name = base::one_line(base::prefix_bytes(call.name, 200));
    row.effect = policy::name_of(decided.effect);
    row.decision = decided.permit ? policy::name_of(decided.decision.verdict) : "deny";
    row.rule = decided.decision.rule;
    row.reason = decided.decision.reason;
    row.taint = taint_text(out_.taint);
    row.args = call.arguments;
    return row;
  }

  /// What ran before it in the same message cannot be parked with it.
  tools::Decided decide_alone(const llm::ToolCall& call, bool confirmed) const {
    try {
      return gate_.decide(call.name, call.arguments, out_.taint, confirmed);
    } catch (const tools::Parked&) {
      return refuse(call, "it needs a person's yes after what was just read; make it again, alone");
    }
  }

  void redecide(const llm::ToolCall& call, tools::Decided& decided, audit::ToolDecision& row) {
    const bool confirmed = decided.decision.verdict == policy::Verdict::confirm;
    tools::Decided again = decide_alone(call, confirmed);
    const audit::ToolDecision fresh = row_for(call, again, row.call, row.n);
    recorder_.end_tool(
        {row.tool_call, base::wall_now(), "superseded", "decided again", "", false, {}});
    recorder_.decide_tools({fresh});
    row = fresh;
    decided.decision = again.decision;
    decided.told = again.told;
    decided.permit.reset();
    if (again.permit) decided.permit.emplace(*std::move(again.permit));
  }

  llm::ToolResult perform(const llm::ToolCall& call, tools::Decided decided,
                          const audit::ToolDecision& row) {
    const base::Millis begun = base::boot_now();
    const bool permitted = decided.permit.has_value();
    ToolTrace trace{row.name, decided.args, row.decision, {}, {}};
    if (!permitted) ++out_.denied;
    tools::Context context{http_,
                           stop_,
                           base::wall_now(),
                           input_.zone_name,
                           std::max(base::Millis(1), std::min(base::Millis(30000), time_left())),
                           limits_.result_bytes,
                           input_.sources,
                           input_.effect_scope,
                           input_.give_file};
    const auto result = gate_.run(std::move(decided), context);
    base::failpoint("tool ran, not recorded");
    if (stop_ && stop_->requested()) throw base::CancelledError("interrupted");
    out_.taint = out_.taint | result.labels;
    const std::string text = base::redact(result.text);
    if (!result.ok) trace.error = base::redact(std::string(base::prefix_bytes(result.text, 300)));
    trace.duration = base::boot_now() - begun;
    if (permitted)
      recorder_.end_tool({row.tool_call, base::wall_now(), result.ok ? "ok" : "error", trace.error,
                          text, result.truncated, trace.duration});
    out_.tools.push_back(std::move(trace));
    return {call.id, call.name, text, !result.ok};
  }

  Caller& caller_;
  audit::Recorder& recorder_;
  const std::vector<Candidate>& candidates_;
  tools::Gate& gate_;
  const std::string& run_id_;
  const Input& input_;
  const Limits& limits_;
  net::HttpClient& http_;
  const base::Stop* stop_;
  const llm::TextSink& on_text_;
  base::Millis start_;
  Output out_;
  std::map<std::string, int> same_;
  bool stuck_ = false;
  bool resuming_ = false;
};

}  // namespace

Output run(Caller& caller, audit::Recorder& recorder, const std::vector<Candidate>& candidates,
           tools::Gate& gate, const std::string& run_id, const Input& input, const Limits& limits,
           net::HttpClient& http, const base::Stop* stop, const llm::TextSink& on_text) {
  return Run(caller, recorder, candidates, gate, run_id, input, limits, http, stop, on_text).go();
}

}  // namespace openclaw::agent
