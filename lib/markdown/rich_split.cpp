// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.h"
#include "markdown/rich.h"

namespace openclaw::markdown {
namespace {

constexpr std::string_view blanks = " \t\n";

/// Where a prefix of at most so many units ends, in bytes; no character is cut.
std::size_t prefix_of(std::string_view text, std::size_t from, std::size_t most_units) {
  std::size_t pos = from, units = 0;
  while (pos < text.size()) {
    std::size_t next = pos;
    const std::size_t more = base::next_code_point(text, next) >= 0x10000 ? 2 : 1;
    if (units + more > most_units) break;
    units += more;
    pos = next;
  }
  return pos;
}

/// The best place to cut at or before `end`: after a blank line, a line, a space; never in the
/// first third, where the part would be too small.
std::size_t cut_before(std::string_view text, std::size_t from, std::size_t end) {
  const std::string_view part = text.substr(from, end - from);
  for (const std::string_view mark : {"\n\n", "\n", " "}) {
    const auto at = part.rfind(mark);
    if (at != std::string_view::npos && at > part.size() / 3) return from + at + mark.size();
  }
  return end;
}

/// Bytes [begin, end) of the text with the spans that reach into them; blanks at both ends go.
Rich slice(const Rich& rich, std::size_t begin, std::size_t end) {
  while (end > begin && blanks.find(rich.text[end - 1]) != std::string_view::npos) --end;
  // White space at the beginning of a line is an indent; only empty lines go.
  const auto first = rich.text.find_first_not_of(blanks, begin);
  if (first == std::string::npos || first >= end) return {};
  const auto line = rich.text.rfind('\n', first);
  if (line != std::string::npos && line + 1 > begin) begin = line + 1;
  Rich out;
  out.text = rich.text.substr(begin, end - begin);
  const std::size_t offset = utf16_length(std::string_view(rich.text).substr(0, begin));
  const std::size_t length = utf16_length(out.text);
  for (const auto& span : rich.spans) {
    const std::size_t from = std::max(span.offset, offset);
    const std::size_t to = std::min(span.offset + span.length, offset + length);
    if (to > from) out.spans.push_back({span.kind, from - offset, to - from, span.detail});
  }
  return out;
}

bool is_name_char(char c) { return base::is_alnum(c) || c == '-' || c == '_' || (c & 0x80) != 0; }

/// Endings that no client takes for a domain.
bool is_harmless_ending(std::string_view word) {
  static constexpr std::string_view known[]{"service", "timer", "mount", "socket", "conf", "json",
                                            "yaml",    "yml",   "toml",  "txt",    "log",  "cpp",
                                            "target",  "path",  "slice", "scope",  "db",   "gz"};
  return std::find(std::begin(known), std::end(known), word) != std::end(known);
}

/// A dot between the parts of a name whose last part has letters.
bool is_domain_dot(std::string_view text, std::size_t at) {
  if (at == 0 || at + 1 >= text.size() || !is_name_char(text[at - 1]) ||
      !is_name_char(text[at + 1]))
    return false;
  std::size_t end = at + 1, last = at + 1;
  while (end < text.size() && (is_name_char(text[end]) || text[end] == '.')) {
    if (text[end] == '.' && end + 1 < text.size() && is_name_char(text[end + 1])) last = end + 1;
    ++end;
  }
  const auto ending = text.substr(last, end - last);
  const bool letters = std::any_of(ending.begin(), ending.end(), [](char c) {
    return !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_';
  });
  return letters && !is_harmless_ending(ending.substr(0, ending.find('.')));
}

}  // namespace

std::vector<Rich> split(const Rich& rich, std::size_t most_units) {
  std::vector<Rich> out;
  for (std::size_t from = 0; from < rich.text.size();) {
    std::size_t end = prefix_of(rich.text, from, most_units);
    if (end < rich.text.size()) end = cut_before(rich.text, from, end);
    Rich part = slice(rich, from, end);
    if (!part.text.empty()) out.push_back(std::move(part));
    from = end;
  }
  return out;
}

Rich first_line(const Rich& rich, std::size_t most_units) {
  const auto begin = rich.text.find_first_not_of(blanks);
  if (begin == std::string::npos) return {};
  const auto line = rich.text.find('\n', begin);
  const std::size_t cut = prefix_of(rich.text, begin, most_units);
  return slice(rich, begin, std::min(cut, line == std::string::npos ? rich.text.size() : line));
}

namespace {

/// Whether the colon at pos makes an address of what follows: "tg://", "mailto:".
bool ends_a_scheme(std::string_view text, std::size_t pos) {
  std::size_t from = pos;
  while (from > 0 && pos - from < 12 && base::is_alnum(text[from - 1])) --from;
  const std::string word = base::lower(text.substr(from, pos - from));
  if (word == "http" || word == "https") return false;  // broken as a word
  if (text.substr(pos, 3) == "://") return true;
  for (const auto* scheme : {"mailto", "tel", "sms", "tg", "geo", "xmpp", "sip", "magnet", "data",
                             "javascript", "matrix"})
    if (word == scheme) return true;
  return false;
}

}  // namespace

void make_inert(Rich& rich) {
  std::vector<Span> code;
  for (const auto& span : rich.spans)
    if (span.kind == Span::Kind::code || span.kind == Span::Kind::pre) code.push_back(span);
  std::erase_if(rich.spans, [](const Span& s) { return s.kind == Span::Kind::link; });
  std::string out;
  out.reserve(rich.text.size());
  std::size_t units = 0;
  auto next_code = code.begin();
  const std::string_view text = rich.text;
  for (std::size_t pos = 0; pos < text.size();) {
    while (next_code != code.end() && next_code->offset + next_code->length <= units) ++next_code;
    const bool in_code = next_code != code.end() && next_code->offset <= units;
    std::size_t next = pos;
    const char32_t c = base::next_code_point(text, next);
    if (!in_code && (c == 't' || c == 'T') && pos > 0 && (text[pos - 1] | 0x20) == 'h' &&
        base::lower(text.substr(pos - 1, 4)) == "http") {
      // "tt" -> "xx"
      out += "xx";
      pos += 2;
      units += 2;
      continue;
    }
    if (!in_code && c == ':' && ends_a_scheme(text, pos))
      out += "\u2236";
    else if (!in_code && (c == 0x3002 || c == 0xFF0E || c == 0xFF61 ||  // dots of other scripts
                          (c == '.' && is_domain_dot(text, pos))))
      out += "\u2024";
    else
      out += text.substr(pos, next - pos);
    units += c >= 0x10000 ? 2 : 1;
    pos = next;
  }
  rich.text = std::move(out);
}

}  // namespace openclaw::markdown
