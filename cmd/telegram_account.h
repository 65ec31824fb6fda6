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

/// The bot, as one thread of one process uses it.
class TelegramAccount {
 public:
  /// Throws base::ConfigError when the token cannot be had.
  explicit TelegramAccount(const settings::Telegram& telegram);
  telegram::Api& api() { return api_; }
  telegram::Pace& pace() { return pace_; }
  /// Over another thread's client.
  std::string download(net::HttpClient& http, const std::string& file, std::size_t most,
                       const base::Stop& stop) const;
  std::unique_ptr<chat::Channel> channel(State& state, const std::string& chat);

 private:
  std::string base_url_;
  base::Secret token_;
  std::unique_ptr<net::HttpClient> http_;
  telegram::Api api_;
  telegram::Pace pace_;
};

/// The lock that says which process sends for the bot; nullopt while another one has it.
std::optional<base::FileLock> own_telegram(const std::string& state_folder);

/// Tells the listener of that state folder, if there is one, to look at the outbox.
void wake_telegram(const std::string& state_folder);

}  // namespace openclaw::cmd
