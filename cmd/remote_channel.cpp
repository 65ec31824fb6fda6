// SPDX-License-Identifier: MIT
#include "base/error.h"
#include "channels.h"
#include "telegram_account.h"

namespace openclaw::cmd {
namespace {

class Accounts : public Remote {
 public:
  Accounts(const settings::Settings& settings, std::string folder)
      : settings_(settings), folder_(std::move(folder)) {}

  bool is_ours(const std::string& place) override {
    if (kind(place) != "telegram" || !settings_.telegram) return true;
    // Before the token: where a listener sends, nobody else needs it.
    if (!lock_) lock_ = own_telegram(folder_);
    return lock_.has_value();
  }

  std::unique_ptr<chat::Channel> channel(State& state, const std::string& place) override {
    if (kind(place) != "telegram")
      throw base::UnavailableError(kind(place) + " is not served by this version");
    if (!settings_.telegram)
      throw base::ConfigError("the configuration has no \"telegram\"", "openclaw check --next");
    return telegram().channel(state, settings_.places.at(place).address);
  }

  void wake(const std::string& place) override {
    if (kind(place) == "telegram" && settings_.telegram) wake_telegram(folder_);
  }

 private:
  const std::string& kind(const std::string& place) const {
    return settings_.places.at(place).kind;
  }
  TelegramAccount& telegram() {
    if (!telegram_) telegram_ = std::make_unique<TelegramAccount>(*settings_.telegram);
    return *telegram_;
  }
  const settings::Settings& settings_;
  std::string folder_;
  std::unique_ptr<TelegramAccount> telegram_;
  std::optional<base::FileLock> lock_;
};

}  // namespace

std::unique_ptr<Remote> make_remote(const settings::Settings& settings,
                                    const std::string& state_folder) {
  return std::make_unique<Accounts>(settings, state_folder);
}

}  // namespace openclaw::cmd
