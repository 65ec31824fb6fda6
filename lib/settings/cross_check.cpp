// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/key_shape.h"
#include "base/text.h"
#include "json/parse.h"
#include "policy/lint.h"
#include "settings/read.h"
#include "url/url.h"

namespace openclaw::settings {
namespace {

template <typename Map>
std::vector<std::string> names(const Map& map) {
  std::vector<std::string> out;
  for (const auto& [name, value] : map) out.push_back(name);
  return out;
}

class Check {
 public:
  Check(config::Document& document, const Settings& s, Report& report)
      : document_(document), s_(s), report_(report) {}

  void all() {
    clear_secrets();
    folders();
    zone_name();
    models();
    agents();
    tells();
    places();
    jobs();
    reach();
    for (const auto& finding : policy::lint(s_.policy, accepted()))
      document_.problem(finding.pointer, finding.text);
    served();
  }

 private:
  template <typename Map>
  bool known(const Map& map, const std::string& name, const std::string& at, const char* what) {
    if (name.empty() || map.contains(name)) return true;
    document_.problem(
        document_.element(at, name),
        fmt::format("there is no {} '{}'{}", what, name, base::did_you_mean(name, names(map))));
    return false;
  }

  static std::string at(std::initializer_list<std::string> steps) {
    std::string out;
    for (const auto& step : steps) out += "/" + json::pointer_step(step);
    return out;
  }

  /// A key anywhere in the file, by its shape; in URLs also a long part that nobody would choose.
  void clear_secrets() {
    document_.each_text([&](const std::string& where, const std::string& text) {
      if (const auto what = base::looks_like_secret(text); !what.empty())
        document_.problem(where, "this looks like " + what +
                                     ": a secret never stands in the configuration, name where "
                                     "it is, like {\"credential\": \"x\"}");
      else if (where.ends_with("/url") && has_private_part(text))
        document_.problem(where,
                          "this URL holds what looks like a private token: write it as "
                          "{\"credential\": \"x\"}");
    });
  }

  static bool has_private_part(const std::string& url) {
    constexpr std::size_t shortest = 20;
    if (url.find("://") == std::string::npos) return false;
    std::size_t run = 0;
    bool digit = false;
    for (const char c : url.substr(url.find("://") + 3) + "/") {
      if (base::is_alnum(c)) {
        ++run;
        digit |= c >= '0' && c <= '9';
        continue;
      }
      if (run >= shortest && digit) return true;
      run = 0;
      digit = false;
    }
    return false;
  }

  /// Keys, the audit and the kernel's files are nobody's reading matter.
  void folders() {
    std::vector<std::string> closed{"/proc", "/sys",         "/dev",       "/run/credentials",
                                    "/run",  "/run/secrets", "/etc/shadow"};
    if (!s_.state_dir.empty()) closed.push_back(s_.state_dir);
    for (const auto& [name, provider] : s_.providers)
      if (provider.key.kind == SecretRef::Kind::file) closed.push_back(provider.key.name);
    if (s_.audit.body_key.kind == SecretRef::Kind::file) closed.push_back(s_.audit.body_key.name);
    const auto check = [&](const std::string& root, const std::string& where) {
      for (const auto& one : closed)
        if (is_below(root, one) || (one != "/run" && is_below(one, root)))
          return document_.problem(
              where, fmt::format("'{}' reaches {}, which no tool may read or write", root, one));
    };
    for (const auto& [group, grants] : s_.policy.groups)
      for (std::size_t i = 0; i < grants.size(); ++i)
        for (const auto& [arg, constraint] : grants[i].args) {
          const std::string where = at({"groups", group, std::to_string(i), "args", arg});
          for (const auto& root : constraint.under)
            if (root != "/" && root != "/proc") check(root, where);  // lint says that of these
          if (constraint.eq && constraint.eq->as_string().starts_with('/'))
            check(constraint.eq->as_string(), where);
        }
    for (const auto& command : s_.commands) {
      for (const auto& root : command.readable) check(root, at({"commands", command.name, "read"}));
      for (const auto& root : command.writable)
        check(root, at({"commands", command.name, "write"}));
    }
  }

  static bool is_below(const std::string& path, const std::string& root) {
    return path == root || path.starts_with(root.ends_with('/') ? root : root + "/");
  }

  void zone_name() {
    if (s_.time_zone.empty()) return;
    try {
      const zone::Zone zone(s_.time_zone);
    } catch (const base::ConfigError& e) {
      document_.problem("/time_zone", e.what());
    }
  }

  void models() {
    for (const auto& [name, model] : s_.models)
      for (const auto& [provider, id] : model.tries)
        known(s_.providers, provider,
              document_.element(at({"models", name, "try"}), provider + ":" + id), "provider");
    for (const auto& [name, price] : s_.prices)
      known(s_.providers, name.substr(0, name.find(':')), at({"prices", name}), "provider");
  }

  void tells() {
    known(s_.places, s_.audit.drift_tell, "/audit/drift/tell", "place");
    for (const auto& [name, source] : s_.sources)
      for (const char* key : {"url", "alertmanager"})
        if (const auto at_key = source.texts.find(key);
            at_key != source.texts.end() && !at_key->second.empty() && !url::parse(at_key->second))
          document_.problem(at({"sources", name, key}),
                            "must be a plain http(s) URL, without a user in it");
  }

  void agents() {
    for (const auto& [name, agent] : s_.agents) {
      known(s_.models, agent.model, at({"agents", name, "model"}), "model");
      for (const auto& group : s_.policy.agents.at(name).groups)
        known(s_.policy.groups, group, at({"agents", name, "groups"}), "group");
    }
    for (const auto& [group, reason] : s_.accept_risk)
      known(s_.policy.groups, group, at({"accept_risk", group}), "group");
  }

  void places() {
    for (const auto& [name, place] : s_.places) {
      for (std::size_t i = 0; i < place.allow.size(); ++i) {
        const std::string rule = at({"places", name, "allow", std::to_string(i)});
        const auto& r = place.allow[i].rule;
        for (const auto& person : r.who) {
          if (!known(s_.people, person, rule + "/who", "person")) continue;
          const Person& p = s_.people.at(person);
          const bool reachable = place.kind == "matrix"     ? !p.matrix.empty()
                                 : place.kind == "telegram" ? p.telegram.has_value()
                                                            : p.uid.has_value();
          if (!reachable)
            document_.problem(document_.element(rule + "/who", person),
                              fmt::format("'{}' has no {}, so this can match nobody", person,
                                          place.kind == "cli" ? "uid" : place.kind + " id"));
        }
        for (const auto& agent : r.agents) known(s_.agents, agent, rule + "/agents", "agent");
        groups_of_agents(r, rule + "/groups");
      }
    }
  }

  /// A group that none of the rule's agents has grants nothing; a rule of such groups alone is a
  /// mistake.
  void groups_of_agents(const policy::AllowRule& rule, const std::string& where) {
    std::vector<std::string> idle;
    for (const auto& group : rule.groups) {
      if (!known(s_.policy.groups, group, where, "group")) return;
      if (std::none_of(rule.agents.begin(), rule.agents.end(), [&](const auto& agent) {
            const auto scope = s_.policy.agents.find(agent);
            return scope != s_.policy.agents.end() && scope->second.groups.contains(group);
          }))
        idle.push_back(group);
    }
    const std::string text = fmt::format("none of these agents has the group{} '{}'",
                                         idle.size() == 1 ? "" : "s", base::join(idle, "', '"));
    if (!idle.empty() && idle.size() == rule.groups.size())
      document_.problem(where, text + ", so it can match nothing");
    else if (!idle.empty())
      report_.notes.push_back(document_.note(where, text));
  }

  void jobs() {
    for (const auto& [name, job] : s_.jobs) {
      const std::string here = at({"jobs", name});
      known(s_.agents, job.agent, here + "/agent", "agent");
      known(s_.places, job.else_place, here + "/else", "place");
      known(s_.places, job.confirm_in, here + "/confirm_in", "place");
      for (std::size_t i = 0; i < job.gather.size(); ++i)
        known(s_.sources, job.gather[i].from, fmt::format("{}/gather/{}/from", here, i), "source");
      for (std::size_t i = 0; i < job.deliver.size(); ++i)
        known(s_.places, job.deliver[i].to, fmt::format("{}/deliver/{}/to", here, i), "place");
      const auto scope = s_.policy.agents.find(job.agent);
      for (const auto& group : job.groups)
        if (known(s_.policy.groups, group, here + "/groups", "group") &&
            scope != s_.policy.agents.end() && !scope->second.groups.contains(group))
          document_.problem(
              document_.element(here + "/groups", group),
              fmt::format("agent '{}' does not have the group '{}'", job.agent, group));
      if (job.limits.usd_per_day)
        document_.problem(here + "/limits/usd_per_day",
                          "a job's money is set aside: use usd_per_run or usd_per_month");
    }
  }

  /// Whether the agent can be in a run that holds no private text.
  bool runs_without_private(const std::string& agent) const {
    for (const auto& [name, place] : s_.places)
      for (const auto& allow : place.allow)
        if (place.kind == "cli" && allow.rule.agents.contains(agent)) return true;
    for (const auto& [name, job] : s_.jobs) {
      const auto is_private = [this](const Gather& g) {
        const auto source = s_.sources.find(g.from);
        if (source == s_.sources.end()) return false;
        const auto& kind = source->second.kind;
        return kind != "prometheus" && kind != "alertmanager" && kind != "miniflux" &&
               kind != "feeds" && source->second.to_model != "nothing";
      };
      if (job.agent == agent && std::none_of(job.gather.begin(), job.gather.end(), is_private))
        return true;
    }
    return false;
  }

  void reach() {
    for (const auto& [name, model] : s_.models) {
      bool used = false;
      bool open = false;
      for (const auto& [agent_name, agent] : s_.agents) {
        if (agent.model != name) continue;
        used = true;
        open |= runs_without_private(agent_name);
      }
      for (const auto& [provider, id] : model.tries) {
        const auto p = s_.providers.find(provider);
        if (used && !open && p != s_.providers.end() && !p->second.private_text)
          document_.problem(
              document_.element(at({"models", name, "try"}), provider + ":" + id),
              fmt::format("'{}:{}' can never be reached: every run of its agents holds "
                          "private text, and '{}' does not declare private_text",
                          provider, id, provider));
      }
    }
  }

  std::set<std::string> accepted() const {
    std::set<std::string> out;
    for (const auto& [group, reason] : s_.accept_risk) out.insert(group);
    return out;
  }

  /// What the file declares and nothing serves: said, not refused.
  void served() {
    const auto note = [this](const std::string& pointer, const std::string& text) {
      report_.notes.push_back(document_.note(pointer, text));
    };
    for (const auto& [name, place] : s_.places) {
      const bool lacks =
          (place.kind == "matrix" && !s_.matrix) || (place.kind == "telegram" && !s_.telegram);
      if (lacks)
        note(at({"places", name}),
             fmt::format("the file has no \"{}\", so nothing leads there", place.kind));
    }
  }

  config::Document& document_;
  const Settings& s_;
  Report& report_;
};

}  // namespace

void cross_check(config::Document& document, const Settings& settings, Report& report) {
  Check(document, settings, report).all();
}

}  // namespace openclaw::settings
