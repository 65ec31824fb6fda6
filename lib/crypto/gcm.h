// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::crypto {

/// AES-256-GCM (NIST SP 800-38D; 12 bytes nonce, 16 bytes tag) out of libcrypto's default provider.
/// EVP_EncryptInit would first build every cipher that the library knows, 0.8 ms in each process;
/// this asks the provider for the one (provider-cipher(7)).
class Gcm {
 public:
  enum class Way { encrypt, decrypt };
  /// Throws base::Error when libcrypto does not have it.
  Gcm(Way way, std::string_view key, std::string_view nonce);
  ~Gcm();
  Gcm(const Gcm&) = delete;
  Gcm& operator=(const Gcm&) = delete;

  static constexpr std::size_t nonce_size = 12, tag_size = 16;

  /// Authenticates the label, then writes as many bytes as `in` has. Called once.
  void run(std::string_view label, std::string_view in, char* out);
  /// The tag of what was encrypted.
  std::string tag();
  /// Whether what was decrypted has this tag; until then it is not to be believed.
  bool has_tag(std::string_view tag);

 private:
  struct Functions;
  static const Functions& functions();
  void* context_;
};

}  // namespace openclaw::crypto
