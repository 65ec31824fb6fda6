// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "chat_intake.h"
#include "json/value.h"
#include "settings/settings.h"
#include "telegram/update.h"
#include "wiring.h"

namespace openclaw::cmd {

/// What is to be told to Telegram once the updates are durable; none of it matters if it is lost.
struct AfterUpdates {
  std::vector<std::pair<std::string, std::string>> press_answers;  ///< callback id, text
  std::vector<std::string> chats_to_leave;
  Taken taken;
};

/// Turns updates into rows: messages, answers to commands, pressed buttons. Who may not speak ends
/// here, with a row in the audit once an hour.
class TelegramUpdates {
 public:
  TelegramUpdates(State& state, const settings::Settings& settings, std::string bot,
                  std::string name);
  /// Everything that the updates come to, and the position after them, in one transaction. Throws
  /// base::StorageError: then nothing was taken.
  AfterUpdates take(const json::Array& updates);
  std::string account() const { return "telegram:" + bot_; }

 private:
  void take_one(const telegram::Update& update);
  static Said said_in(const telegram::Update& update);
  void take_press(const telegram::Update& update, const telegram::Speaker& speaker);
  void refuse(const telegram::Update& update, const std::string& why);
  chat::Incoming incoming(const telegram::Update& update, const telegram::Speaker& speaker);

  State& state_;
  const settings::Settings& settings_;
  std::string bot_, name_;
  telegram::Doors doors_;
  Intake intake_;
  base::Time now_{};
  AfterUpdates after_;
  std::vector<json::Value> strangers_;
};

/// A place's chat and a person's user id, as the configuration declares them.
telegram::Doors doors_of(const settings::Settings& settings);

}  // namespace openclaw::cmd
