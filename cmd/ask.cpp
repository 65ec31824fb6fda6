// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <unistd.h>

#include "agent/loop.h"
#include "ask_input.h"
#include "ask_output.h"
#include "ask_target.h"
#include "audit/checkpoint.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "command.h"
#include "confirm.h"
#include "exit_code.h"
#include "gather.h"
#include "interrupt.h"
#include "json/parse.h"
#include "json/schema.h"
#include "output.h"
#include "paths.h"
#include "policy/engine.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

using json::Value;

/// What one `ask` is about, from arguments and configuration.
struct Ask {
  settings::Settings settings;
  Target target;
  std::string prompt;
  AskInput input;
  std::optional<Value> schema;
  agent::Limits limits;
  std::string run;
  base::Time now;
  std::string from;     ///< a chat whose conversation goes on here
  chat::Thread thread;  ///< of it
};

std::optional<Value> read_schema(const Args& args) {
  if (!args.has("schema")) return std::nullopt;
  try {
    auto schema = json::parse(base::read_file(args.get("schema"), 1u << 20), {.unique_keys = true});
    const json::Schema compiled(schema);  // a keyword that is not checked is refused here
    return schema;
  } catch (const base::ProtocolError& e) {
    throw base::UsageError("--schema: " + std::string(e.what()));
  } catch (const base::ConfigError& e) {
    throw base::UsageError("--schema: " + std::string(e.what()));
  }
}

Ask prepare(Args& args) {
  Ask ask;
  const unsigned uid = ::getuid();
  const auto file = find_config(args);
  ask.settings = file ? load_settings(args) : settings_from_environment(uid);
  ask.from = take_place(args, ask.settings);
  if (!ask.from.empty()) ask.thread = thread_of(args, ask.settings, ask.from);
  ask.input = read_ask_input(args);
  ask.target =
      find_target(ask.settings, args.get("agent", ask.thread.agent), args.get("place"), uid);
  const auto& declared = ask.settings.agents.at(ask.target.agent);
  ask.prompt = args.has("system") ? args.get("system") : prompt_text(declared.prompt);
  ask.schema = read_schema(args);
  ask.now = base::wall_now();
  ask.run = base::new_ulid(ask.now);
  ask.limits = run_limits(ask.settings, declared.limits, ask.target.rule);
  if (args.has("timeout")) {
    const auto timeout = base::parse_duration(args.get("timeout"));
    if (!timeout || timeout->count() == 0)
      throw base::UsageError("--timeout: write it like 90s or 5m");
    ask.limits.deadline = *timeout;
  }
  if (args.has("max-turns")) {
    const int turns = std::atoi(args.get("max-turns").c_str());
    if (turns < 1) throw base::UsageError("--max-turns must be a number from 1");
    ask.limits.turns = std::min(turns, ask.limits.turns);
  }
  ask.limits.calls.deadline = ask.limits.deadline;
  return ask;
}

void add_cost_limit(const Args& args, Ask& ask) {
  ask.limits.calls.money = money_limits(ask.settings, ask.target.agent, ask.target.caller,
                                        ask.target.rule, ask.run, ask.now);
  if (!args.has("max-cost")) return;
  const auto most = base::parse_usd(args.get("max-cost"));
  if (!most) throw base::UsageError("--max-cost: write it in US dollars, like 0.05");
  ask.limits.calls.money.push_back(
      {.words = "--max-cost", .most = *most, .since = base::from_ms(0), .run = ask.run});
}

/// --dry-run: the exact request, what it would cost at most; sends and writes nothing.
int dry_run(const Ask& ask, const std::vector<agent::Candidate>& candidates,
            const tools::Gate& gate, const std::vector<llm::Message>& messages, bool stream) {
  llm::Request request;
  request.system = ask.prompt;
  request.messages = messages;
  request.stream = stream;
  request.schema = ask.schema;
  for (const auto* tool : gate.visible({}))
    request.tools.push_back({tool->info.name, tool->description, tool->schema});
  request.cache = !request.tools.empty();
  for (const auto& c : candidates) {
    request.model = c.model;
    request.max_output_tokens = c.output_tokens;
    request.effort = c.effort;
    const auto http = c.provider->preview(request);
    auto out = Value::object({{"provider", c.provider_name},
                              {"url", http.url},
                              {"body", json::parse(http.body)},
                              {"request_bytes", static_cast<std::int64_t>(http.body.size())},
                              {"input_tokens_estimate", llm::estimate_tokens(request)}});
    if (c.price)
      out.set("cost_usd_at_most", base::to_string(llm::worst_cost(
                                      *c.price, llm::estimate_tokens(request), c.output_tokens)));
    else
      out.set("cost_usd_at_most", Value());
    write_stdout(json::dump_pretty(out) + "\n");
  }
  return done;
}

int exit_for(const agent::Output& output) {
  if (output.outcome == "ok") return done;
  if (output.outcome == "refused") return refused;
  if (output.outcome == "budget") return budget;
  if (output.outcome == "limit") return limit;
  if (output.outcome == "cancelled") return interrupted;
  if (output.outcome == "unavailable") {
    // A wrong key, or a model that is not there: trying again does not help.
    const int status = output.vendor_status;
    if (status == 401 || status == 403 || status == 404) return config;
    if (status >= 400 && status < 500) return failed;
    return output.try_later ? later : unavailable;
  }
  return failed;
}

/// 0, or 65 with a sentence when the answer does not fit --schema.
int check_schema(const Ask& ask, agent::Output& output) {
  if (!ask.schema || output.outcome != "ok") return done;
  try {
    const auto value = json::parse(base::trim(output.text), {.unique_keys = true});
    const auto faults = json::Schema(*ask.schema).faults(value);
    if (faults.empty()) return done;
    output.error = "the answer does not fit --schema: " + base::join(faults, "; ");
  } catch (const base::ProtocolError& e) {
    output.error = std::string("the answer does not fit --schema: it is no JSON: ") + e.what();
  }
  return schema;
}

class Session {
 public:
  Session(const Args& args, Ask& ask)
      : args_(args), ask_(ask), json_(args.has("json")), jsonl_(args.has("jsonl")) {}

  int go() {
    harden_process();
    const auto http = net::make_http_client();
    Models models(ask_.settings, *http);
    const auto& declared = ask_.settings.agents.at(ask_.target.agent);
    const auto candidates = models.candidates(args_.has("model") ? wanted_model() : declared.model);
    const tools::Catalogue catalogue(ask_.settings.commands);
    tools::Gate gate(ask_.settings.policy, catalogue, ask_.target.caller, ask_.target.agent,
                     ask_.run,
                     stderr_is_terminal() && stdin_is_terminal() ? tools::Asker(ask_on_terminal)
                                                                 : tools::Asker());
    narrow(gate, catalogue);
    const bool stream = !args_.has("no-stream");
    if (args_.has("dry-run")) return dry_run(ask_, candidates, gate, {ask_.input.message}, stream);
    add_cost_limit(args_, ask_);
    State state(state_folder(args_, ask_.settings), ask_.settings);
    agent::Conversations conversations(state.db, state.bodies);
    agent::Input input = make_input(conversations, stream);
    for (const auto& warning : ask_.input.warnings)
      write_stderr("openclaw: warning: " + base::printable(warning) + ", and it is being sent\n");
    Interrupt interrupt;
    start_run(state);
    agent::Caller caller(state.db, state.recorder);
    const llm::TextSink sink = make_sink();
    auto output = agent::run(caller, state.recorder, candidates, gate, ask_.run, input, ask_.limits,
                             *http, &interrupt.stop(), sink);
    return finish(state, conversations, output);
  }

 private:
  void narrow(tools::Gate& gate, const tools::Catalogue& catalogue) const {
    if (args_.has("no-tools")) gate.narrow({});
    if (!args_.has("tool")) return;
    for (const auto& name : args_.all("tool"))
      if (!catalogue.find(name)) {
        std::vector<std::string> names;
        for (const auto& [known, tool] : catalogue.all()) names.push_back(known);
        throw base::UsageError("there is no tool '" + name + "'" + base::did_you_mean(name, names));
      }
    gate.narrow(args_.all("tool"));
  }

  agent::Input make_input(agent::Conversations& conversations, bool stream) {
    agent::Input input;
    input.system = ask_.prompt;
    input.schema = ask_.schema;
    input.stream = stream;
    input.zone_name = zone_name(ask_.settings);
    input.sources = [this](const auto& kinds) { return declared_sources(ask_.settings, kinds); };
    conversation_ = base::new_ulid(ask_.now);
    const bool go_on = args_.has("continue") || args_.has("conversation") || args_.has("fork");
    if (go_on) {
      const std::string id = args_.get("conversation", args_.get("fork"));
      const auto found = ask_.from.empty()
                             ? conversations.find(id, ask_.target.agent, ask_.target.caller.place,
                                                  ask_.target.caller.person)
                             : from_chat(conversations);
      if (!found)
        throw base::UsageError(id.empty() ? "there is no conversation to continue"
                                          : "there is no conversation '" + base::one_line(id) +
                                                "' of yours");
      const auto transcript = conversations.load(*found);
      if (!transcript)
        throw base::Error(
            "the text of that conversation was erased, or is sealed with another key");
      input.messages = transcript->messages;
      input.taint = transcript->taint;
      // What is said in a shell is not for every chat.
      input.taint.private_text |= !ask_.from.empty();
      if (args_.has("fork"))
        parent_ = found->id;
      else
        conversation_ = found->id, from_ = found->ref;
    }
    known_ = input.messages.size();
    input.messages.push_back(ask_.input.message);
    return input;
  }

  /// Only what this very person talks about there; nobody else's words come into a shell.
  std::optional<agent::Conversation> from_chat(agent::Conversations& conversations) {
    auto found = conversations.at(ask_.from, ask_.thread.conversation);
    if (found && (found->person != ask_.target.caller.person || found->agent != ask_.target.agent))
      found.reset();
    return found;
  }

  void start_run(State& state) const {
    audit::RunInfo info;
    info.run = ask_.run;
    info.at = ask_.now;
    info.agent = ask_.target.agent;
    info.agent_digest = agent_digest(ask_.settings, ask_.target.agent, ask_.prompt);
    info.policy_digest = policy::digest(ask_.settings.policy);
    info.trigger = "ask";
    info.place = ask_.target.caller.place;
    info.person = ask_.target.caller.person;
    info.conversation = conversation_;
    info.parent = parent_;
    info.host = host_name();
    info.input = ask_.input.text;
    const auto& keep = ask_.settings.places.at(info.place).keep;
    info.keep_bodies = (keep.empty() ? ask_.settings.audit.keep : keep) == "full";
    state.recorder.start_run(info);
  }

  llm::TextSink make_sink() {
    if (json_ || args_.has("extract") || args_.has("extract-last")) return {};
    if (jsonl_)
      return [](std::string_view piece) {
        write_json(Value::object({{"type", "text"}, {"text", piece}}));
      };
    return [this](std::string_view piece) {
      try {
        writer_.take(piece);
      } catch (const ClosedPipe&) {
        closed_ = true;
      }
    };
  }

  /// With no configuration there is one provider, and its models go by their names alone.
  std::string wanted_model() const {
    const std::string model = args_.get("model");
    const bool is_bare = ask_.settings.file.empty() && !ask_.settings.models.contains(model) &&
                         model.find(':') == std::string::npos;
    return is_bare && ask_.settings.providers.contains("env") ? "env:" + model : model;
  }

  int finish(State& state, agent::Conversations& conversations, agent::Output& output) {
    int code = exit_for(output);
    if (code == done) code = check_schema(ask_, output);
    const bool remember =
        output.outcome == "ok" && ask_.settings.places.at(ask_.target.caller.place).memory;
    state.recorder.end_run(result_of(output, code), base::wall_now(), [&] {
      if (remember)
        conversations.save({conversation_, ask_.target.agent, ask_.target.caller.place,
                            ask_.target.caller.person, from_},
                           {output.messages, output.taint}, known_, base::wall_now());
      if (remember && !ask_.from.empty())
        chat::Inbox(state.db).set_thread(ask_.from, {},
                                         {conversation_, ask_.target.agent, base::wall_now()});
    });
    audit::checkpoint_daily(state.db, state.recorder, state.bodies, base::wall_now());
    if (closed_) throw ClosedPipe{};
    const int shown = show(output);
    if (code == done && shown != done) code = shown;
    if (!output.error.empty())
      write_stderr("openclaw: cannot answer: " + base::printable(output.error) + "\n");
    if (args_.has("usage") || (stderr_is_terminal() && !json_ && !jsonl_))
      write_stderr(base::printable(usage_line(output, ask_.run)));
    return code;
  }

  int show(const agent::Output& output) {
    const auto record = ask_record(output, ask_.target.agent, ask_.run, conversation_);
    if (json_) {
      write_json(record);
    } else if (jsonl_) {
      auto line = record;
      line.set("type", "result");
      write_json(line);
    } else if (args_.has("extract") || args_.has("extract-last")) {
      const auto fence = extract_fence(output.text, args_.has("extract-last"));
      if (!fence) {
        if (output.outcome == "ok") write_stderr("openclaw: the answer holds no fenced block\n");
        return failed;
      }
      write_stdout(base::printable(*fence));
    } else {
      if (!writer_.wrote() && output.outcome == "ok") writer_.take(output.text);
      writer_.finish();
    }
    return done;
  }

  const Args& args_;
  Ask& ask_;
  bool json_, jsonl_;
  bool closed_ = false;
  std::string conversation_, parent_;
  std::string from_;       ///< where the conversation's text is
  std::size_t known_ = 0;  ///< messages of it
  AnswerWriter writer_;
};

int run(const Args& given) {
  Args args = given;
  Ask ask = prepare(args);
  return Session(args, ask).go();
}

}  // namespace

Command ask_command() {
  return {"ask",
          "one question from a shell or a script",
          {{"PROMPT", "the question; - reads it from stdin", false, true}},
          {{"-a,--agent", "NAME", "who answers; left out where one is meant"},
           {"-m,--model", "MODEL", "another line of models, or provider:model"},
           {"-f,--file", "FILE", "a text or picture to send along", true},
           {"-s,--system", "TEXT", "instead of the agent's prompt"},
           {"-p,--place", "NAME", "which shell place, where there are several"},
           {"-c,--continue", "", "go on with the latest conversation; -c PLACE: with a chat's"},
           {"--conversation", "ID", "go on with this one"},
           {"--fork", "ID", "begin a new one from this one"},
           {"--no-tools", "", "no tool is offered"},
           {"--tool", "NAME", "only this tool", true},
           {"--schema", "FILE", "the answer must fit this JSON Schema (else exit 65)"},
           {"--json", "", "one record instead of the answer"},
           {"--jsonl", "", "pieces as they come, then the record"},
           {"--no-stream", "", "ask the vendor for the answer in one piece"},
           {"--extract", "", "only the first fenced block"},
           {"--extract-last", "", "only the last fenced block"},
           {"--max-cost", "USD", "spend no more on this (else exit 5)"},
           {"--max-turns", "N", "no more model calls than this"},
           {"--timeout", "TIME", "like 90s (else exit 6)"},
           {"-u,--usage", "", "the usage line also where stderr is no terminal"},
           {"--dry-run", "", "print the exact request and its price, send nothing"}},
          {{"git diff | openclaw ask -a coder \"what breaks?\"", "a pipe and a question"},
           {"openclaw ask --json --max-cost 0.02 \"name a colour\" | jq -r .result",
            "for a script, with a spending limit"}},
          run};
}

}  // namespace openclaw::cmd
