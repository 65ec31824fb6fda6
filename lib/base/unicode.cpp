// SPDX-License-Identifier: MIT
// The parts of text.h that need to know code points.
#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.h"

namespace openclaw::base {
namespace {

struct Range {
  char32_t first, last;
};

// General categories Cf, Zl, Zp, Co and noncharacters that a terminal or a reader could be fooled
// by (Unicode 15). Cc is tested apart.
constexpr std::array hidden{
    Range{0xAD, 0xAD},       Range{0x600, 0x605},     Range{0x61C, 0x61C},
    Range{0x6DD, 0x6DD},     Range{0x70F, 0x70F},     Range{0x890, 0x891},
    Range{0x8E2, 0x8E2},     Range{0x115F, 0x1160},   Range{0x180B, 0x180F},
    Range{0x200B, 0x200F},   Range{0x2028, 0x202E},   Range{0x2060, 0x206F},
    Range{0x3164, 0x3164},   Range{0xD800, 0xF8FF},   Range{0xFEFF, 0xFEFF},
    Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB},   Range{0x110BD, 0x110BD},
    Range{0x110CD, 0x110CD}, Range{0x13430, 0x1343F}, Range{0x1BCA0, 0x1BCA3},
    Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE0FFF}, Range{0xF0000, 0x10FFFF}};

constexpr std::array wide{Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},
                          Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},
                          Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},   Range{0x26C4, 0x26C5},
                          Range{0x2705, 0x2705},   Range{0x270A, 0x270B},   Range{0x2728, 0x2728},
                          Range{0x274C, 0x274C},   Range{0x2753, 0x2755},   Range{0x2757, 0x2757},
                          Range{0x2795, 0x2797},   Range{0x27B0, 0x27B0},   Range{0x2B1B, 0x2B1C},
                          Range{0x2B50, 0x2B50},   Range{0x2B55, 0x2B55},   Range{0x2E80, 0x303E},
                          Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
                          Range{0xA000, 0xA4CF},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
                          Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},
                          Range{0x1F004, 0x1F004}, Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
                          Range{0x1F7E0, 0x1F7EB}, Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF},
                          Range{0x20000, 0x3FFFD}};

constexpr std::array combining{Range{0x300, 0x36F},   Range{0x483, 0x489},   Range{0x591, 0x5BD},
                               Range{0x610, 0x61A},   Range{0x64B, 0x65F},   Range{0x1AB0, 0x1AFF},
                               Range{0x1DC0, 0x1DFF}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F},
                               Range{0xFE20, 0xFE2F}};

template <std::size_t N>
bool within(char32_t c, const std::array<Range, N>& table) {
  const auto at = std::upper_bound(table.begin(), table.end(), c,
                                   [](char32_t value, const Range& r) { return value < r.first; });
  return at != table.begin() && c <= std::prev(at)->last;
}

std::string filter(std::string_view s, std::string_view keep) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t pos = 0; pos < s.size();) {
    const char32_t c = next_code_point(s, pos);
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    if (control && c < 0x80 && keep.find(static_cast<char>(c)) != std::string_view::npos)
      out += static_cast<char>(c);
    else if (c == 0xFE0E || c == 0xFE0F)  // emoji presentation: harmless
      append_utf8(out, c);
    else if (control || within(c, hidden))
      out += fmt::format("\\u{{{:X}}}", static_cast<std::uint32_t>(c));
    else
      append_utf8(out, c);
  }
  return out;
}

}  // namespace

char32_t next_code_point(std::string_view s, std::size_t& pos) {
  const auto lead = static_cast<unsigned char>(s[pos]);
  if (lead < 0x80) return ++pos, lead;
  const std::size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr char32_t bad = 0xFFFD;
  if (lead < 0xC2 || lead > 0xF4 || pos + n > s.size()) return ++pos, bad;
  char32_t c = lead & (0xFFU >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) {
    const auto next = static_cast<unsigned char>(s[pos + i]);
    if ((next & 0xC0) != 0x80) return ++pos, bad;
    c = (c << 6) | (next & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return ++pos, bad;
  pos += n;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto push = [&out](char32_t v) { out += static_cast<char>(static_cast<unsigned char>(v)); };
  if (c < 0x80) return push(c);
  if (c < 0x800) return push(0xC0 | (c >> 6)), push(0x80 | (c & 63));
  if (c < 0x10000)
    return push(0xE0 | (c >> 12)), push(0x80 | ((c >> 6) & 63)), push(0x80 | (c & 63));
  push(0xF0 | (c >> 18));
  push(0x80 | ((c >> 12) & 63));
  push(0x80 | ((c >> 6) & 63));
  push(0x80 | (c & 63));
}

std::string valid_utf8(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t pos = 0; pos < s.size();) append_utf8(out, next_code_point(s, pos));
  return out;
}

std::size_t display_width(std::string_view s) {
  std::size_t columns = 0;
  for (std::size_t pos = 0; pos < s.size();) {
    const char32_t c = next_code_point(s, pos);
    if (c < 0x20 || within(c, combining) || within(c, hidden)) continue;
    columns += within(c, wide) ? 2U : 1U;
  }
  return columns;
}

std::string fit(std::string_view s, std::size_t columns) {
  const std::size_t have = display_width(s);
  if (columns == 0) return {};
  if (have <= columns) return std::string(s) + std::string(columns - have, ' ');
  std::string out;
  std::size_t used = 0;
  for (std::size_t pos = 0; pos < s.size();) {
    const std::size_t from = pos;
    next_code_point(s, pos);
    const auto piece = s.substr(from, pos - from);
    if (used + display_width(piece) + 1 > columns) break;
    used += display_width(piece);
    out += piece;
  }
  return out + "…" + std::string(columns - used - 1, ' ');
}

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t pos = 0; pos < json.size();) {
    const char32_t c = next_code_point(json, pos);
    const bool escape =
        (c >= 0x7F && c < 0xA0) || (within(c, hidden) && c != 0xFE0E && c != 0xFE0F);
    if (!escape)
      append_utf8(out, c);
    else if (c < 0x10000)
      out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(c));
    else
      out += fmt::format("\\u{:04X}\\u{:04X}",
                         0xD800 + ((static_cast<std::uint32_t>(c) - 0x10000) >> 10),
                         0xDC00 + ((static_cast<std::uint32_t>(c) - 0x10000) & 0x3FF));
  }
  return out;
}

std::string printable(std::string_view s) { return filter(s, "\n\t"); }
std::string one_line(std::string_view s) { return filter(s, ""); }

std::string without_hidden(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  char32_t before = 0;
  for (std::size_t pos = 0; pos < s.size();) {
    const char32_t c = next_code_point(s, pos);
    const bool joins = (c == 0x200C || c == 0x200D) && before > 0x2FF;
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
    const bool presents = c == 0xFE0E || c == 0xFE0F;
    if (control || (within(c, hidden) && !presents && !joins)) continue;
    append_utf8(out, c);
    before = joins ? 0 : c;
  }
  return out;
}

}  // namespace openclaw::base
