// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/bodies.h"
#include "llm/message.h"
#include "policy/model.h"
#include "store/database.h"

namespace openclaw::agent {

/// A conversation as it is kept between runs, with the labels of what it holds.
struct Transcript {
  std::vector<llm::Message> messages;
  policy::Labels taint;
};

/// What becomes of pictures: only their kind is kept, or all of them.
enum class Images { named, kept };
json::Value to_json(const Transcript& transcript, Images images = Images::named);
/// Throws base::ProtocolError when value is none.
Transcript transcript_from(const json::Value& value);

struct Conversation {
  std::string id, agent, place, person, ref;
};

/// Keeps what a model reads within a budget (bytes of text and arguments): old results of tools go
/// first, then whole exchanges from the beginning. A call and its result stay or go together; the
/// latest exchange stays.
/// summarise: notes on exchanges that are to go, which the first that stays begins with then; empty
/// = they go without.
using Summarise = std::function<std::string(const std::vector<llm::Message>& old)>;
void shorten(std::vector<llm::Message>& messages, std::size_t most_bytes,
             const Summarise& summarise = {});

/// Where conversations are found again. The texts rest sealed among the audit's bodies.
class Conversations {
 public:
  Conversations(store::Database& db, audit::Bodies& bodies) : db_(db), bodies_(bodies) {}
  /// The one with this id, or the latest of agent, place and person when id is empty. Never
  /// another's.
  std::optional<Conversation> find(const std::string& id, const std::string& agent,
                                   const std::string& place, const std::string& person);
  /// The one with this id, where it belongs to that place: whoever wrote in it.
  std::optional<Conversation> at(const std::string& place, const std::string& id);
  std::optional<Transcript> load(const Conversation& conversation);
  /// Inside a transaction: it is no conversation any more; where its text is.
  std::string forget(const std::string& id);
  /// Inside a transaction: what the message with this key began is in it no more; false: there is
  /// no such thing.
  bool cut(const std::string& id, const std::string& key);
  /// Those of a place that have not gone on since then.
  std::vector<std::string> older_than(const std::string& place, base::Time before);
  /// Inside a transaction. The first `known` messages are those of conversation.ref, where the run
  /// began: if the conversation went on since, or was forgotten, only the others go behind what is
  /// there now.
  void save(Conversation conversation, Transcript transcript, std::size_t known, base::Time now);

 private:
  std::string ref_of(const std::string& id);

  store::Database& db_;
  audit::Bodies& bodies_;
};

}  // namespace openclaw::agent
