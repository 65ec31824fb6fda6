// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agent/loop.h"
#include "audit/recorder.h"
#include "audit/schema.h"
#include "support/fake_provider.h"
#include "support/temp_dir.h"

namespace openclaw::test {

/// The declared command "append": adds its argument as a line to a file, by the shell's own means
/// but without a shell's reading of the argument.
tools::DeclaredCommand append_command(const std::string& file);

/// Everything that one agent needs, with a fake model. The agent is "ops", the caller "me" in the
/// place "shell"; all grants lie in the group "g".
class House {
 public:
  explicit House(const std::vector<tools::DeclaredCommand>& commands = {});

  /// Grants a tool: JSON of {argument: {"eq"|"origin"|"under"|"private_address": …}}.
  policy::Grant& grant(const std::string& tool,
                       std::map<std::string, policy::Constraint> arguments = {});
  /// A constraint to paths below a folder.
  static policy::Constraint under(const std::string& folder);
  static policy::Constraint eq(const json::Value& value);
  /// A constraint to one origin, private or not.
  static policy::Constraint at(const std::string& origin);

  /// One run, from the row that begins it to the row that ends it.
  agent::Output run(const std::string& question = "the question");

  std::vector<std::string> rows(const std::string& sql);
  std::int64_t number(const std::string& sql);
  /// All stored texts, unsealed and joined.
  std::string all_bodies();
  std::string database() const { return dir.file("openclaw.db"); }

  TempDir dir;
  store::Database db;
  audit::Bodies bodies;
  audit::Witness witness;
  audit::Recorder recorder;
  tools::Catalogue catalogue;
  policy::Policy policy;
  std::unique_ptr<net::HttpClient> http = net::make_http_client();
  FakeProvider model;
  agent::Caller caller;
  std::vector<agent::Candidate> candidates;
  policy::Caller who{"shell", "me", ""};
  std::vector<std::string> only;  ///< narrows the tools when not empty
  agent::Input input;
  agent::Limits limits;
  base::Stop stop;
  tools::Asker asker;
  llm::TextSink on_text;
  std::string run_id;
};

/// The schema of audit and agent together.
std::vector<store::Migration> all_migrations();

/// A model of that provider as a candidate.
agent::Candidate candidate(FakeProvider& provider, bool private_text = true);

/// A price with nothing for input and so many nano-dollars for each token of output.
llm::Price price_of(std::int64_t nano_per_output_token);

}  // namespace openclaw::test
