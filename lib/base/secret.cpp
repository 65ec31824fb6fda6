// SPDX-License-Identifier: MIT
#include "base/secret.h"

#include <utility>

#include <string.h>
#include <sys/mman.h>

#include "base/redact.h"

namespace openclaw::base {

Secret::Secret(std::string value) {
  // Longer than any small-string buffer, so that moving never copies the bytes.
  value_.reserve(value.size() < 64 ? 64 : value.size());
  value_ = value;
  explicit_bzero(value.data(), value.size());
  if (!value_.empty()) {
    (void)mlock(value_.data(), value_.capacity());
    register_secret(value_);
  }
}

Secret::~Secret() { wipe(); }

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.value_.clear(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.value_.clear();
  }
  return *this;
}

void Secret::wipe() noexcept {
  if (value_.empty()) return;
  explicit_bzero(value_.data(), value_.size());
  (void)munlock(value_.data(), value_.capacity());
  value_.clear();
}

}  // namespace openclaw::base
