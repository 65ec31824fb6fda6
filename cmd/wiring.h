// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agent/caller.h"
#include "agent/loop.h"
#include "agent/transcript.h"
#include "audit/recorder.h"
#include "jobs/ledger.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// All tables of openclaw.db, of every library, in order.
std::vector<store::Migration> all_migrations();

/// The state folder, opened for writing: the database, the sealed texts, the recorder. Members are
/// destroyed in reverse order.
struct State {
  /// mend: to accept or erase what is there; no key is needed and none is made.
  enum class Purpose { work, mend };
  State(const std::string& folder, const settings::Settings& settings,
        Purpose purpose = Purpose::work);
  std::string folder;
  store::Database db;
  audit::Bodies bodies;
  audit::Witness witness;
  audit::Recorder recorder;
};

/// The state folder, opened for reading only. The key is there when this user may read it.
struct ReadState {
  ReadState(const std::string& folder, const settings::Settings& settings);
  std::string folder;
  store::Database db;
  audit::Bodies bodies;
};

/// The providers that a run may dial, with their prices; secrets are resolved here and nowhere
/// else.
class Models {
 public:
  Models(const settings::Settings& settings, net::HttpClient& http);
  /// The candidates of a line of the models table, or of one "provider:model".
  std::vector<agent::Candidate> candidates(const std::string& model);

 private:
  llm::Provider& provider(const std::string& name);
  std::optional<llm::Price> price(const std::string& provider, const std::string& model);
  const settings::Settings& settings_;
  net::HttpClient& http_;
  std::map<std::string, std::unique_ptr<llm::Provider>> providers_;
  llm::PriceTable table_;
};

/// The user's price, "free", or the table's; nullopt = unknown. base_url: where it is dialled;
/// empty = the declared one or the vendor's own.
std::optional<llm::Price> price_of(const settings::Settings& settings, llm::PriceTable& table,
                                   const std::string& provider, const std::string& base_url,
                                   const std::string& model, base::Time at);

/// The key of the sealed texts: the configured one, or the state folder's own.
base::Secret body_key(const settings::Settings& settings, const std::string& folder, bool make);

/// The limits that hold for a caller: everything, the agent, the place's rule, the job, the run.
std::vector<audit::Limit> money_limits(const settings::Settings& settings, const std::string& agent,
                                       const policy::Caller& caller, const settings::Limits* rule,
                                       const std::string& run, base::Time now);

/// A budget over a day or a month, and when that ends.
struct Budget {
  audit::Limit limit;
  base::Time end;
};
/// All that the configuration declares: over everything, per agent, per job.
std::vector<Budget> declared_budgets(const settings::Settings& settings, base::Time now);

/// Turn, tool, byte and time limits of an agent, narrowed by the job's.
agent::Limits run_limits(const settings::Settings& settings, const settings::Limits& own,
                         const settings::Limits* narrower);

/// How a run went, as the audit keeps it.
audit::RunResult result_of(const agent::Output& output, int exit_code);

/// The agent's prompt file, or empty.
std::string prompt_text(const std::string& path);
/// SHA-256 over what makes an agent behave as it does: model line, prompt, tools.
std::string agent_digest(const settings::Settings& settings, const std::string& agent,
                         const std::string& prompt);

/// Before secrets are touched: no core dumps, not traceable.
void harden_process();

}  // namespace openclaw::cmd
