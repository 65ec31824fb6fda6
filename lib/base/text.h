// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::base {

inline bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
std::string lower(std::string_view s);
std::string_view trim(std::string_view s);
std::vector<std::string_view> split(std::string_view s, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

std::string hex(std::string_view bytes, bool upper = false);
std::string base64(std::string_view bytes);
/// The bytes that hexadecimal digits of either case, or padded base64, stand for; nullopt when the
/// text is anything else.
std::optional<std::string> from_hex(std::string_view text);
std::optional<std::string> from_base64(std::string_view text);
/// The inside of a JSON string literal.
std::string json_escape(std::string_view s);

/// Reads one code point at pos and moves pos past it. Invalid bytes give 0xFFFD and move by one.
char32_t next_code_point(std::string_view s, std::size_t& pos);
void append_utf8(std::string& out, char32_t c);
/// s with every invalid sequence replaced by U+FFFD.
std::string valid_utf8(std::string_view s);
/// Columns on a terminal: wide CJK and emoji count two, combining marks none.
std::size_t display_width(std::string_view s);
/// Pads with spaces or cuts with an ellipsis to exactly so many columns.
std::string fit(std::string_view s, std::size_t columns);
/// The longest prefix of at most n bytes that does not cut a code point.
std::string_view prefix_bytes(std::string_view s, std::size_t n);

/// Text from a model, a feed or a peer, made safe for a terminal: control characters except newline
/// and tab, format characters (bidi, zero width, tags), private use and line separators become
/// \u{XX}. Invalid UTF-8 becomes U+FFFD.
std::string printable(std::string_view s);
/// As printable(), with newline and tab escaped too.
std::string one_line(std::string_view s);
/// Text for a chat: what printable() would escape is left out, but joiners within a script or an
/// emoji stay.
std::string without_hidden(std::string_view s);
/// JSON text with the characters that printable() would show otherwise escaped, as JSON does.
std::string printable_json(std::string_view json);

/// "12" -> "12", 1234 -> "1.2 k", 1118000 -> "1.12 M".
std::string human_count(std::int64_t n);
/// "1 turn", "3 turns".
std::string counted(std::int64_t n, std::string_view one);
/// 512 B, 1.4 KiB, 2.1 GiB.
std::string human_bytes(std::uint64_t n);

/// The candidate nearest to word by edit distance, when it is near enough to be a typing mistake.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
/// " (did you mean 'x'?)" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace openclaw::base
