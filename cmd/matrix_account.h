// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "matrix/account.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// The bot's Matrix account, as one thread of the listener uses it: secrets, a way to the server, a
/// handle on matrix.db.
class MatrixAccount {
 public:
  /// Throws base::ConfigError when a secret cannot be had.
  MatrixAccount(const settings::Settings& settings, const std::string& state_folder);
  matrix::Account& account() { return *account_; }
  /// A file of a message, opened.
  std::string download(net::HttpClient& http, const std::string& ref, std::size_t most,
                       const base::Stop& stop);

 private:
  std::string homeserver_;
  base::Secret password_, recovery_key_, store_key_;
  std::unique_ptr<net::HttpClient> http_;
  std::string file_;
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<matrix::Account> account_;
};

/// The lock that says which process has the device; nullopt while another one has it.
std::optional<base::FileLock> own_matrix(const std::string& state_folder);

/// 32 bytes of the configured store key, or of store.key in the state folder, which is made.
base::Secret matrix_store_key(const settings::Settings& settings, const std::string& state_folder);

}  // namespace openclaw::cmd
