// SPDX-License-Identifier: MIT
#include "base/id.h"

#include <array>
#include <cstdint>
#include <mutex>

#include <sys/random.h>

#include "base/error.h"

namespace openclaw::base {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct Last {
  std::mutex mutex;
  std::int64_t ms = -1;
  std::array<std::uint8_t, 10> random{};
};

void fresh(std::array<std::uint8_t, 10>& bytes) {
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw Error("cannot read random bytes from the kernel");
}

void increment(std::array<std::uint8_t, 10>& bytes) {
  for (std::size_t i = bytes.size(); i-- > 0;) {
    if (++bytes[i] != 0) return;
  }
}

std::size_t value_of(char c) {
  const auto at = alphabet.find(c);
  if (at == std::string_view::npos) throw ProtocolError("not a ULID");
  return at;
}

}  // namespace

std::string new_ulid(Time now) {
  static Last last;
  const std::lock_guard lock(last.mutex);
  std::int64_t ms = to_ms(now);
  if (ms <= last.ms) {
    ms = last.ms;
    increment(last.random);
  } else {
    last.ms = ms;
    fresh(last.random);
  }
  std::string text(26, '0');
  for (int i = 9; i >= 0; --i) {
    text[static_cast<std::size_t>(i)] = alphabet[static_cast<std::size_t>(ms & 31)];
    ms >>= 5;
  }
  std::uint32_t bits = 0;
  int have = 0;
  std::size_t out = 10;
  for (const std::uint8_t byte : last.random) {
    bits = (bits << 8) | byte;
    have += 8;
    while (have >= 5) {
      have -= 5;
      text[out++] = alphabet[(bits >> have) & 31];
    }
  }
  return text;
}

bool is_ulid(std::string_view text) {
  return text.size() == 26 && text[0] <= '7' &&
         text.find_first_not_of(alphabet) == std::string_view::npos;
}

Time ulid_time(std::string_view text) {
  if (!is_ulid(text)) throw ProtocolError("not a ULID");
  std::int64_t ms = 0;
  for (const char c : text.substr(0, 10)) ms = (ms << 5) | static_cast<std::int64_t>(value_of(c));
  return from_ms(ms);
}

}  // namespace openclaw::base
