// SPDX-License-Identifier: MIT
#include "matrix_account.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/digest.h"
#include "e2ee/secrets.h"
#include "json/parse.h"
#include "secrets.h"

namespace openclaw::cmd {
namespace {

base::Secret resolved(const settings::SecretRef& reference) {
  return reference ? resolve(reference) : base::Secret();
}

/// Nobody but the owner may read it, whatever the umask; its log inherits that.
std::string private_file(const std::string& path) {
  const base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd && errno != EEXIST) throw base::StorageError("cannot make '" + path + "'");
  if (fd) ::fchmod(fd.get(), 0600);
  return path;
}

}  // namespace

std::optional<base::FileLock> own_matrix(const std::string& state_folder) {
  return base::FileLock::try_take(state_folder + "/matrix.lock");
}

base::Secret matrix_store_key(const settings::Settings& settings, const std::string& state_folder) {
  if (settings.matrix && settings.matrix->store_key)
    return audit::body_key_from(resolve(settings.matrix->store_key));
  const std::string path = state_folder + "/store.key";
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    base::write_atomically(path, crypto::random_bytes(32), 0600);
  std::string key = base::read_file(path, 64);
  if (key.size() != 32) throw base::ConfigError("'" + path + "' does not hold 32 bytes");
  return base::Secret(std::move(key));
}

MatrixAccount::MatrixAccount(const settings::Settings& settings, const std::string& state_folder)
    : homeserver_(settings.matrix->homeserver),
      password_(resolved(settings.matrix->password)),
      recovery_key_(resolved(settings.matrix->recovery_key)),
      store_key_(matrix_store_key(settings, state_folder)),
      http_(net::make_http_client()),
      file_(private_file(state_folder + "/matrix.db")),
      db_(std::make_unique<store::Database>(file_, store::Database::Access::read_write,
                                            matrix::migrations())) {
  db_->let_log_grow();
  account_ = std::make_unique<matrix::Account>(
      *db_, *http_, store_key_,
      matrix::Login{homeserver_, settings.matrix->user, password_.empty() ? nullptr : &password_,
                    recovery_key_.empty() ? nullptr : &recovery_key_,
                    state_folder + "/matrix.moves"});
  for (const auto& [name, place] : settings.places)
    if (place.kind == "matrix" && place.allow_unverified_devices)
      account_->allow_unsigned(place.address);
}

std::string MatrixAccount::download(net::HttpClient& http, const std::string& ref, std::size_t most,
                                    const base::Stop& stop) {
  const auto file = json::parse(ref);
  matrix::Api api(http, homeserver_);
  // In another thread than the one that syncs: a handle of its own.
  store::Database db(file_, store::Database::Access::read_write, matrix::migrations());
  std::string token;
  db.transaction(
      [&] { token = e2ee::Machine(db, store_key_).secret("access_token").value_or(""); });
  api.set_token(token);
  const auto bytes = api.download(file["url"].as_string(), most, &stop);
  const auto plain = e2ee::decrypt_file(file, bytes);
  if (!plain) throw base::ProtocolError("it is not what the message names");
  return *plain;
}

}  // namespace openclaw::cmd
