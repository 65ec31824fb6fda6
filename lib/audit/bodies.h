// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "base/secret.h"
#include "base/time.h"
#include "store/database.h"

namespace openclaw::audit {

/// Texts at rest: sealed under the body key, addressed by the SHA-256 of the sealed bytes (equal
/// texts are stored once, and verify needs no key).
class Bodies {
 public:
  /// An empty key: nothing is stored and nothing can be read; references are still made.
  Bodies(store::Database& db, base::Secret key) : db_(db), key_(std::move(key)) {}

  /// Inside a transaction. store=false gives the reference without keeping the text. is_new: set to
  /// whether the text was not stored before.
  std::string put(std::string_view text, base::Time at, bool store, bool* is_new = nullptr);
  /// Inside a transaction: a text that no row of the audit names is not needed any more.
  void drop(const std::string& ref);
  /// nullopt: erased, never kept, or the key is not ours.
  std::optional<std::string> get(const std::string& ref) const;
  /// Whether a sealed text is there, whoever can open it.
  bool has(const std::string& ref) const;
  /// get(), but throws base::ConfigError when the text is there and the key is another one.
  std::optional<std::string> open(const std::string& ref) const;
  /// HMAC-SHA256 in hex under the key, for checkpoints.
  std::string authenticate(std::string_view text) const;
  bool has_key() const { return !key_.empty(); }

 private:
  store::Database& db_;
  base::Secret key_;
};

/// Makes or reads the 0600 key file of the state folder (the embedded default).
base::Secret own_body_key(const std::string& state_folder, bool make);

/// The 32 bytes that a credential's text stands for: itself when it has 32 bytes, its hex or base64
/// reading, otherwise (16 characters at least) its SHA-256.
base::Secret body_key_from(const base::Secret& credential);

}  // namespace openclaw::audit
