// SPDX-License-Identifier: MIT
#include "audit/bodies.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/seal.h"

namespace openclaw::audit {
namespace {

constexpr std::string_view label = "openclaw body 1";

}  // namespace

std::string Bodies::put(std::string_view text, base::Time at, bool store, bool* is_new) {
  if (is_new) *is_new = false;
  if (text.empty()) return {};
  const std::string clean = base::redact(text);
  if (key_.empty()) return base::hex(crypto::view(crypto::sha256(clean)));
  const std::string sealed = crypto::seal_same(key_.reveal(), label, clean);
  const std::string ref = base::hex(crypto::view(crypto::sha256(sealed)));
  if (!store) return ref;
  auto& insert = db_.statement("INSERT OR IGNORE INTO bodies VALUES(?,?,?)");
  insert.bind(1, ref);
  insert.bind(2, base::to_ms(at));
  insert.bind(3, sealed.data(), static_cast<int>(sealed.size()));
  const bool inserted = insert.exec() == 1;
  insert.reset();
  if (is_new) *is_new = inserted;
  if (inserted) return ref;
  // A text seen again keeps the newer date, so that it lives as long as its last use demands.
  auto& touch = db_.statement("UPDATE bodies SET at=? WHERE ref=? AND at<?");
  touch.bind(1, base::to_ms(at));
  touch.bind(2, ref);
  touch.bind(3, base::to_ms(at));
  touch.exec();
  touch.reset();
  return ref;
}

void Bodies::drop(const std::string& ref) {
  if (ref.empty()) return;
  auto& one = db_.statement("DELETE FROM bodies WHERE ref=?");
  one.bind(1, ref);
  one.exec();
  one.reset();
}

std::optional<std::string> Bodies::get(const std::string& ref) const {
  if (key_.empty() || ref.empty()) return std::nullopt;
  auto& query = db_.statement("SELECT sealed FROM bodies WHERE ref=?");
  query.bind(1, ref);
  std::optional<std::string> out;
  if (query.executeStep()) {
    const auto column = query.getColumn(0);
    out = crypto::unseal(
        key_.reveal(), label,
        {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())});
  }
  query.reset();
  return out;
}

bool Bodies::has(const std::string& ref) const {
  auto& query = db_.statement("SELECT 1 FROM bodies WHERE ref=?");
  query.bind(1, ref);
  const bool found = query.executeStep();
  query.reset();
  return found;
}

std::optional<std::string> Bodies::open(const std::string& ref) const {
  auto text = get(ref);
  if (!text && has(ref))
    throw base::ConfigError("a kept text is sealed with another key",
                            "put back the body.key, or the credential, that sealed it");
  return text;
}

std::string Bodies::authenticate(std::string_view text) const {
  const auto mac = crypto::hmac_sha256(key_.reveal(), "openclaw checkpoint 1 " + std::string(text));
  return base::hex(crypto::view(mac));
}

base::Secret own_body_key(const std::string& state_folder, bool make) {
  const std::string path = state_folder + "/body.key";
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if ((info.st_mode & 077) != 0)
      throw base::ConfigError("'" + path + "' can be read by others", "chmod 600 " + path);
    std::string key = base::read_file(path, 64);
    if (key.size() != 32) throw base::ConfigError("'" + path + "' does not hold 32 bytes");
    return base::Secret(std::move(key));
  }
  if (!make) return {};
  // Several processes may be here at once: the first to link its file in has made the key.
  const std::string own = path + "." + std::to_string(::getpid());
  base::write_atomically(own, crypto::random_bytes(32), 0600);
  const int linked = ::link(own.c_str(), path.c_str());
  const bool is_made = linked == 0 || errno == EEXIST;
  ::unlink(own.c_str());
  if (!is_made) throw base::StorageError("cannot make '" + path + "'");
  return own_body_key(state_folder, false);
}

base::Secret body_key_from(const base::Secret& credential) {
  if (credential.reveal().size() == 32) return base::Secret(std::string(credential.reveal()));
  const auto text = base::trim(credential.reveal());
  for (const auto& decoded : {base::from_hex(text), base::from_base64(text)})
    if (decoded && decoded->size() == 32) return base::Secret(std::string(*decoded));
  if (text.size() < 16)
    throw base::ConfigError("the audit's body_key is too short", "head -c32 /dev/urandom | base64");
  return base::Secret(std::string(crypto::view(crypto::sha256(text))));
}

}  // namespace openclaw::audit
