// SPDX-License-Identifier: MIT
#include "agent/house.h"

#include "base/id.h"

namespace openclaw::test {

std::vector<store::Migration> all_migrations() {
  auto out = audit::migrations();
  out.insert(out.end(), agent::migrations().begin(), agent::migrations().end());
  return out;
}

agent::Candidate candidate(FakeProvider& provider, bool private_text) {
  agent::Candidate out;
  out.provider = &provider;
  out.provider_name = provider.endpoint().name;
  out.model = "m1";
  out.price = llm::free_price();
  out.private_text = private_text;
  return out;
}

llm::Price price_of(std::int64_t nano_per_output_token) {
  llm::Price price;
  price.input = llm::Rate{base::Usd{0}, {}};
  price.output = llm::Rate{base::Usd{nano_per_output_token * 1'000'000}, {}};
  price.reference = "user";
  return price;
}

tools::DeclaredCommand append_command(const std::string& file) {
  tools::DeclaredCommand command;
  command.name = "append";
  command.description = "Adds a line to the log.";
  command.argv = {"/bin/sh", "-c", "printf '%s\\n' \"$2\" >>\"$1\"", "append", file, "{text}"};
  command.writable = {file};
  write(file, "");
  return command;
}

House::House(const std::vector<tools::DeclaredCommand>& commands)
    : db(dir.file("openclaw.db"), store::Database::Access::read_write, all_migrations()),
      bodies(db, base::Secret("not a secret, 32 bytes for tests")),
      witness(dir.path().string()),
      recorder(db, bodies, witness),
      catalogue(commands),
      caller(db, recorder) {
  db.raw().exec("PRAGMA synchronous=OFF");
  policy.tools = catalogue.infos();
  policy.groups["g"] = {};
  policy.agents["ops"].groups = {"g"};
  policy.places["shell"] = {policy::AllowRule{{"me"}, {"ops"}, true, {}}};
  candidates = {candidate(model)};
  input.system = "the system's text";
}

policy::Grant& House::grant(const std::string& tool,
                            std::map<std::string, policy::Constraint> arguments) {
  policy::Grant grant;
  grant.tool = tool;
  grant.args = std::move(arguments);
  policy.groups["g"].push_back(grant);
  return policy.groups["g"].back();
}

policy::Constraint House::under(const std::string& folder) {
  policy::Constraint out;
  out.under = {folder};
  return out;
}

policy::Constraint House::eq(const json::Value& value) {
  policy::Constraint out;
  out.eq = value;
  return out;
}

policy::Constraint House::at(const std::string& origin) {
  policy::Constraint out;
  out.origin = {origin};
  out.private_address = true;
  return out;
}

agent::Output House::run(const std::string& question) {
  run_id = base::new_ulid(base::wall_now());
  audit::RunInfo info;
  info.run = run_id;
  info.at = base::wall_now();
  info.agent = "ops";
  info.trigger = "ask";
  info.place = who.place;
  info.person = who.person;
  info.job = who.job;
  info.input = question;
  recorder.start_run(info);
  if (!question.empty()) input.messages.push_back(llm::user_text(question));
  tools::Gate gate(policy, catalogue, who, "ops", run_id, asker);
  if (!only.empty()) gate.narrow(only);
  auto out =
      agent::run(caller, recorder, candidates, gate, run_id, input, limits, *http, &stop, on_text);
  audit::RunResult result;
  result.outcome = out.outcome;
  result.output = out.text;
  result.error = out.error;
  recorder.end_run(result, base::wall_now());
  return out;
}

std::vector<std::string> House::rows(const std::string& sql) {
  SQLite::Statement query(db.raw(), sql);
  std::vector<std::string> out;
  while (query.executeStep()) {
    std::string row;
    for (int i = 0; i < query.getColumnCount(); ++i)
      row += (i ? "|" : "") + query.getColumn(i).getString();
    out.push_back(row);
  }
  return out;
}

std::int64_t House::number(const std::string& sql) {
  SQLite::Statement query(db.raw(), sql);
  return query.executeStep() ? query.getColumn(0).getInt64() : -1;
}

std::string House::all_bodies() {
  std::string out;
  for (const auto& ref : rows("SELECT ref FROM bodies"))
    out += bodies.get(ref).value_or("[unreadable]") + "\n";
  return out;
}

}  // namespace openclaw::test
