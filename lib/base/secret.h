// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace openclaw::base {

/// A secret value. It cannot be copied, printed, formatted or converted; its memory is locked where
/// the limit allows and cleansed at the end. Every Secret is known to redact() from birth on.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  ~Secret();
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  /// The value itself. Called only where it goes on the wire or into a cipher.
  std::string_view reveal() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

 private:
  void wipe() noexcept;
  std::string value_;
};

}  // namespace openclaw::base
