// SPDX-License-Identifier: MIT
#include <filesystem>

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "check_steps.h"
#include "command.h"
#include "exit_code.h"
#include "json/value.h"
#include "output.h"
#include "paths.h"
#include "units.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

using json::Value;

struct Checked {
  std::string file;
  settings::Settings settings;
  settings::Report report;
};

Checked check_file(const Args& args) {
  Checked out;
  const auto file = find_config(args);
  if (!file) {
    out.settings = settings::embedded();
    return out;
  }
  out.file = *file;
  out.settings = settings::load(*file, base::read_file(*file, 4u << 20), out.report);
  return out;
}

Value problem_json(const Checked& c, const config::Problem& p) {
  return Value::object({{"file", c.file},
                        {"line", static_cast<std::int64_t>(p.line)},
                        {"pointer", p.pointer},
                        {"text", p.text}});
}

/// A budget that can never hold one request is a mistake, said once.
void too_small(Checked& c, const std::optional<base::Usd>& most, base::Usd smallest,
               const std::string& where) {
  if (!most || smallest <= *most) return;
  for (const auto& known : c.report.problems)
    if (known.pointer == where) return;
  c.report.problems.push_back(
      {1, where,
       fmt::format("even the smallest useful request ({} USD) does not fit into {}",
                   base::human_usd(smallest), base::human_usd(*most))});
}

/// What one request of each agent may cost at most, and whether its budget can ever hold it.
void worst_cases(Checked& c, std::vector<std::string>& lines) {
  if (c.settings.agents.empty()) return;
  llm::PriceTable table(share_folder() + "/prices.json");
  for (const auto& [name, agent] : c.settings.agents) {
    const auto model = c.settings.models.find(agent.model);
    if (model == c.settings.models.end() || model->second.tries.empty()) continue;
    const auto& [provider, id] = model->second.tries.front();
    const auto p = c.settings.providers.find(provider);
    if (p == c.settings.providers.end()) continue;
    // Where the address is a secret, it is not looked up.
    const bool own = c.settings.prices.contains(provider + ":" + id) || p->second.free;
    const auto price = own || !p->second.base_url
                           ? price_of(c.settings, table, provider, {}, id, base::wall_now())
                           : std::nullopt;
    const bool budget = agent.limits.usd_per_run || agent.limits.usd_per_day ||
                        c.settings.limits.usd_per_day || c.settings.limits.usd_per_month;
    if (!price) {
      lines.push_back(fmt::format("agent {}: the price of {}:{} is not known{}", name, provider, id,
                                  budget ? "; with a budget set it will be refused" : ""));
      continue;
    }
    const auto worst = llm::worst_cost(*price, 4000, model->second.output_tokens);
    lines.push_back(
        fmt::format("agent {}: one request of 4 k tokens may cost {} USD at most ({}:{}, {})", name,
                    base::human_usd(worst), provider, id, price->reference));
    const auto smallest = llm::worst_cost(*price, 4000, 256);
    for (const auto& [key, most] : {std::pair{"usd_per_run", agent.limits.usd_per_run},
                                    {"usd_per_day", agent.limits.usd_per_day},
                                    {"usd_per_request", agent.limits.usd_per_request}})
      too_small(c, most, smallest, "/agents/" + name + "/limits/" + key);
    too_small(c, c.settings.limits.usd_per_day, smallest, "/limits/usd_per_day");
    too_small(c, c.settings.limits.usd_per_month, smallest, "/limits/usd_per_month");
    for (const auto& [job_name, job] : c.settings.jobs)
      if (job.agent == name)
        too_small(c, job.limits.usd_per_run, smallest, "/jobs/" + job_name + "/limits/usd_per_run");
  }
}

int write_units(const Args& args, const Checked& checked) {
  if (!checked.report.problems.empty())
    throw base::ConfigError("the configuration has errors", "openclaw check");
  const std::string folder = args.get("render-units");
  for (const auto& [name, text] :
       render_units(checked.settings, args.get("program", "/usr/bin/openclaw"))) {
    const std::filesystem::path file = std::filesystem::path(folder) / name;
    if (name.find('/') != std::string::npos) base::make_folder(file.parent_path(), 0755);
    base::write_atomically(file, text, 0644);
  }
  return done;
}

int run(const Args& args) {
  auto checked = check_file(args);
  if (args.has("render-units")) return write_units(args, checked);
  if (args.has("next")) return print_next(args, checked.settings, checked.file, checked.report);
  std::vector<std::string> costs;
  worst_cases(checked, costs);
  const bool good = checked.report.problems.empty();
  if (args.has("live")) {
    if (!good) throw base::ConfigError("the configuration has errors", "openclaw check");
    if (!args.has("json")) write_stdout(timer_differences(checked.settings));
    return live_check(args, checked.settings);
  }
  if (args.has("json")) {
    auto problems = Value::array();
    for (const auto& p : checked.report.problems) problems.push(problem_json(checked, p));
    auto notes = Value::array();
    for (const auto& p : checked.report.notes) notes.push(problem_json(checked, p));
    write_stdout(
        json::dump(Value::object({{"file", checked.file.empty() ? Value() : Value(checked.file)},
                                  {"good", good},
                                  {"problems", problems},
                                  {"notes", notes}})) +
        "\n");
    return good ? done : config;
  }
  std::string out;
  for (const auto& p : checked.report.problems)
    out += fmt::format("{}:{}: {}: {}\n", checked.file, p.line,
                       p.pointer.empty() ? "/" : base::one_line(p.pointer), base::one_line(p.text));
  if (!out.empty()) write_stderr(out);
  if (!good) {
    write_stderr(fmt::format("openclaw: {} error{} in the configuration\n",
                             checked.report.problems.size(),
                             checked.report.problems.size() == 1 ? "" : "s"));
    return config;
  }
  std::string text = checked.file.empty() ? "no configuration: the embedded default holds\n"
                                          : checked.file + ": good\n";
  for (const auto& note : checked.report.notes)
    text += fmt::format("note: {}: {}\n", note.pointer, note.text);
  for (const auto& line : costs) text += line + "\n";
  text += job_times(checked.settings, base::wall_now());
  text += confinement_line();
  write_stdout(base::printable(text));
  return done;
}

}  // namespace

Command check_command() {
  return {"check",
          "the configuration, before anything is switched to it",
          {},
          {{"--next", "", "what is missing from here to a working assistant, ready to paste"},
           {"--live", "", "one tiny call per model: key, model, price"},
           {"--render-units", "DIR", "write the systemd units of the declared jobs into a folder"},
           {"--program", "PATH", "with --render-units: what they start; default /usr/bin/openclaw"},
           {"--json", "", "one record"}},
          {{"openclaw check --config ./openclaw.json",
            "every error at once, with file, line and pointer"},
           {"openclaw check --next", "the next step"}},
          run};
}

}  // namespace openclaw::cmd
