// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// crypto may use base. It is a thin face of OpenSSL's libcrypto for all libraries that hash, seal
/// or draw random bytes.
namespace openclaw::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
std::string random_bytes(std::size_t n);
/// Overwrites memory in a way that is not optimised away.
void wipe(void* bytes, std::size_t size);

inline std::string_view view(const Digest& d) {
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}

/// SHA-256 of one text after another, without the cost of a context per call.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  /// The digest of all since the last finish.
  Digest finish();

 private:
  void* context_;
};

}  // namespace openclaw::crypto
