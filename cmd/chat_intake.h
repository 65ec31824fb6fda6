// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "chat/approvals.h"
#include "chat/inbox.h"
#include "chat_commands.h"
#include "chat_context.h"

namespace openclaw::cmd {

/// What came of a batch of a channel's messages.
struct Taken {
  std::vector<std::string> cancelled;  ///< keys of messages that are not to be answered
  bool any = false;                    ///< there are new rows
};

/// Takes the messages of allowed people in, whatever channel they came by: rows, commands, quotas,
/// answers to questions. All inside the transaction that also moves the channel's position.
class Intake {
 public:
  Intake(State& state, const settings::Settings& settings) : state_(state), settings_(settings) {}

  /// A message; its text is sealed with its row. Twice the same key is one.
  void take(chat::Incoming message, const Said& said, base::Time now, Taken& taken);
  /// It has another text now, where nobody has begun with it.
  void edit(const chat::Incoming& message, const Said& said, base::Time now);
  /// It was taken back: it is not answered, and what it said is erased.
  void retract(const std::string& key, base::Time now, Taken& taken);
  /// A yes or no; what is said to whoever pressed.
  std::string press(const std::string& place, const std::string& person, const std::string& id,
                    bool yes, base::Time now, Taken& taken);

 private:
  std::string run(const ChatCommand& command, const chat::Incoming& message, base::Time now,
                  Taken& taken);
  int cancel(const std::vector<chat::Incoming>& messages, base::Time now, Taken& taken);
  void close_question(const chat::Approval& question, const std::string& text, base::Time now);
  State& state_;
  const settings::Settings& settings_;
};

}  // namespace openclaw::cmd
