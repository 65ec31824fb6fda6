// SPDX-License-Identifier: MIT
#include "check_steps.h"

#include <algorithm>

#include <fmt/core.h>
#include <unistd.h>

#include "audit/schema.h"
#include "base/error.h"
#include "base/id.h"
#include "base/text.h"
#include "exit_code.h"
#include "jail/jail.h"
#include "json/parse.h"
#include "output.h"
#include "paths.h"
#include "secrets.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

std::string config_folder() {
  if (::geteuid() == 0) return "/etc/openclaw";
  return "~/.config/openclaw";
}

std::string starter(unsigned uid) {
  return fmt::format(
      "{{\n"
      "  \"people\": {{ \"me\": {{ \"uid\": {} }} }},\n"
      "  \"providers\": {{ \"main\": {{ \"api\": \"anthropic\", \"key\": {{\"file\": "
      "\"{}/main.key\"}}, "
      "\"private_text\": true }} }},\n"
      "  \"models\": {{ \"smart\": {{ \"try\": [\"main:claude-sonnet-4-6\"] }} }},\n"
      "  \"limits\": {{ \"usd_per_month\": \"15.00\" }},\n"
      "  \"agents\": {{ \"ops\": {{ \"model\": \"smart\" }} }},\n"
      "  \"places\": {{ \"shell\": {{ \"cli\": true, \"allow\": [ {{ \"who\": [\"me\"], "
      "\"agents\": [\"ops\"], "
      "\"groups\": \"all\" }} ] }} }},\n"
      "  \"sources\": {{ \"here\": {{ \"kind\": \"host\" }} }},\n"
      "  \"jobs\": {{ \"morning-briefing\": {{ \"schedule\": \"Mon..Fri 08:00\", \"max_late\": "
      "\"4h\", \"agent\": "
      "\"ops\",\n    \"gather\": [ {{ \"from\": \"here\" }} ], \"limits\": {{ \"usd_per_run\": "
      "\"0.25\" }} }} }}\n"
      "}}\n",
      uid, ::geteuid() == 0 ? "/etc/openclaw" : "/home/you/.config/openclaw");
}

}  // namespace

std::string confinement_line() {
  const int abi = jail::landlock_abi();
  return abi > 0 ? fmt::format("commands are confined by Landlock (ABI {}) and seccomp\n", abi)
                 : std::string("this kernel has no Landlock: command tools will not run\n");
}

namespace {

constexpr std::size_t most_strangers = 3;

/// Senders that a listener refused within a day: number of the user, number of the chat.
std::vector<std::pair<std::string, std::string>> refused_senders(
    const Args& args, const settings::Settings& settings) {
  std::vector<std::pair<std::string, std::string>> out;
  try {
    const std::string folder = state_folder(args, settings);
    if (!store::exists(folder + "/" + std::string(audit::database_name))) return out;
    ReadState state(folder, settings);
    auto& query = state.db.statement(
        "SELECT data FROM notes WHERE kind='refused sender' AND at>? ORDER BY seq DESC LIMIT 20");
    query.bind(1, base::to_ms(base::wall_now() - base::Millis(24 * 3600000)));
    while (query.executeStep() && out.size() < most_strangers) {
      const auto data = json::parse(query.getColumn(0).getString());
      const std::pair sender(data["user"].as_string(), data["chat"].as_string());
      if (!sender.first.empty() && std::find(out.begin(), out.end(), sender) == out.end())
        out.push_back(sender);
    }
    query.reset();
  } catch (const base::Error&) {  // no state that can be read is no stranger
  }
  return out;
}

std::string stranger_lines(const settings::Settings& settings, const std::string& user,
                           const std::string& chat) {
  if (chat.starts_with('!'))
    return fmt::format(
        "   under people:  \"me\": {{ \"matrix\": \"{}\" }}\n"
        "   under places:  \"room\": {{ \"matrix\": \"{}\", \"allow\": [ {{\"who\": [\"me\"], "
        "\"agents\": [\"{}\"], \"groups\": \"all\"}} ] }}\n",
        base::one_line(user), base::one_line(chat),
        settings.agents.empty() ? "ops" : settings.agents.begin()->first);
  std::string person = "me", agent = "ops";
  for (const auto& [name, declared] : settings.people)
    if (declared.uid) person = name;
  if (!settings.agents.empty()) agent = settings.agents.begin()->first;
  return fmt::format(
      "   under people:  \"{0}\": {{ \"telegram\": {1} }}\n"
      "   under places:  \"phone\": {{ \"telegram\": {2}, \"allow\": [ {{\"who\": [\"{0}\"], "
      "\"agents\": [\"{3}\"], \"groups\": \"all\"}} ] }}\n",
      person, user, chat, agent);
}

}  // namespace

int print_next(const Args& args, const settings::Settings& settings, const std::string& file,
               const settings::Report& report) {
  std::string out;
  int n = 0;
  const auto step = [&](const std::string& title, const std::string& text) {
    out += fmt::format("{}. {}\n{}\n", ++n, title, text);
  };
  if (!report.problems.empty()) {
    step(fmt::format("mend the {} error{} of {}", report.problems.size(),
                     report.problems.size() == 1 ? "" : "s", file),
         "   openclaw check\n");
  }
  if (file.empty()) {
    const auto folder = config_folder();
    step("write a configuration",
         fmt::format("   mkdir -p {0} && cat > {0}/openclaw.json <<'END'\n{1}END\n", folder,
                     starter(::getuid())));
    step("put the vendor's key where only you can read it",
         fmt::format("   (umask 077; cat > {}/main.key)\n", folder));
  } else {
    if (settings.providers.empty())
      step("declare a provider",
           "   \"providers\": { \"main\": { \"api\": \"anthropic\", \"key\": {\"credential\": "
           "\"anthropic-key\"}, "
           "\"private_text\": true } },\n");
    if (settings.models.empty())
      step("declare a model", "   \"models\": { \"smart\": { \"try\": [\"main:MODEL\"] } },\n");
    if (settings.agents.empty())
      step("declare an agent", "   \"agents\": { \"ops\": { \"model\": \"smart\" } },\n");
    bool shell = false;
    for (const auto& [name, place] : settings.places) shell |= place.kind == "cli";
    if (!shell)
      step("let yourself in from the shell",
           fmt::format("   \"people\": {{ \"me\": {{ \"uid\": {} }} }},\n   \"places\": {{ "
                       "\"shell\": {{ \"cli\": true, "
                       "\"allow\": [ {{\"who\": [\"me\"], \"agents\": [\"ops\"], \"groups\": "
                       "\"all\"}} ] }} }},\n",
                       ::getuid()));
    if (settings.sources.empty())
      step("declare a source", "   \"sources\": { \"here\": { \"kind\": \"host\" } },\n");
    if (settings.jobs.empty())
      step("declare a job",
           "   \"jobs\": { \"morning-briefing\": { \"schedule\": \"Mon..Fri 08:00\", \"gather\": [ "
           "{\"from\": \"here\"} ] } },\n");
  }
  const auto secret = [&](const settings::SecretRef& reference) {
    if (const auto line = missing(reference); !line.empty())
      step("give it the secret of " + reference.pointer, "   " + line + "\n");
  };
  for (const auto& [name, provider] : settings.providers) {
    secret(provider.key);
    secret(provider.base_url);
  }
  secret(settings.audit.body_key);
  if (settings.telegram) {
    secret(settings.telegram->token);
    bool place = false;
    for (const auto& [name, declared] : settings.places) place |= declared.kind == "telegram";
    if (!place)
      step("find out your numbers: write to the bot, then ask this again",
           "   systemctl start openclaw-listen-telegram\n");
    else
      step("see whether the bot fits", "   openclaw listen-telegram --check\n");
  }
  if (settings.matrix) {
    secret(settings.matrix->password);
    secret(settings.matrix->recovery_key);
    secret(settings.matrix->store_key);
    if (!settings.matrix->recovery_key)
      step("make a recovery key, so that the bot outlives this machine",
           "   openclaw matrix new-keys\n");
    step("log in and see whether the bot is signed",
         "   openclaw matrix login && openclaw matrix status\n");
  }
  for (const auto& [user, chat] : refused_senders(args, settings))
    step(fmt::format("{} wrote to the bot in {} and was refused: was that you?", user, chat),
         stranger_lines(settings, user, chat));
  if (report.problems.empty() && !file.empty() && !settings.models.empty())
    step("see whether the models answer", "   openclaw check --live\n");
  step("read today's briefing", "   openclaw run-job morning-briefing\n");
  write_stdout(out);
  return report.problems.empty() ? done : config;
}

int live_check(const Args& args, const settings::Settings& settings) {
  harden_process();
  const auto http = net::make_http_client();
  Models models(settings, *http);
  State state(state_folder(args, settings), settings);
  bool all_good = true;
  auto answers = json::Value::array();
  for (const auto& [name, line] : settings.models) {
    for (const auto& [provider, id] : line.tries) {
      const base::Time now = base::wall_now();
      const std::string run = base::new_ulid(now);
      auto candidates = models.candidates(provider + ":" + id);
      candidates.front().output_tokens = 256;
      audit::RunInfo info;
      info.run = run;
      info.at = now;
      info.agent = "check";
      info.trigger = "check";
      info.host = host_name();
      state.recorder.start_run(info);
      agent::Caller caller(state.db, state.recorder);
      llm::Request request;
      request.messages = {llm::user_text("Answer with the word ok.")};
      request.stream = false;
      agent::CallLimits limits;
      limits.deadline = base::Millis(60000);
      limits.money = money_limits(settings, "check", {}, nullptr, run, now);
      audit::RunResult result;
      std::string said;
      try {
        agent::CallResult called;
        caller.call(called, request, candidates, 1, false, limits, nullptr, {});
        result.outcome = called.attempt.fault ? "error" : "ok";
        result.cost = called.cost;
        said = called.attempt.fault
                   ? called.attempt.fault->type + ": " + called.attempt.fault->message
                   : fmt::format("answers as {} in {}, {}", called.attempt.reply.response_model,
                                 base::human_duration(called.attempt.total_time),
                                 candidates.front().price ? base::human_usd(called.cost) + " USD"
                                                          : "unpriced");
      } catch (const base::BudgetError& e) {
        result.outcome = "budget";
        said = base::describe(e);
      } catch (const base::UnavailableError& e) {
        result.outcome = "error";
        said = base::describe(e);
      }
      result.error = result.outcome == "ok" ? "" : said;
      state.recorder.end_run(result, base::wall_now());
      all_good &= result.outcome == "ok";
      if (args.has("json"))
        answers.push(json::Value::object(
            {{"line", name},
             {"provider", provider},
             {"model", id},
             {"outcome", result.outcome},
             {"said", said},
             {"cost_usd", base::to_string(result.cost.value_or(base::Usd{}))}}));
      else
        write_stdout(base::printable(fmt::format(
            "{} {} {}:{}  {}\n", result.outcome == "ok" ? "✓" : "✗", name, provider, id, said)));
    }
  }
  if (args.has("json")) write_json(json::Value::object({{"good", all_good}, {"models", answers}}));
  return all_good ? done : found;
}

}  // namespace openclaw::cmd
