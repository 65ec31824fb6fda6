// SPDX-License-Identifier: MIT
#include "markdown/rich.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <md4c.h>

#include "base/late.h"
#include "base/text.h"
#include "markdown/address.h"
#include "markup/html_text.h"

namespace openclaw::markdown {
namespace {

constexpr std::size_t widest_table = 40;  // columns of a phone
constexpr std::size_t most_levels = 12;
using Kind = Span::Kind;

/// A server trims these as it trims spaces: one unit each, as a space is.
void plain_blanks(std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t pos = 0; pos < text.size();) {
    const std::size_t from = pos;
    const char32_t c = base::next_code_point(text, pos);
    const bool blank = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
                       c == 0x205F || c == 0x2800 || c == 0x3000;
    if (blank)
      out += ' ';
    else
      out += text.substr(from, pos - from);
  }
  text = std::move(out);
}

/// md4c's events to text and spans. Spans may overlap as Markdown nests them; tidy() mends that.
class Builder {
 public:
  explicit Builder(Links links) : links_(links) {}

  Rich build(std::string_view text) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML |
                   MD_FLAG_PERMISSIVEAUTOLINKS;
    parser.enter_block = [](MD_BLOCKTYPE t, void* d, void* u) { return self(u).enter(t, d); };
    parser.leave_block = [](MD_BLOCKTYPE t, void* d, void* u) { return self(u).leave(t, d); };
    parser.enter_span = [](MD_SPANTYPE t, void* d, void* u) { return self(u).open(t, d); };
    parser.leave_span = [](MD_SPANTYPE t, void*, void* u) { return self(u).close(t); };
    parser.text = [](MD_TEXTTYPE t, const MD_CHAR* s, MD_SIZE n, void* u) {
      return self(u).take(t, std::string_view(s, n));
    };
    static const auto parse = OPENCLAW_LATE(OPENCLAW_LIBMD4C, md_parse);
    if (parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, this) != 0) {
      out_ = {};
      units_ = 0;
      put(text);
    }
    return std::move(out_);
  }

 private:
  struct Open {
    Kind kind;
    std::size_t offset;
    std::string detail;
  };
  static Builder& self(void* user) { return *static_cast<Builder*>(user); }

  void put(std::string_view text) {
    out_.text += text;
    units_ += utf16_length(text);
  }
  /// An empty line between blocks, none within a tight list.
  void gap() {
    if (out_.text.empty()) return;
    const std::size_t have =
        out_.text.size() - std::min(out_.text.size(), out_.text.find_last_not_of('\n') + 1);
    for (std::size_t i = have; i < (lists_.empty() ? 2U : 1U); ++i) put("\n");
  }
  void line() {
    if (!out_.text.empty() && !out_.text.ends_with('\n')) put("\n");
  }
  void span(Kind kind, std::size_t offset, std::string detail = {}) {
    if (units_ > offset) out_.spans.push_back({kind, offset, units_ - offset, std::move(detail)});
  }
  void begin(Kind kind, std::string detail = {}) {
    open_.push_back({kind, units_, std::move(detail)});
  }
  void end(Kind kind) {
    for (std::size_t i = open_.size(); i-- > 0;) {
      if (open_[i].kind != kind) continue;
      span(kind, open_[i].offset, open_[i].detail);
      open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  int enter(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_H:
        gap();
        begin(Kind::bold);
        break;
      case MD_BLOCK_P:
        if (!fresh_item_) gap();
        fresh_item_ = false;
        break;
      case MD_BLOCK_QUOTE:
        gap();
        if (quotes_++ == 0) begin(Kind::quote);
        break;
      case MD_BLOCK_CODE: {
        gap();
        const auto& lang = static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang;
        begin(Kind::pre, std::string(base::prefix_bytes({lang.text, lang.size}, 30)));
        break;
      }
      case MD_BLOCK_UL:
      case MD_BLOCK_OL: {
        if (lists_.empty())
          gap();
        else
          line();
        const auto* ordered = static_cast<MD_BLOCK_OL_DETAIL*>(detail);
        lists_.push_back(type == MD_BLOCK_OL ? std::optional(ordered->start) : std::nullopt);
        break;
      }
      case MD_BLOCK_LI: item(*static_cast<MD_BLOCK_LI_DETAIL*>(detail)); break;
      case MD_BLOCK_HR:
        gap();
        put("———");
        break;
      case MD_BLOCK_TABLE: rows_.clear(); break;
      case MD_BLOCK_TR: rows_.emplace_back(); break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD: cell_.emplace(); break;
      default: break;
    }
    return 0;
  }

  void item(const MD_BLOCK_LI_DETAIL& detail) {
    line();
    put(std::string(std::min(lists_.size() - 1, most_levels) * 2, ' '));
    if (detail.is_task)
      put(detail.task_mark == ' ' ? "☐ " : "☑ ");
    else if (lists_.back())
      put(std::to_string((*lists_.back())++) + ". ");
    else
      put("• ");
    fresh_item_ = true;
  }

  int leave(MD_BLOCKTYPE type, void*) {
    switch (type) {
      case MD_BLOCK_H: end(Kind::bold); break;
      case MD_BLOCK_QUOTE:
        if (--quotes_ == 0) end(Kind::quote);
        break;
      case MD_BLOCK_CODE:
        while (out_.text.ends_with('\n')) {
          out_.text.pop_back();
          --units_;
        }
        end(Kind::pre);
        break;
      case MD_BLOCK_UL:
      case MD_BLOCK_OL: lists_.pop_back(); break;
      case MD_BLOCK_LI: fresh_item_ = false; break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD: rows_.back().push_back(*std::exchange(cell_, std::nullopt)); break;
      case MD_BLOCK_TABLE: table(); break;
      default: break;
    }
    return 0;
  }

  static std::optional<Kind> kind_of(MD_SPANTYPE type) {
    switch (type) {
      case MD_SPAN_STRONG: return Kind::bold;
      case MD_SPAN_EM: return Kind::italic;
      case MD_SPAN_DEL: return Kind::strike;
      case MD_SPAN_CODE: return Kind::code;
      case MD_SPAN_A:
      case MD_SPAN_IMG: return Kind::link;
      default: return std::nullopt;
    }
  }

  int open(MD_SPANTYPE type, void* detail) {
    const auto kind = kind_of(type);
    if (cell_ || !kind) return 0;
    std::string address;
    if (type == MD_SPAN_A) {
      const auto& href = static_cast<MD_SPAN_A_DETAIL*>(detail)->href;
      address.assign(href.text, href.size);
    } else if (type == MD_SPAN_IMG) {
      const auto& src = static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src;
      address.assign(src.text, src.size);
    }
    begin(*kind, std::move(address));
    return 0;
  }

  int close(MD_SPANTYPE type) {
    const auto kind = kind_of(type);
    if (cell_ || !kind) return 0;
    if (*kind != Kind::link) {
      end(*kind);
      return 0;
    }
    const auto at = std::find_if(open_.rbegin(), open_.rend(),
                                 [](const Open& o) { return o.kind == Kind::link; });
    if (at == open_.rend()) return 0;
    const std::string address = at->detail;
    if (units_ == at->offset) put(base::without_hidden(address));  // a picture without words
    if (links_ == Links::live && can_be_followed(address))
      end(Kind::link);
    else
      open_.erase(std::next(at).base());
    return 0;
  }

  int take(MD_TEXTTYPE type, std::string_view s) {
    std::string text;
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
      text = cell_ ? " " : "\n";
    else if (type == MD_TEXT_NULLCHAR)
      text = "\uFFFD";
    else if (type == MD_TEXT_ENTITY)
      text = base::without_hidden(markup::decode_reference(s));
    else
      text = s;
    if (type != MD_TEXT_BR && type != MD_TEXT_SOFTBR) fresh_item_ = false;
    if (cell_)
      *cell_ += text;
    else
      put(text);
    return 0;
  }

  void table() {
    std::vector<std::size_t> widths;
    for (auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths.size() <= i) widths.push_back(0);
        widths[i] = std::max(widths[i], base::display_width(row[i]));
      }
    std::size_t whole = widths.empty() ? 0 : 2 * (widths.size() - 1);
    for (const auto width : widths) whole += width;
    gap();
    if (whole > widest_table) return as_lines();
    begin(Kind::pre);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if (r > 0) put("\n");
      std::string drawn;
      for (std::size_t i = 0; i < rows_[r].size(); ++i)
        drawn += base::fit(rows_[r][i], widths[i]) + "  ";
      put(drawn.substr(0, drawn.find_last_not_of(' ') + 1));
    }
    end(Kind::pre);
  }

  /// "key: value", a paragraph for each row.
  void as_lines() {
    for (std::size_t r = 1; r < rows_.size(); ++r) {
      if (r > 1) put("\n\n");
      for (std::size_t i = 0; i < rows_[r].size(); ++i) {
        if (i > 0) put("\n");
        if (i < rows_[0].size() && !rows_[0][i].empty()) put(rows_[0][i] + ": ");
        put(rows_[r][i]);
      }
    }
    if (rows_.size() != 1) return;
    for (std::size_t i = 0; i < rows_[0].size(); ++i) put((i > 0 ? " · " : "") + rows_[0][i]);
  }

  Links links_;
  Rich out_;
  std::size_t units_ = 0;
  std::vector<Open> open_;
  std::vector<std::optional<unsigned>> lists_;
  std::vector<std::vector<std::string>> rows_;
  std::optional<std::string> cell_;
  std::size_t quotes_ = 0;
  bool fresh_item_ = false;
};

bool is_code(const Span& span) { return span.kind == Kind::code || span.kind == Kind::pre; }
std::size_t end_of(const Span& span) { return span.offset + span.length; }

/// Cuts other styles where code is, and drops what lies within the same style.
void tidy(Rich& rich) {
  std::vector<Span> code, rest, out;
  for (auto& span : rich.spans) (is_code(span) ? code : rest).push_back(std::move(span));
  const auto earlier = [](const Span& a, const Span& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.length > b.length;
  };
  std::sort(code.begin(), code.end(), earlier);
  std::sort(rest.begin(), rest.end(), earlier);
  std::map<Kind, std::size_t> covered;
  for (auto& span : rest) {
    std::size_t& until = covered[span.kind];
    if (end_of(span) <= until) continue;
    until = end_of(span);
    if (span.kind == Kind::quote) {
      out.push_back(std::move(span));
      continue;
    }
    const std::size_t end = end_of(span);
    auto hole = std::partition_point(code.begin(), code.end(),
                                     [&](const Span& c) { return end_of(c) <= span.offset; });
    for (; hole != code.end() && hole->offset < end; ++hole) {
      if (hole->offset > span.offset)
        out.push_back({span.kind, span.offset, hole->offset - span.offset, span.detail});
      span.offset = std::min(end, end_of(*hole));
    }
    span.length = end - span.offset;
    if (span.length > 0) out.push_back(std::move(span));
  }
  out.insert(out.end(), code.begin(), code.end());
  std::stable_sort(out.begin(), out.end(), earlier);
  rich.spans = std::move(out);
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) != 0x80 ? (byte >= 0xF0 ? 2U : 1U) : 0U;
  }
  return units;
}

Rich to_rich(std::string_view text, Links links) {
  Rich rich = Builder(links).build(base::without_hidden(base::valid_utf8(text)));
  tidy(rich);
  plain_blanks(rich.text);
  if (links == Links::inert) make_inert(rich);
  return rich;
}

}  // namespace openclaw::markdown
