// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/secret.h"
#include "net/http.h"
#include "settings/settings.h"
#include "telegram/bot_channel.h"
#include "wiring.h"

namespace openclaw::cmd {

/// The bot, as one thread of one process uses it. Its lock in the state folder (telegram.lock) says
/// which process sends for it.
class TelegramAccount {
 public:
  /// Throws base::ConfigError when the token cannot be had.
  TelegramAccount(const settings::Telegram& telegram, std::string state_folder);
  /// Takes the account unless another process has it; true once it is this process's.
  bool take();
  telegram::Api& api() { return api_; }
  telegram::Pace& pace() { return pace_; }
  std::unique_ptr<chat::Channel> channel(State& state, const std::string& chat);

 private:
  std::string folder_;
  base::Secret token_;
  std::unique_ptr<net::HttpClient> http_;
  telegram::Api api_;
  telegram::Pace pace_;
  std::optional<base::FileLock> lock_;
};

/// Tells the listener of that state folder, if there is one, to look at the outbox.
void wake_telegram(const std::string& state_folder);

}  // namespace openclaw::cmd
