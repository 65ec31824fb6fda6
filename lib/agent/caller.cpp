// SPDX-License-Identifier: MIT
#include "agent/caller.h"

#include <algorithm>
#include <random>

#include <fmt/core.h>
#include <poll.h>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "llm/fault.h"
#include "url/url.h"

namespace openclaw::agent {
namespace {

constexpr std::int64_t least_output = 256;

std::string host_of(const llm::Endpoint& endpoint) {
  const auto parsed = url::parse(endpoint.base_url);
  return parsed ? parsed->origin() : endpoint.name;
}

double random_unit() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

/// Sleeps, but wakes when a stop is requested.
void wait(base::Millis time, const base::Stop* stop) {
  pollfd fd{stop ? stop->fd() : -1, POLLIN, 0};
  ::poll(&fd, 1, static_cast<int>(time.count()));
  if (stop && stop->requested()) throw base::CancelledError("interrupted");
}

std::vector<std::string> texts_of(const llm::Request& request) {
  std::vector<std::string> texts{request.system};
  if (!request.tools.empty()) {
    auto tools = json::Value::array();
    for (const auto& tool : request.tools)
      tools.push(json::Value::object({{"name", tool.name},
                                      {"description", tool.description},
                                      {"parameters", tool.parameters}}));
    texts.push_back(json::dump(tools));
  }
  for (const auto& message : request.messages) {
    if (!message.raw.is_null()) {
      texts.push_back(json::dump(message.raw));
      continue;
    }
    std::string text = llm::text_of(message);
    for (const auto& part : message.parts) {
      if (const auto* result = std::get_if<llm::ToolResult>(&part))
        text += fmt::format("[result of {}] {}\n", result->name, result->text);
      else if (const auto* image = std::get_if<llm::Image>(&part))
        text += fmt::format("[image {} of {} bytes]\n", image->media_type, image->bytes.size());
    }
    texts.push_back(text);
  }
  std::erase_if(texts, [](const std::string& t) { return t.empty(); });
  return texts;
}

audit::CallOutcome outcome_of(const Candidate& candidate, const std::string& call,
                              const llm::Attempt& a) {
  audit::CallOutcome o;
  o.call = call;
  o.provider = candidate.provider_name;
  o.model = candidate.model;
  o.response_model = a.reply.response_model;
  o.outcome = !a.fault ? (a.reply.finish == llm::Finish::refused ? "refused" : "ok")
              : a.fault->type == "cancelled"        ? "cancelled"
              : a.fault->type == "stream_truncated" ? "truncated"
                                                    : "error";
  o.finish = a.fault ? "" : std::string(llm::name_of(a.reply.finish));
  o.finish_raw = a.reply.finish_raw;
  o.error_type = a.fault ? a.fault->type : "";
  o.http_status = a.http_status;
  o.response_id = a.reply.response_id;
  o.request_id = a.request_id;
  const llm::Usage& u = a.reply.usage;
  o.input_tokens = u.input_tokens;
  o.cache_read_tokens = u.cache_read_tokens;
  o.cache_creation_tokens = u.cache_creation_tokens;
  o.cache_creation_1h_tokens = u.cache_creation_1h_tokens;
  o.output_tokens = u.output_tokens;
  o.reasoning_tokens = u.reasoning_tokens;
  o.usage_source = u.present ? "vendor" : "none";
  o.usage_raw = u.present ? json::dump(u.raw) : "";
  o.rate_limits = a.rate_limits.is_null() ? "" : json::dump(a.rate_limits);
  o.reply = a.fault && !a.content_seen      ? a.fault->message
            : a.reply.message.raw.is_null() ? llm::text_of(a.reply.message)
                                            : json::dump(a.reply.message.raw);
  o.connect_ms = a.connect_time.count();
  o.ttfb_ms = a.first_byte_time.count();
  o.first_token_ms = a.first_token_time.count();
  o.total_ms = a.total_time.count();
  o.response_bytes = static_cast<std::int64_t>(a.response_bytes);
  return o;
}

}  // namespace

std::optional<base::Usd> Caller::fit_output(const Candidate& candidate, llm::Request& request,
                                            const CallLimits& limits, std::int64_t input_tokens) {
  if (!candidate.price && limits.per_request)
    throw base::BudgetError(fmt::format("per request: the price of {}:{} is not known",
                                        candidate.provider_name, candidate.model),
                            "add it under \"prices\"");
  if (!candidate.price) return std::nullopt;
  std::string tightest = "per request";
  auto rest = audit::left(db_, limits.money, &tightest);
  if (limits.per_request && (!rest || *limits.per_request < *rest)) {
    rest = limits.per_request;
    tightest = "per request";
  }
  const auto worst = [&](std::int64_t output) {
    return llm::worst_cost(*candidate.price, input_tokens, output);
  };
  if (!rest || worst(request.max_output_tokens) <= *rest) return worst(request.max_output_tokens);
  std::int64_t low = 0;
  std::int64_t high = request.max_output_tokens;
  while (low < high) {  // the most output that still fits
    const std::int64_t middle = (low + high + 1) / 2;
    if (worst(middle) <= *rest)
      low = middle;
    else
      high = middle - 1;
  }
  if (low < std::min(least_output, request.max_output_tokens))
    throw base::BudgetError(
        fmt::format("{}: {} USD left, and the smallest useful request may cost {}", tightest,
                    base::human_usd(std::max(*rest, base::Usd{})),
                    base::human_usd(worst(std::min(least_output, request.max_output_tokens)))));
  request.max_output_tokens = low;
  return worst(low);
}

void Caller::settle(const Candidate& candidate, const audit::CallIntent& intent,
                    CallResult& result) {
  auto outcome = outcome_of(candidate, intent.call, result.attempt);
  const llm::Usage& usage = result.attempt.reply.usage;
  // The usage of an answer that was cut is what it began with: it counts at its most.
  const bool is_cut =
      result.attempt.fault && result.attempt.sent && result.attempt.http_status < 400;
  if (is_cut && intent.reserved) {
    outcome.cost = intent.reserved;
    outcome.cost_source = "reserved";
  } else if (usage.vendor_cost) {
    outcome.cost = usage.vendor_cost;
    outcome.cost_source = "vendor";
  } else if (candidate.price && usage.present) {
    outcome.cost = llm::cost(*candidate.price, usage);
    outcome.cost_source =
        candidate.price->reference.starts_with("table") ? "table" : candidate.price->reference;
  } else if (!result.attempt.sent || (result.attempt.http_status >= 400)) {
    outcome.cost = base::Usd{};  // nothing was run, nothing is billed
    outcome.cost_source = "not billed";
  }
  if (outcome.cost)
    result.cost += *outcome.cost;
  else
    result.priced = false;
  base::failpoint("answered, not recorded");
  recorder_.end_call(outcome, base::wall_now());
}

bool Caller::try_candidate(const Candidate& candidate, llm::Request& request, int turn,
                           const CallLimits& limits, base::Millis until, const base::Stop* stop,
                           const llm::TextSink& on_text, CallResult& result) {
  const std::string host = host_of(candidate.provider->endpoint());
  request.model = candidate.model;
  request.max_output_tokens = candidate.output_tokens;
  request.effort = candidate.effort;
  const std::int64_t input_tokens = llm::estimate_tokens(request);
  for (int attempt = 1;; ++attempt) {
    audit::CallIntent intent;
    intent.reserved = fit_output(candidate, request, limits, input_tokens);
    const auto preview = candidate.provider->preview(request);
    intent.at = base::wall_now();
    intent.call = base::new_ulid(intent.at);
    intent.turn = turn;
    intent.attempt = ++result.attempts;
    intent.provider = candidate.provider_name;
    intent.api = candidate.provider->endpoint().api;
    intent.server = host;
    intent.model = candidate.model;
    intent.stream = request.stream;
    intent.max_tokens = request.max_output_tokens;
    intent.input_estimate = input_tokens;
    intent.price_ref = candidate.price ? candidate.price->reference : "unpriced";
    intent.texts = texts_of(request);
    intent.request_bytes = static_cast<std::int64_t>(preview.body.size());
    intent.client_request_id = intent.call;
    recorder_.start_call(intent, limits.money);
    base::failpoint("intent kept");
    result.call = intent.call;
    result.candidate = &candidate;
    result.attempt = candidate.provider->complete(
        request, {stop, std::max(base::Millis(1), until - base::boot_now()), on_text, intent.call});
    settle(candidate, intent, result);
    const auto& fault = result.attempt.fault;
    if (!fault) {
      breaker_.worked(host);
      return true;
    }
    if (stop && stop->requested()) throw base::CancelledError("interrupted");
    if (fault->retryable && !fault->rate_limited) breaker_.failed(host, base::wall_now());
    const auto delay = llm::retry_delay(result.attempt, attempt, random_unit());
    if (!delay || base::boot_now() + *delay >= until) return false;
    base::log::info("llm", "{}: {}, trying again in {}", candidate.provider_name, fault->type,
                    base::human_duration(*delay));
    wait(*delay, stop);
  }
}

void Caller::call(CallResult& result, llm::Request request,
                  const std::vector<Candidate>& candidates, int turn, bool has_private_text,
                  const CallLimits& limits, const base::Stop* stop, const llm::TextSink& on_text) {
  const base::Millis until = base::boot_now() + limits.deadline;
  std::string why = "no model is declared";
  bool tried = false;
  std::exception_ptr too_dear;
  for (const auto& candidate : candidates) {
    if (has_private_text && !candidate.private_text) {
      why =
          fmt::format("provider '{}' does not declare private_text, and the run holds private text",
                      candidate.provider_name);
      continue;
    }
    const std::string host = host_of(candidate.provider->endpoint());
    if (const auto rest = breaker_.closed_for(host, base::wall_now())) {
      why = fmt::format("{} failed repeatedly and rests for {}", host, base::human_duration(*rest));
      continue;
    }
    try {
      if (try_candidate(candidate, request, turn, limits, until, stop, on_text, result)) return;
      tried = true;
    } catch (const base::BudgetError&) {  // the next may be cheaper
      if (!too_dear) too_dear = std::current_exception();
      continue;
    }
    if (result.attempt.content_seen || base::boot_now() >= until) return;
  }
  if (!tried && too_dear) std::rethrow_exception(too_dear);
  if (!tried) throw base::UnavailableError("no model can be asked: " + why);
}

}  // namespace openclaw::agent
