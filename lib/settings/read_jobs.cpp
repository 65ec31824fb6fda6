// SPDX-License-Identifier: MIT
#include <filesystem>

#include <fmt/core.h>

#include "base/error.h"
#include "settings/read.h"

namespace openclaw::settings {
namespace {

/// The keys of each kind of source: t text, T required text, s secret, S required secret.
struct SourceKey {
  const char* kind;
  const char* key;
  char type;
  const char* doc;
};
constexpr SourceKey source_keys[] = {
    {"prometheus", "url", 'T', "Prometheus"},
    {"prometheus", "alertmanager", 't', "Alertmanager"},
    {"prometheus", "token", 's', "bearer token"},
    {"alertmanager", "url", 'T', "Alertmanager"},
    {"alertmanager", "token", 's', "bearer token"},
    {"caldav", "url", 'T', "calendar or server"},
    {"caldav", "user", 'T', "user name"},
    {"caldav", "password", 'S', "app password"},
    {"caldav", "address", 't', "own e-mail address: what it declined is left out"},
    {"caldav-tasks", "url", 'T', "task list or server"},
    {"caldav-tasks", "user", 'T', "user name"},
    {"caldav-tasks", "password", 'S', "app password"},
    {"ics", "address", 't', "own e-mail address: what it declined is left out"},
    {"ics", "url", 's', "https URL, also from a credential"},
    {"ics", "path", 't', "a file"},
    {"miniflux", "url", 'T', "Miniflux"},
    {"miniflux", "token", 'S', "API key"},
    {"feeds", "path", 't', "OPML or list of URLs"},
    {"plane", "url", 'T', "Plane"},
    {"plane", "workspace", 'T', "workspace slug"},
    {"plane", "token", 'S', "API key"},
    {"issues", "url", 'T', "GitHub, Gitea or Forgejo repository"},
    {"issues", "token", 's', "token"},
    {"commitments", "path", 'T', "Markdown file"},
};
const std::vector<std::string> kinds{"host",   "prometheus",   "alertmanager", "caldav",
                                     "ics",    "miniflux",     "feeds",        "plane",
                                     "issues", "caldav-tasks", "commitments"};

void read_source(config::Node& n, const std::string& kind, Source& source) {
  for (const auto& entry : source_keys) {
    if (entry.kind != kind && !n.describing()) continue;
    const std::string key = entry.key;
    const bool is_secret = entry.type == 's' || entry.type == 'S';
    if (is_secret && !(n.has(key) && n.any(key, "").is_string() && key == "url")) {
      source.secrets[key] = read_secret(n, key, entry.doc);
      if (entry.type == 'S' && !n.describing() && !n.has(key))
        n.problem("'" + key + "' is missing");
    } else {
      source.texts[key] =
          entry.type == 'T' ? n.required_text(key, entry.doc) : n.text(key, entry.doc);
    }
  }
}

std::vector<Gather> read_gather(config::Node& n) {
  std::vector<Gather> out;
  n.list("gather", "what it reads", [&out](config::Node& g) {
    Gather gather;
    gather.from = g.required_text("from", "a source");
    if (const auto min = g.word("min", {"info", "warning", "critical"}, "least severity");
        !min.empty())
      gather.options["min"] = min;
    if (const auto days = g.integer("days", "of a calendar", 1, 31))
      gather.options["days"] = std::to_string(*days);
    if (const auto items = g.integer("items", "at most", 1, 1000))
      gather.options["items"] = std::to_string(*items);
    out.push_back(std::move(gather));
  });
  return out;
}

}  // namespace

void read_sources(config::Node& root, Settings& out) {
  root.map("sources", "what jobs and tools read", [&](const std::string& name, config::Node& n) {
    check_name(n, name);
    Source source;
    source.kind = n.word("kind", kinds, "of source");
    if (!n.describing() && !n.has("kind")) n.problem("'kind' is missing");
    read_source(n, source.kind, source);
    if (source.kind == "plane" || n.describing())
      source.projects = n.texts("projects", "identifiers; left out = all");
    if (source.kind == "caldav" || source.kind == "ics" || n.describing())
      source.to_model = n.word("to_model", {"full", "times", "nothing"}, "what a model may see",
                               source.kind == "ics" ? "times" : "full");
    if (source.kind == "host" || n.describing()) {
      source.command = n.texts("command",
                               "of another host: a program and its arguments that print "
                               "`openclaw host --json` there");
      if (!source.command.empty() && !source.command[0].starts_with('/'))
        n.problem_at("command", "must begin with the absolute path of a program");
    }
    if (source.texts.contains("path")) source.texts["path"] = beside(out, source.texts["path"]);
    out.sources.emplace(name, std::move(source));
  });
}

void read_jobs(config::Node& root, Settings& out) {
  root.map("jobs", "what timers fire", [&](const std::string& name, config::Node& n) {
    check_name(n, name);
    Job job;
    job.schedule = n.text("schedule", "like \"Mon..Fri 08:00\"; left out = by hand or event");
    if (!job.schedule.empty()) {
      try {
        const zone::Schedule parsed(job.schedule);
      } catch (const base::ConfigError& e) {
        n.problem_at("schedule", e.what());
      }
    }
    job.max_late = n.duration("max_late", "later than that it is skipped and reported");
    job.agent = n.text("agent", "who writes it; left out = plain");
    job.prompt = beside(out, n.text("prompt", "Markdown file with the task"));
    std::error_code ignored;
    if (!job.prompt.empty() && !std::filesystem::is_regular_file(job.prompt, ignored))
      n.problem_at("prompt", "there is no file '" + job.prompt + "'");
    for (const auto& group : n.texts("groups", "tools it may use; left out = none"))
      job.groups.insert(group);
    job.gather = read_gather(n);
    n.list("deliver", "where it goes", [&job](config::Node& d) {
      Delivery delivery;
      delivery.to = d.required_text("to", "a place");
      delivery.as = d.word("as", {"full", "headlines"}, "how much", "full");
      job.deliver.push_back(std::move(delivery));
    });
    job.else_place = n.text("else", "place that hears when it cannot be delivered");
    job.confirm_in = n.text("confirm_in", "place that is asked");
    job.skip_when_empty = n.word("when_empty", {"deliver", "skip"},
                                 "a text that has nothing to tell", "deliver") == "skip";
    job.limits = read_limits(n, "what it may spend; set aside from chat");
    job.ping = read_secret(n, "ping", "URL that is fetched after a delivery");
    if (!job.agent.empty()) out.policy.jobs[name] = policy::JobScope{job.agent, job.groups};
    out.jobs.emplace(name, std::move(job));
  });
}

}  // namespace openclaw::settings
