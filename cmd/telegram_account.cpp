// SPDX-License-Identifier: MIT
#include "telegram_account.h"

#include "secrets.h"
#include "wake.h"

namespace openclaw::cmd {

TelegramAccount::TelegramAccount(const settings::Telegram& telegram)
    : base_url_(telegram.base_url),
      token_(resolve(telegram.token)),
      http_(net::make_http_client()),
      api_(*http_, telegram.base_url, token_) {}

std::optional<base::FileLock> own_telegram(const std::string& state_folder) {
  return base::FileLock::try_take(state_folder + "/telegram.lock");
}

std::string TelegramAccount::download(net::HttpClient& http, const std::string& file,
                                      std::size_t most, const base::Stop& stop) const {
  return telegram::Api(http, base_url_, token_).download(file, most, &stop);
}

std::unique_ptr<chat::Channel> TelegramAccount::channel(State& state, const std::string& chat) {
  return std::make_unique<telegram::BotChannel>(api_, state.db, pace_, chat);
}

void wake_telegram(const std::string& state_folder) { ring(state_folder + "/telegram.wake"); }

}  // namespace openclaw::cmd
