// SPDX-License-Identifier: MIT
#include "chat_forget.h"

#include <set>

#include "audit/verify.h"
#include "chat/inbox.h"
#include "chat/outbox.h"
#include "chat_turn.h"
#include "store/rows.h"

namespace openclaw::cmd {
namespace {

constexpr base::Millis useful{14LL * 86400000};

using Refs = std::set<std::string>;

void add(Refs& refs, store::Database& db, const std::string& sql, const std::string& value) {
  auto& query = db.statement(sql);
  query.bind(1, value);
  while (query.executeStep())
    for (int i = 0; i < query.getColumnCount(); ++i)
      if (!query.getColumn(i).isNull() && !query.getColumn(i).getString().empty())
        refs.insert(query.getColumn(i).getString());
  query.reset();
}

void add_run(Refs& refs, store::Database& db, const std::string& run) {
  for (const auto* sql :
       {"SELECT input_ref FROM runs WHERE run=?", "SELECT output_ref FROM run_ends WHERE run=?",
        "SELECT request_ref FROM calls WHERE run=?", "SELECT reply_ref FROM call_ends WHERE run=?",
        "SELECT args_ref FROM tools WHERE run=?", "SELECT result_ref FROM tool_ends WHERE run=?"})
    add(refs, db, sql, run);
}

/// The run that was parked, or broken off, and went on as this one.
std::string parent_of(store::Database& db, const std::string& run) {
  const auto row = store::row(
      db, "SELECT coalesce(p.run,'') FROM runs r JOIN runs p ON p.run=r.parent WHERE r.run=?", run);
  return row ? row->text(0) : std::string();
}

/// What a message began leaves its conversation, and so do the requests that held it later.
void forget_exchange(Refs& refs, State& state, const chat::Incoming& message) {
  if (agent::Conversations(state.db, state.bodies).cut(message.conversation, message.key))
    add(refs, state.db,
        "SELECT c.request_ref FROM calls c JOIN runs r ON r.run=c.run WHERE r.conversation=?",
        message.conversation);
}

void add_message(Refs& refs, State& state, const chat::Incoming& message) {
  refs.insert(message.text_ref);
  refs.insert(message.kept_ref);
  add(refs, state.db,
      "SELECT text_ref FROM outbox WHERE owner=? AND state NOT IN ('waiting','sending')",
      answer_key(message));
  chat::Inbox(state.db).forget_text(message.key);
}

std::int64_t erase(State& state, Refs& refs, base::Time now) {
  refs.erase("");
  // A text on its way, somebody else's or our own, may be the same one.
  for (const auto& open : chat::Outbox(state.db).open()) refs.erase(open.text_ref);
  return audit::erase(state.db, refs, now);
}

}  // namespace

std::int64_t forget_conversation(State& state, const std::string& conversation, base::Time now) {
  Refs refs;
  for (const auto& message : chat::Inbox(state.db).of_conversation(conversation))
    if (message.state != "new" && message.state != "asking") add_message(refs, state, message);
  Refs runs;
  add(runs, state.db, "SELECT run FROM runs WHERE conversation=?", conversation);
  for (const auto& run : runs) add_run(refs, state.db, run);
  refs.insert(agent::Conversations(state.db, state.bodies).forget(conversation));
  return erase(state, refs, now);
}

std::int64_t forget_message(State& state, const std::string& key, base::Time now) {
  const auto message = chat::Inbox(state.db).find(key);
  if (!message) return 0;
  Refs refs;
  forget_exchange(refs, state, *message);
  add_message(refs, state, *message);
  for (auto run = message->run; !run.empty(); run = parent_of(state.db, run))
    add_run(refs, state.db, run);
  return erase(state, refs, now);
}

std::int64_t forget_old(State& state, const settings::Settings& settings, base::Time now) {
  std::int64_t erased = 0;
  for (const auto& [name, place] : settings.places) {
    if ((place.keep.empty() ? settings.audit.keep : place.keep) == "full") continue;
    state.db.transaction([&, &name = name] {
      for (const auto& conversation :
           agent::Conversations(state.db, state.bodies).older_than(name, now - useful))
        erased += forget_conversation(state, conversation, now);
      Refs refs;
      for (const auto& message : chat::Inbox(state.db).ended_before(name, now - useful))
        add_message(refs, state, message);
      erased += erase(state, refs, now);
    });
  }
  return erased;
}

}  // namespace openclaw::cmd
