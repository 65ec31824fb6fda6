// SPDX-License-Identifier: MIT
#include "base/redact.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "base/text.h"

namespace openclaw::base {
namespace {

struct Forms {
  std::mutex mutex;
  std::vector<std::string> needles;  // longest first
  bool on = true;
};

Forms& forms() {
  static Forms instance;
  return instance;
}

std::string percent_all(std::string_view s) {
  std::string out;
  for (const char c : s) {
    const bool plain = is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out += '%' + hex(std::string_view(&c, 1), /*upper=*/true);
  }
  return out;
}

/// The characters that base64 gives for value at each of the three alignments, without the edges
/// that depend on neighbours.
std::string base64_core(std::string_view value, std::size_t shift) {
  const std::string encoded = base64(std::string(shift, '\0') + std::string(value));
  const std::size_t first = shift == 0 ? 0 : shift + 1;
  const std::size_t sure = (shift + value.size()) * 8 / 6;
  return encoded.substr(first, sure - first);
}

void add(std::vector<std::string>& to, std::string form) {
  if (form.size() >= 6 && std::find(to.begin(), to.end(), form) == to.end())
    to.push_back(std::move(form));
}

/// Position and length of the first needle in text from pos on; npos when none.
std::pair<std::size_t, std::size_t> find_first(std::string_view text, std::size_t pos) {
  std::size_t best = std::string_view::npos;
  std::size_t length = 0;
  for (const auto& needle : forms().needles) {
    const auto at = text.find(needle, pos);
    if (at < best) best = at, length = needle.size();
  }
  // Secrets may overlap: what begins inside the match goes with it.
  for (bool grown = best != std::string_view::npos; grown;) {
    grown = false;
    for (const auto& needle : forms().needles) {
      const auto next = text.find(needle, best);
      if (next < best + length && next + needle.size() > best + length) {
        length = next + needle.size() - best;
        grown = true;
      }
    }
  }
  return {best, length};
}

/// How many bytes at the end of text could be the beginning of a needle.
std::size_t open_tail(std::string_view text) {
  std::size_t longest = 0;
  for (const auto& needle : forms().needles) {
    for (std::size_t n = std::min(needle.size() - 1, text.size()); n > longest; --n) {
      if (text.substr(text.size() - n) == std::string_view(needle).substr(0, n)) longest = n;
    }
  }
  return longest;
}

}  // namespace

void register_secret(std::string_view value) {
  if (value.size() < 6) return;
  const std::lock_guard lock(forms().mutex);
  auto& needles = forms().needles;
  add(needles, std::string(value));
  add(needles, json_escape(value));
  add(needles, percent_all(value));
  add(needles, hex(value));
  add(needles, hex(value, /*upper=*/true));
  for (std::size_t shift = 0; shift < 3; ++shift) {
    std::string core = base64_core(value, shift);
    add(needles, core);
    std::replace(core.begin(), core.end(), '+', '-');
    std::replace(core.begin(), core.end(), '/', '_');
    add(needles, core);
  }
  std::sort(needles.begin(), needles.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string redact(std::string_view text) {
  const std::lock_guard lock(forms().mutex);
  if (forms().needles.empty() || !forms().on) return std::string(text);
  std::string out;
  std::size_t pos = 0;
  while (true) {
    const auto [at, length] = find_first(text, pos);
    if (at == std::string_view::npos) break;
    out.append(text.substr(pos, at - pos));
    out += "[secret]";
    pos = at + length;
  }
  out.append(text.substr(pos));
  return out;
}

std::string StreamRedactor::feed(std::string_view piece) {
  held_ += piece;
  std::size_t boundary = held_.size();
  {
    const std::lock_guard lock(forms().mutex);
    if (forms().on) {
      boundary -= open_tail(held_);
      // A whole secret that reaches over the boundary waits with it.
      for (std::size_t pos = 0; pos < boundary;) {
        const auto [at, length] = find_first(held_, pos);
        if (at >= boundary) break;
        if (at + length > boundary) boundary = at;
        pos = at + length;
      }
    }
  }
  const std::string out = redact(std::string_view(held_).substr(0, boundary));
  held_.erase(0, boundary);
  return out;
}

std::string StreamRedactor::finish() { return redact(std::exchange(held_, {})); }

std::string redact_cut(std::string_view text) { return StreamRedactor().feed(text); }

void set_redaction(bool on) {
  const std::lock_guard lock(forms().mutex);
  forms().on = on;
}

}  // namespace openclaw::base
