// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::markdown {

/// A stretch of text with one style; offset and length in UTF-16 units, as the Bot API's
/// MessageEntity counts them.
struct Span {
  enum class Kind { bold, italic, strike, code, pre, quote, link };
  Kind kind = Kind::bold;
  std::size_t offset = 0, length = 0;
  std::string detail;  ///< link: the address; pre: the language
  bool operator==(const Span&) const = default;
};

/// Text and its styles. code and pre overlap no other style but quote, quotes do not nest, no span
/// is empty or begins or ends in white space that a server would trim.
struct Rich {
  std::string text;  ///< valid UTF-8, no control or bidi characters
  std::vector<Span> spans;
};

/// What becomes of addresses in the text.
enum class Links {
  live,   ///< http, https and mailto are links
  inert,  ///< no address can be followed: schemes are broken, names lose their dots
};

/// Markdown as rich text: headings bold, lists with bullets, tables as columns in one pre, or as
/// "key: value" lines where wider than 40 columns. Never fails; linear in the input.
Rich to_rich(std::string_view text, Links links = Links::live);

/// Breaks every address that a client would make a link of, outside code: "http" becomes "hxxp", a
/// dot in a name the one dot leader. Lengths in UTF-16 units stay.
void make_inert(Rich& rich);

/// UTF-16 units of UTF-8 text.
std::size_t utf16_length(std::string_view text);

/// Cuts into messages of at most so many units (≥ 64), at a blank line, a line, a space or a
/// character, in this order; spans go on in the next one. No part is blank; a blank text has none.
std::vector<Rich> split(const Rich& rich, std::size_t most_units);

/// The first line that is not blank, at most so many units, with its spans.
Rich first_line(const Rich& rich, std::size_t most_units);

}  // namespace openclaw::markdown
