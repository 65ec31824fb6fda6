// SPDX-License-Identifier: MIT
#include "wiring.h"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "chat/outbox.h"
#include "crypto/digest.h"
#include "llm/wire.h"
#include "paths.h"
#include "policy/describe.h"
#include "secrets.h"
#include "telegram/bot_channel.h"

namespace openclaw::cmd {
namespace {

/// A command started as root becomes the owner of the state folder first, so that it leaves no file
/// that the service cannot write.
void become_owner(const std::string& folder) {
  struct stat info {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &info) != 0 || info.st_uid == 0) return;
  const passwd* entry = ::getpwuid(info.st_uid);
  if ((entry && ::initgroups(entry->pw_name, info.st_gid) != 0) || ::setgid(info.st_gid) != 0 ||
      ::setuid(info.st_uid) != 0)
    throw base::ConfigError("cannot become the owner of '" + folder + "'");
}

std::string owner_of(const std::string& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return "root";
  const passwd* entry = ::getpwuid(info.st_uid);
  return entry ? entry->pw_name : "'#" + std::to_string(info.st_uid) + "'";
}

std::string ready_folder(const std::string& folder) {
  base::make_folder(folder, 0750);
  become_owner(folder);
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw base::ConfigError("the state folder '" + folder + "' cannot be written by this user",
                            "sudo -u " + owner_of(folder) + " openclaw …, or give --state DIR");
  return folder;
}

}  // namespace

std::vector<store::Migration> all_migrations() {
  auto out = audit::migrations();
  for (const auto* more :
       {&agent::migrations(), &jobs::migrations(), &chat::migrations(), &telegram::migrations()})
    out.insert(out.end(), more->begin(), more->end());
  return out;
}

namespace {

/// A new key beside texts that an older one sealed would look as if they had been erased.
void refuse_lost_key(store::Database& db, const settings::Settings& settings,
                     const std::string& folder) {
  if (settings.audit.body_key || audit::own_body_key(folder, false).reveal().size() > 0) return;
  SQLite::Statement any(db.raw(), "SELECT 1 FROM bodies LIMIT 1");
  if (any.executeStep())
    throw base::ConfigError("'" + folder + "/body.key' is gone, and there are texts sealed with it",
                            "put it back from where you keep it; or erase the texts: openclaw "
                            "audit prune --bodies 0d");
}

}  // namespace

base::Secret body_key(const settings::Settings& settings, const std::string& folder, bool make) {
  if (settings.audit.body_key) return audit::body_key_from(resolve(settings.audit.body_key));
  return audit::own_body_key(folder, make);
}

namespace {

base::Secret key_for(store::Database& db, const settings::Settings& settings,
                     const std::string& folder, State::Purpose purpose) {
  if (purpose == State::Purpose::mend) return {};
  refuse_lost_key(db, settings, folder);
  return body_key(settings, folder, true);
}

}  // namespace

State::State(const std::string& where, const settings::Settings& settings, Purpose purpose)
    : folder(ready_folder(where)),
      db(folder + "/" + std::string(audit::database_name), store::Database::Access::read_write,
         all_migrations()),
      bodies(db, key_for(db, settings, folder, purpose)),
      witness(folder),
      recorder(db, bodies, witness) {
  if (purpose == Purpose::work) recorder.settle_abandoned(base::wall_now());
}

namespace {

store::Database open_for_reading(const std::string& folder) {
  const std::string file = folder + "/" + std::string(audit::database_name);
  if (!store::exists(file))
    throw base::ConfigError("there is no audit in '" + folder + "' yet, or it cannot be read",
                            "give --state DIR; run-job or ask make one");
  return store::Database(file, store::Database::Access::read_only, all_migrations());
}

base::Secret key_if_readable(const settings::Settings& settings, const std::string& folder) {
  try {
    return body_key(settings, folder, false);
  } catch (const base::Error&) {
    return {};
  }
}

}  // namespace

ReadState::ReadState(const std::string& where, const settings::Settings& settings)
    : folder(where), db(open_for_reading(where)), bodies(db, key_if_readable(settings, where)) {}

std::optional<llm::Price> price_of(const settings::Settings& settings, llm::PriceTable& table,
                                   const std::string& provider, const std::string& base_url,
                                   const std::string& model, base::Time at) {
  if (const auto own = settings.prices.find(provider + ":" + model); own != settings.prices.end())
    return own->second;
  const auto declared = settings.providers.find(provider);
  if (declared == settings.providers.end()) return std::nullopt;
  if (declared->second.free) return llm::free_price();
  const auto& endpoint = declared->second.endpoint;
  const auto* wire = llm::find_wire(endpoint.api);
  const std::string where = !base_url.empty()            ? base_url
                            : !endpoint.base_url.empty() ? endpoint.base_url
                            : wire                       ? std::string(wire->default_base_url)
                                                         : std::string();
  return table.find(declared->second.price_list, where, model, at);
}

Models::Models(const settings::Settings& settings, net::HttpClient& http)
    : settings_(settings), http_(http), table_(share_folder() + "/prices.json") {}

llm::Provider& Models::provider(const std::string& name) {
  auto& made = providers_[name];
  if (made) return *made;
  const auto& declared = settings_.providers.at(name);
  llm::Endpoint endpoint = declared.endpoint;
  if (declared.base_url) endpoint.base_url = resolve(declared.base_url).reveal();
  made = llm::make_provider(std::move(endpoint), resolve(declared.key), http_);
  return *made;
}

std::optional<llm::Price> Models::price(const std::string& name, const std::string& model) {
  return price_of(settings_, table_, name, provider(name).endpoint().base_url, model,
                  base::wall_now());
}

std::vector<agent::Candidate> Models::candidates(const std::string& model) {
  settings::Model line;
  const auto known = settings_.models.find(model);
  if (known != settings_.models.end()) {
    line = known->second;
  } else {
    const auto colon = model.find(':');
    const std::string name = model.substr(0, colon);
    if (colon == std::string::npos || !settings_.providers.contains(name)) {
      std::vector<std::string> names;
      for (const auto& [key, value] : settings_.models) names.push_back(key);
      throw base::UsageError("there is no model '" + model + "'" + base::did_you_mean(model, names),
                             "name a line of models, or provider:model");
    }
    line.tries.emplace_back(name, model.substr(colon + 1));
  }
  std::vector<agent::Candidate> out;
  for (const auto& [name, id] : line.tries) {
    agent::Candidate c;
    c.provider = &provider(name);
    c.provider_name = name;
    c.model = id;
    c.output_tokens = line.output_tokens;
    c.effort = line.effort;
    c.price = price(name, id);
    c.private_text = settings_.providers.at(name).private_text;
    out.push_back(std::move(c));
  }
  return out;
}

audit::RunResult result_of(const agent::Output& o, int code) {
  audit::RunResult r;
  r.outcome = o.outcome;
  r.exit_code = code;
  r.turns = o.turns;
  r.calls = o.calls;
  r.tools = static_cast<int>(o.tools.size());
  r.denied = o.denied;
  if (o.priced) r.cost = o.cost;
  r.duration = o.duration;
  r.output = o.text;
  r.error = o.error;
  return r;
}

std::string prompt_text(const std::string& path) {
  if (path.empty()) return {};
  return std::string(base::trim(base::read_file(path, 1u << 20)));
}

std::string agent_digest(const settings::Settings& settings, const std::string& agent,
                         const std::string& prompt) {
  auto parts = json::Value::object({{"prompt", prompt}});
  if (const auto a = settings.agents.find(agent); a != settings.agents.end()) {
    parts.set("model", a->second.model);
    if (const auto m = settings.models.find(a->second.model); m != settings.models.end())
      for (const auto& [provider, id] : m->second.tries)
        parts.member("try").push(provider + ":" + id);
    for (const auto& group : settings.policy.agents.at(agent).groups)
      for (const auto& grant : settings.policy.groups.at(group))
        parts.member("grants").push(policy::to_json(grant));
  }
  return base::hex(crypto::view(crypto::sha256(json::canonical(parts))));
}

void harden_process() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

}  // namespace openclaw::cmd
