// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "audit/bodies.h"
#include "base/error.h"
#include "base/time.h"
#include "store/database.h"

/// chat may use audit, store and base. It knows what waits to be sent to which place, and no
/// channel's protocol.
namespace openclaw::chat {

const std::vector<store::Migration>& migrations();

/// One text on its way to one place. Delivered means that the other side's id is stored.
struct Message {
  std::string key;       ///< the same key twice is one message: "job:digest:2026-W48:01K…:ops"
  std::string owner;     ///< what it belongs to: "job:digest:2026-W48", "send:01K…"
  std::string place;     ///< a place's name; "-" = stdout; "/…" = a file
  std::string text_ref;  ///< in audit::Bodies
  bool whole = true;     ///< false: headlines, or a notice about something else
  bool silent = false;   ///< nobody's phone makes a sound
  bool inert = false;    ///< addresses in it cannot be followed
  std::string thread;    ///< of the place: a topic; empty = none
  std::string reply_to;  ///< the other side's id of what it answers
  std::string question;  ///< of Approvals: yes and no can be pressed
  std::string edits;     ///< the key of the message that it takes the place of
  std::string file;      ///< the name of the file whose bytes are the text; empty = it is a text
  std::optional<base::Time> expires;  ///< later than that it is of no use

  std::string state = "waiting";  ///< waiting, sending, sent, refused, expired
  bool repeat = false;            ///< an earlier attempt with this key may have arrived
  bool again = false;             ///< a message with another key has told the place the same
  int attempts = 0;
  std::string id;                        ///< what the other side calls it
  std::string note;                      ///< why it waits, was refused or expired
  std::optional<base::Time> not_before;  ///< the other side asked for patience

  bool is_open() const { return state == "waiting" || state == "sending"; }
};

/// The table of messages. A process that dies while it sends leaves "sending"; whoever comes next
/// takes the message over as one that may have arrived.
class Outbox {
 public:
  explicit Outbox(store::Database& db) : db_(db) {}
  /// Inside a transaction. A key that is there already stays as it is.
  void put(const Message& message, base::Time now);
  std::optional<Message> find(const std::string& key);
  /// All messages of an owner, oldest first.
  std::vector<Message> of(const std::string& owner);
  /// Everything open, oldest first.
  std::vector<Message> open();
  /// Durable on return: this process sends it now. nullopt: another one does, or it is over.
  std::optional<Message> begin(const std::string& key, const std::string& process);
  /// Whether a process that lives is sending it.
  bool is_being_sent(const std::string& key);
  /// Inside a transaction: the other side has it.
  void sent(const std::string& key, const std::string& id, base::Time now);
  /// It waits on. may_have_arrived: the next attempt is a repeat.
  void later(const std::string& key, const std::string& why, bool may_have_arrived,
             std::optional<base::Time> not_before = std::nullopt);
  void refused(const std::string& key, const std::string& why);
  /// Inside a transaction: what the owner still has open is not to be sent any more.
  void supersede(const std::string& owner, const std::string& why);
  /// Whether a message to that place, of an owner that begins so, may have arrived.
  bool may_have_arrived(const std::string& owner_prefix, const std::string& place);
  /// Whether an owner that begins so has a message to anything but stdout.
  bool goes_elsewhere(const std::string& owner_prefix);
  /// Ends what waits beyond its time, or was being sent by a process that is gone, and forgets what
  /// ended long ago; what it has ended.
  std::vector<Message> expire(base::Time now);

 private:
  void set(const std::string& key, const char* state, const std::string& note, bool repeat,
           std::optional<base::Time> not_before = std::nullopt);
  std::vector<Message> read(const std::string& where, const std::string& value);
  void end(const std::string& where, const std::string& value, const std::string& why);
  store::Database& db_;
};

/// The text may have arrived, or not.
class OutcomeUnknown : public base::TransientError {
 public:
  using TransientError::TransientError;
};

/// Not now: the other side wants to be left alone for a while.
class TooSoon : public base::TransientError {
 public:
  TooSoon(const std::string& what, base::Millis wait) : TransientError(what), wait_(wait) {}
  base::Millis wait() const noexcept { return wait_; }

 private:
  base::Millis wait_;
};

/// What has arrived of one message that goes in several parts; each has an id of its own.
class Parts {
 public:
  Parts(store::Database& db, std::string key) : db_(db), key_(std::move(key)) {}
  struct Part {
    std::string id;
    bool whole = false;   ///< false: its first line is there
    bool marked = false;  ///< it says that it may be a repeat
  };
  std::optional<Part> find(int number);
  /// Durable on return. What was sent before it is no longer in doubt.
  void arrived(int number, const Part& part);
  /// Ids of another message's parts, in order.
  std::vector<std::string> ids_of(const std::string& key);

 private:
  store::Database& db_;
  std::string key_;
};

/// The key of the message that has this id at this place; empty = none of ours.
std::string key_of_part(store::Database& db, const std::string& place, const std::string& id);

/// A way to places: a terminal, a file, a chat server.
class Channel {
 public:
  virtual ~Channel() = default;
  /// Gives the text away; the id that the other side gave it. Throws OutcomeUnknown,
  /// base::TransientError or base::UnavailableError (it has not arrived and may later), or another
  /// base::Error (it never will).
  virtual std::string send(const Message& message, const std::string& text, Parts& parts) = 0;
  /// Whether the same key given twice arrives once, so that a repeat needs no mark.
  virtual bool is_idempotent() const { return false; }
  /// Whether send() itself marks what may be a repeat.
  virtual bool marks_repeats() const { return false; }
};

/// The text as it is to be sent: a repeat that would be seen says that it is one.
std::string marked(const Message& message, const Channel& channel, const std::string& text);

}  // namespace openclaw::chat
