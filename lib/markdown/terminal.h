// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

/// markdown may use base; it is the only room that sees md4c.
namespace openclaw::markdown {

struct TerminalStyle {
  bool colour = true;
  std::size_t width = 80;
};

/// Markdown for a terminal: bold, italic, code, lists, quotes, tables and links as text. The text
/// was already made printable; nothing in it can add an escape sequence of its own.
std::string to_terminal(std::string_view text, const TerminalStyle& style);

}  // namespace openclaw::markdown
