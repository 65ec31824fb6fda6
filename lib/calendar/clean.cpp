// SPDX-License-Identifier: MIT
#include "calendar/clean.h"

#include "base/text.h"

namespace openclaw::calendar {
namespace {

std::string unfold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!is_crlf && text[i] != '\n') {
      out += text[i];
      continue;
    }
    if (is_crlf) ++i;
    if (i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t'))
      ++i;
    else
      out += '\n';
  }
  return out;
}

}  // namespace

std::string clean(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string lines = base::valid_utf8(unfold(text));
  std::string out;
  out.reserve(lines.size() + lines.size() / 16);
  int depth = 0;
  for (const auto line : base::split(lines, '\n')) {
    const std::string word = base::lower(line.substr(0, 6));
    if (word == "begin:") ++depth;
    if (word.starts_with("end:") && --depth < 0) {
      depth = 0;
      continue;
    }
    out += line;
    out += "\r\n";
  }
  return out;
}

}  // namespace openclaw::calendar
