// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/database.h"

namespace openclaw::chat {

store::Migration inbox_migration();

/// A message of an allowed person, from its arrival to its answer.
struct Incoming {
  std::string key;         ///< unique by the channel's own ids: "telegram:BOT:CHAT:MESSAGE"
  std::string place;       ///< a declared place
  std::string thread;      ///< of the place: a topic; empty = none
  std::string person;      ///< who wrote it
  std::string id;          ///< the channel's id of the message
  std::string reply_to;    ///< the channel's id of what it replies to, or empty
  std::string text_ref;    ///< in audit::Bodies
  bool untrusted = false;  ///< it holds what somebody else wrote: a forward, a quote, a file
  base::Time at;
  base::Time not_before{};  ///< more of it may come until then: an album

  /// new: to be answered; asking: a person's yes is waited for; job: its job runs; done; merged;
  /// cancelled; failed
  std::string state = "new";
  std::string run;                  ///< the latest run of it
  std::string agent, conversation;  ///< once a run has begun
  std::string kept_ref;      ///< the transcript after the latest message of the model, or empty
  bool tools_begun = false;  ///< tools of that message may have run
  int runs = 0;              ///< how often it was begun
  std::string turn;          ///< merged: the key of the message that it went into
};

/// What goes on in one place (or one topic of it): which conversation, with which agent.
struct Thread {
  std::string conversation;  ///< empty = the next message begins one
  std::string agent;         ///< empty = the place's first
  base::Time at;
};

/// The table of messages, and how far each account's server was read.
class Inbox {
 public:
  explicit Inbox(store::Database& db) : db_(db) {}
  /// Inside a transaction. False: the key is there already, and nothing changed.
  bool put(const Incoming& message);
  std::optional<Incoming> find(const std::string& key);
  /// Those to be answered, oldest first.
  std::vector<Incoming> waiting();
  /// Those whose job runs, or was running when a process ended.
  std::vector<Incoming> with_job();
  /// Those of a person at a place that are not answered: new or asking.
  std::vector<Incoming> open_of(const std::string& place, const std::string& person);
  /// When the next message of a person may come to a place, where `most` that were read lie within
  /// the last `span`; nullopt = now.
  std::optional<base::Time> room_from(const std::string& place, const std::string& person,
                                      std::int64_t most, base::Time now, base::Millis span);
  /// The key of a message of a place by the channel's id; empty = none.
  std::string key_of(const std::string& place, const std::string& id);

  /// All messages that went into a conversation.
  std::vector<Incoming> of_conversation(const std::string& conversation);
  /// Ended messages of a place that came before then and still have a text.
  std::vector<Incoming> ended_before(const std::string& place, base::Time before);

  // All inside a transaction.
  /// What was said is not kept any more; the row stays, so that the message is not taken twice.
  void forget_text(const std::string& key);
  void begin(const std::string& key, const std::string& run, const std::string& agent,
             const std::string& conversation);
  void keep(const std::string& key, const std::string& ref, bool tools_begun);
  void set_state(const std::string& key, const std::string& state);
  /// An edited message takes the place of the one that waits; false: it was begun already.
  bool replace_text(const std::string& key, const std::string& text_ref);

  /// The message has another text now (and labels), and these others went into it.
  void absorb(const Incoming& message, const std::vector<std::string>& others);

  std::optional<Thread> thread(const std::string& place, const std::string& thread);
  void set_thread(const std::string& place, const std::string& thread, const Thread& now);

  /// The next position to ask the server for; nullopt = never asked.
  std::optional<std::int64_t> position(const std::string& account);
  void set_position(const std::string& account, std::int64_t position);

  /// Inside a transaction: a refused sender; true = one row is to be written now (one an hour).
  bool note_stranger(const std::string& account, const std::string& sender, base::Time now);

 private:
  std::vector<Incoming> read(const std::string& where, const std::vector<std::string>& values);
  store::Database& db_;
};

}  // namespace openclaw::chat
