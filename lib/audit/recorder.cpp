// SPDX-License-Identifier: MIT
#include "audit/recorder.h"

#include <fmt/core.h>

#include "audit/process.h"
#include "base/error.h"
#include "base/redact.h"
#include "base/text.h"

namespace openclaw::audit {
namespace {

std::string sha(const std::string& text) {
  return text.empty() ? "" : base::hex(crypto::view(crypto::sha256(base::redact(text))));
}

std::string column(const SQLite::Statement& query, int at) {
  const auto value = const_cast<SQLite::Statement&>(query).getColumn(at);
  return value.isNull() ? std::string() : value.getString();
}

}  // namespace

Recorder::Recorder(store::Database& db, Bodies& bodies, Witness& witness)
    : db_(db), bodies_(bodies), witness_(witness), chain_(db) {}

Cell Recorder::keep(const std::string& text, base::Time at, const RunInfo& run) {
  bool is_new = false;
  const std::string ref = bodies_.put(text, at, run.keep_bodies, &is_new);
  if (is_new) chain_.append(texts, {base::to_ms(at), ref});
  return cell(ref);
}

void Recorder::commit(const Work& last) {
  db_.transaction([&] {
    chain_.begin();
    if (!is_known_) witness_.must_know(db_, chain_.head());
    for (const auto& work : waiting_) work();
    if (last) last();
    chain_.end();
  });
  is_known_ = true;
  waiting_.clear();
}

void Recorder::start_run(const RunInfo& info, const std::function<void()>& also) {
  info_ = info;
  info_.input.clear();
  waiting_.push_back([this, also, i = info] {
    if (also) also();
    chain_.append(runs, {cell(i.run), base::to_ms(i.at), i.agent, cell(i.agent_digest),
                         cell(i.policy_digest), i.trigger, cell(i.place), cell(i.person),
                         cell(i.job), cell(i.slot), cell(i.conversation), cell(i.parent),
                         cell(i.host), std::string(OPENCLAW_VERSION), keep(i.input, i.at, i)});
    auto& open = db_.statement("INSERT OR REPLACE INTO open_runs VALUES(?,?)");
    open.bind(1, i.run);
    open.bind(2, own_process());
    open.exec();
    open.reset();
  });
}

void Recorder::start_call(const CallIntent& intent, const std::vector<Limit>& limits) {
  commit([&] {
    std::string tightest;
    const auto rest = left(db_, limits, &tightest);
    if (rest && !intent.reserved)
      throw base::BudgetError(
          fmt::format("{}: the price of {}:{} is not known, and there is a budget", tightest,
                      intent.provider, intent.model),
          "add it under \"prices\", or mark the provider \"price\": \"free\"");
    if (rest && *intent.reserved > *rest)
      throw base::BudgetError(fmt::format("{}: {} USD left, this request may cost {}", tightest,
                                          base::human_usd(*rest),
                                          base::human_usd(*intent.reserved)));
    auto manifest = json::Value::array();
    for (const auto& text : intent.texts) {
      const Cell ref = keep(text, intent.at, info_);
      manifest.push(std::holds_alternative<std::string>(ref) ? std::get<std::string>(ref) : "");
    }
    const auto money = intent.reserved ? Cell(intent.reserved->nano) : Cell();
    chain_.append(calls, {intent.call, info_.run, base::to_ms(intent.at), std::int64_t{intent.turn},
                          std::int64_t{intent.attempt}, cell(intent.provider), cell(intent.api),
                          cell(intent.server), cell(intent.model), std::int64_t{intent.stream},
                          intent.max_tokens, intent.input_estimate, money, cell(intent.price_ref),
                          keep(json::dump(manifest), intent.at, info_), intent.request_bytes,
                          cell(intent.client_request_id)});
    auto& open = db_.statement("INSERT INTO open_calls VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
    int at = 1;
    for (const auto& text : {intent.call, info_.run}) open.bind(at++, text);
    open.bind(at++, base::to_ms(intent.at));
    for (const auto& text : {info_.agent, info_.trigger, info_.place, info_.person, info_.job,
                             intent.provider, intent.model}) {
      if (text.empty())
        open.bind(at++);
      else
        open.bind(at++, base::redact(text));
    }
    if (intent.reserved)
      open.bind(at++, intent.reserved->nano);
    else
      open.bind(at++);
    open.bind(at, own_process());
    open.exec();
    open.reset();
  });
}

void Recorder::append_outcome(const CallOutcome& o, const RunInfo& i, base::Time now) {
  const auto money = o.cost ? Cell(o.cost->nano) : Cell();
  const auto some = [](std::int64_t n) { return n == 0 ? Cell() : Cell(n); };
  chain_.append(call_ends, {o.call,
                            i.run,
                            base::to_ms(now),
                            cell(i.agent),
                            cell(i.trigger),
                            cell(i.place),
                            cell(i.person),
                            cell(i.job),
                            cell(o.provider),
                            cell(o.model),
                            cell(o.response_model),
                            o.outcome,
                            cell(o.finish),
                            cell(o.finish_raw),
                            some(o.http_status),
                            cell(o.error_type),
                            cell(o.response_id),
                            cell(o.request_id),
                            o.input_tokens,
                            o.cache_read_tokens,
                            o.cache_creation_tokens,
                            o.cache_creation_1h_tokens,
                            o.output_tokens,
                            o.reasoning_tokens,
                            cell(o.usage_source),
                            cell(o.usage_raw),
                            money,
                            cell(o.cost_source),
                            o.connect_ms,
                            o.ttfb_ms,
                            some(o.first_token_ms),
                            o.total_ms,
                            o.response_bytes,
                            cell(o.rate_limits),
                            keep(o.reply, now, i)});
  auto& closed = db_.statement("DELETE FROM open_calls WHERE call=?");
  closed.bind(1, o.call);
  closed.exec();
  closed.reset();
}

void Recorder::end_call(const CallOutcome& outcome, base::Time now) {
  waiting_.push_back([this, outcome, now, info = info_] { append_outcome(outcome, info, now); });
}

void Recorder::decide_tools(const std::vector<ToolDecision>& decisions,
                            const std::function<void()>& also) {
  commit([&] {
    if (also) also();
    for (const auto& d : decisions)
      chain_.append(
          tools,
          {d.tool_call, info_.run, cell(d.call), base::to_ms(d.at), cell(info_.agent),
           cell(info_.trigger), cell(info_.place), cell(info_.person), cell(info_.job),
           std::int64_t{d.n}, cell(d.vendor_id), d.name, cell(d.effect), d.decision, cell(d.rule),
           cell(d.reason), cell(d.taint), keep(d.args, d.at, info_), cell(sha(d.args))});
  });
}

void Recorder::end_tool(const ToolOutcome& o) {
  waiting_.push_back([this, o, run = info_] {
    chain_.append(tool_ends, {o.tool_call, run.run, base::to_ms(o.at), o.outcome, cell(o.error),
                              keep(o.result, o.at, run), cell(sha(o.result)),
                              static_cast<std::int64_t>(o.result.size()), std::int64_t{o.truncated},
                              o.duration.count()});
  });
}

void Recorder::end_run(const RunResult& r, base::Time now, const std::function<void()>& also) {
  commit([&] {
    if (also) also();
    const auto money = r.cost ? Cell(r.cost->nano) : Cell();
    chain_.append(run_ends, {info_.run, base::to_ms(now), r.outcome, std::int64_t{r.exit_code},
                             std::int64_t{r.turns}, std::int64_t{r.calls}, std::int64_t{r.tools},
                             std::int64_t{r.denied}, money, r.duration.count(),
                             keep(r.output, now, info_), cell(r.error)});
    auto& closed = db_.statement("DELETE FROM open_runs WHERE run=?");
    closed.bind(1, info_.run);
    closed.exec();
    closed.reset();
  });
  witness_.tell(chain_.head());
}

void Recorder::note(const std::string& kind, const json::Value& data, base::Time now,
                    const std::function<void()>& also) {
  commit([&] {
    if (also) also();
    chain_.append(notes, {base::to_ms(now), kind, json::canonical(data)});
  });
  witness_.tell(chain_.head());
}

void Recorder::settle_abandoned(base::Time now) {
  struct Left {
    RunInfo info;
    CallOutcome outcome;
  };
  std::vector<Left> left_open;
  auto& open = db_.statement(
      "SELECT call, run, agent, trigger, place, person, job, provider, model,"
      " reserved_nusd, process FROM open_calls");
  while (open.executeStep()) {
    if (is_alive(column(open, 10))) continue;
    Left one;
    one.outcome.call = column(open, 0);
    one.info.run = column(open, 1);
    one.info.agent = column(open, 2);
    one.info.trigger = column(open, 3);
    one.info.place = column(open, 4);
    one.info.person = column(open, 5);
    one.info.job = column(open, 6);
    one.outcome.provider = column(open, 7);
    one.outcome.model = column(open, 8);
    one.outcome.outcome = "abandoned";
    one.outcome.usage_source = "none";
    if (!open.getColumn(9).isNull()) {
      one.outcome.cost = base::Usd{open.getColumn(9).getInt64()};
      one.outcome.cost_source = "reserved";
    }
    left_open.push_back(std::move(one));
  }
  open.reset();
  std::vector<std::string> dead_runs;
  auto& open_run = db_.statement("SELECT run, process FROM open_runs");
  while (open_run.executeStep())
    if (!is_alive(column(open_run, 1))) dead_runs.push_back(column(open_run, 0));
  open_run.reset();
  if (left_open.empty() && dead_runs.empty()) return;
  commit([&] {
    for (const auto& one : left_open) {
      auto& still = db_.statement("SELECT 1 FROM open_calls WHERE call=?");
      still.bind(1, one.outcome.call);
      const bool there = still.executeStep();
      still.reset();
      if (there) append_outcome(one.outcome, one.info, now);
    }
    for (const auto& run : dead_runs) {
      auto& closed = db_.statement("DELETE FROM open_runs WHERE run=?");
      closed.bind(1, run);
      if (closed.exec() == 1)
        chain_.append(run_ends, {run, base::to_ms(now), std::string("abandoned"), Cell(), Cell(),
                                 Cell(), Cell(), Cell(), Cell(), Cell(), Cell(), Cell()});
      closed.reset();
    }
  });
}

}  // namespace openclaw::audit
