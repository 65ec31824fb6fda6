// SPDX-License-Identifier: MIT
#include "base/error.h"
#include "channels.h"
#include "matrix_account.h"
#include "telegram_account.h"
#include "wake.h"

namespace openclaw::cmd {
namespace {

class Accounts : public Remote {
 public:
  Accounts(const settings::Settings& settings, std::string folder)
      : settings_(settings), folder_(std::move(folder)) {}

  bool is_ours(const std::string& place) override {
    // Rows for rooms wait for the listener: it alone has the keys.
    if (kind(place) == "matrix") {
      if (settings_.matrix && own_matrix(folder_))
        throw base::UnavailableError("openclaw-listen-matrix does not run");
      return !settings_.matrix;
    }
    if (kind(place) != "telegram" || !settings_.telegram) return true;
    // Before the token: where a listener sends, nobody else needs it.
    if (!lock_) lock_ = own_telegram(folder_);
    return lock_.has_value();
  }

  std::unique_ptr<chat::Channel> channel(State& state, const std::string& place) override {
    if (kind(place) != "telegram")
      throw base::ConfigError("the configuration has no \"matrix\"", "openclaw check --next");
    if (!settings_.telegram)
      throw base::ConfigError("the configuration has no \"telegram\"", "openclaw check --next");
    return telegram().channel(state, settings_.places.at(place).address);
  }

  void wake(const std::string& place) override {
    if (kind(place) == "telegram" && settings_.telegram) wake_telegram(folder_);
    if (kind(place) == "matrix") ring(folder_ + "/matrix.wake");
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
