// SPDX-License-Identifier: MIT
#include "ask_target.h"

#include <array>
#include <cstdlib>

#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "output.h"
#include "paths.h"
#include "wiring.h"
namespace openclaw::cmd {
namespace {

std::string person_of(const settings::Settings& settings, unsigned uid) {
  for (const auto& [name, person] : settings.people)
    if (person.uid && *person.uid == static_cast<std::int64_t>(uid)) return name;
  return {};
}

struct Vendor {
  const char* variable;
  const char* api;
  const char* base_url;
  const char* model;
};
// The models are what these vendors sell as their middle line; -m names another.
constexpr std::array vendors{Vendor{"ANTHROPIC_API_KEY", "anthropic", "", "claude-sonnet-4-6"},
                             Vendor{"OPENAI_API_KEY", "openai-chat", "", "gpt-5.4-mini"},
                             Vendor{"GEMINI_API_KEY", "gemini", "", "gemini-3.6-flash"},
                             Vendor{"OPENROUTER_API_KEY", "openai-chat",
                                    "https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4.6"},
                             Vendor{"OLLAMA_HOST", "ollama", "", "llama3.2"}};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string ollama_url(std::string host) {
  if (host.find("://") == std::string::npos) host = "http://" + host;
  if (const auto scheme = host.find("://"); host.find(':', scheme + 3) == std::string::npos)
    host += ":11434";
  if (const auto any = host.find("//0.0.0.0"); any != std::string::npos)
    host.replace(any, 9, "//127.0.0.1");
  return host;
}

}  // namespace

Target find_target(const settings::Settings& settings, const std::string& wanted_agent,
                   const std::string& wanted_place, unsigned uid) {
  Target target;
  target.caller.person = person_of(settings, uid);
  if (!wanted_agent.empty() && !settings.agents.contains(wanted_agent)) {
    std::vector<std::string> names;
    for (const auto& [name, agent] : settings.agents) names.push_back(name);
    throw base::UsageError("there is no agent '" + wanted_agent + "'" +
                           base::did_you_mean(wanted_agent, names));
  }
  if (!wanted_place.empty() && !settings.places.contains(wanted_place)) {
    std::vector<std::string> names;
    for (const auto& [name, place] : settings.places) names.push_back(name);
    throw base::UsageError("there is no place '" + wanted_place + "'" +
                           base::did_you_mean(wanted_place, names));
  }
  if (target.caller.person.empty())
    throw base::DeniedError(fmt::format("nobody among \"people\" has the uid {}", uid),
                            fmt::format("add  \"me\": {{ \"uid\": {} }}  under people", uid));
  for (const auto& [name, place] : settings.places) {
    if (place.kind != "cli" || (!wanted_place.empty() && name != wanted_place)) continue;
    for (const auto& allow : place.allow) {
      if (!allow.rule.who.contains(target.caller.person)) continue;
      if (!wanted_agent.empty() && !allow.rule.agents.contains(wanted_agent)) continue;
      target.caller.place = name;
      target.agent = wanted_agent.empty() ? allow.agents.front() : wanted_agent;
      target.rule = &allow.limits;
      return target;
    }
  }
  throw base::DeniedError(
      wanted_agent.empty() ? "no place of the shell lets you reach an agent"
                           : fmt::format("no place of the shell lets '{}' reach the agent '{}'",
                                         target.caller.person, wanted_agent),
      fmt::format(
          "add under places:  \"shell\": {{ \"cli\": true, \"allow\": [ {{\"who\": [\"{}\"], "
          "\"agents\": [\"{}\"], \"groups\": \"all\"}} ] }}",
          target.caller.person, wanted_agent.empty() ? "NAME" : wanted_agent));
}

std::string take_place(Args& args, const settings::Settings& settings) {
  if (!args.has("continue") || !args.has("PROMPT")) return {};
  auto& words = args.values()["PROMPT"];
  const auto place = settings.places.find(words.front());
  if (place == settings.places.end() || place->second.kind == "cli") return {};
  if (words.size() < 2 && stdin_is_terminal()) return {};
  words.erase(words.begin());
  if (words.empty()) args.values().erase("PROMPT");
  return place->first;
}

chat::Thread thread_of(const Args& args, const settings::Settings& settings,
                       const std::string& place) {
  ReadState state(state_folder(args, settings), settings);
  const auto thread = chat::Inbox(state.db).thread(place, {});
  if (!thread || thread->conversation.empty())
    throw base::UsageError("there is no conversation to continue in '" + place + "'");
  return *thread;
}

settings::Settings settings_from_environment(unsigned uid) {
  settings::Settings out = settings::embedded();
  for (const auto& vendor : vendors) {
    const std::string value = variable(vendor.variable);
    if (value.empty()) continue;
    const bool local = std::string_view(vendor.api) == "ollama";
    settings::Provider provider;
    provider.endpoint.name = vendor.api;
    provider.endpoint.api = vendor.api;
    provider.endpoint.base_url = local ? ollama_url(value) : vendor.base_url;
    // A local stand-in for the vendor may be named as for the vendors' own tools.
    if (const auto other = variable("OPENAI_BASE_URL");
        !other.empty() && std::string_view(vendor.variable) == "OPENAI_API_KEY")
      provider.endpoint.base_url = other;
    if (const auto other = variable("ANTHROPIC_BASE_URL");
        !other.empty() && std::string_view(vendor.variable) == "ANTHROPIC_API_KEY")
      provider.endpoint.base_url = other;
    provider.free = local;
    if (!local) {
      provider.key.kind = settings::SecretRef::Kind::env;
      provider.key.name = vendor.variable;
      provider.key.pointer = "$" + std::string(vendor.variable);
    }
    out.providers.emplace("env", std::move(provider));
    settings::Model model;
    model.tries.emplace_back("env", vendor.model);
    out.models.emplace("env", std::move(model));
    out.people.emplace("you", settings::Person{{}, {}, uid});
    settings::Agent agent;
    agent.model = "env";
    out.agents.emplace("assistant", std::move(agent));
    out.policy.agents.emplace("assistant", policy::AgentScope{});
    settings::Place place;
    place.kind = "cli";
    settings::Allow allow;
    allow.rule.who = {"you"};
    allow.rule.agents = {"assistant"};
    allow.agents = {"assistant"};
    place.allow.push_back(allow);
    out.policy.places["shell"] = {allow.rule};
    out.places.emplace("shell", std::move(place));
    write_stderr(fmt::format("openclaw: no configuration: asking {} with ${}\n",
                             local ? "the local Ollama" : vendor.api, vendor.variable));
    return out;
  }
  throw base::ConfigError("there is no configuration, and no vendor's key in the environment",
                          "set ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY, "
                          "OPENROUTER_API_KEY or OLLAMA_HOST, or: openclaw check --next");
}

}  // namespace openclaw::cmd
