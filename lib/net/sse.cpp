// SPDX-License-Identifier: MIT
#include "net/sse.h"

#include <utility>

#include "base/error.h"

namespace openclaw::net {
namespace {

constexpr std::size_t most = 8u << 20;

void grow(std::string& to, std::string_view piece) {
  if (to.size() + piece.size() > most)
    throw base::ProtocolError("one event of the stream is larger than 8 MiB");
  to += piece;
}

}  // namespace

void SseParser::feed(std::string_view piece, const Take& take) {
  while (!piece.empty()) {
    if (std::exchange(after_cr_, false) && piece.front() == '\n') {
      piece.remove_prefix(1);
      continue;
    }
    const auto end = piece.find_first_of("\r\n");
    grow(line_, piece.substr(0, end));
    if (end == std::string_view::npos) return;
    after_cr_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    if (std::exchange(first_, false) && line_.starts_with("\xEF\xBB\xBF")) line_.erase(0, 3);
    line(line_, take);
    line_.clear();
  }
}

void SseParser::line(std::string_view text, const Take& take) {
  if (text.empty()) {
    if (has_data_) {
      if (event_.name.empty()) event_.name = "message";
      take(event_);
    }
    event_ = {};
    has_data_ = false;
    return;
  }
  const auto colon = text.find(':');
  const auto field = text.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    grow(event_.data, value);
    has_data_ = true;
  } else if (field == "event") {
    event_.name = value;
  }
}

void LineParser::feed(std::string_view piece, const Take& take) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    grow(line_, piece.substr(0, end));
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    finish(take);
  }
}

void LineParser::finish(const Take& take) {
  const std::string whole = std::exchange(line_, {});
  std::string_view text = whole;
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (!text.empty()) take(text);
}

}  // namespace openclaw::net
