// SPDX-License-Identifier: MIT
#include "markdown/terminal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <md4c.h>

#include "base/late.h"
#include "base/text.h"
#include "markup/html_text.h"

namespace openclaw::markdown {
namespace {

// Deeper ones are drawn like these: a line must not grow with its depth.
constexpr std::size_t most_levels = 12;
constexpr std::string_view bar = "│ ";

class Renderer {
 public:
  explicit Renderer(const TerminalStyle& style) : style_(style) {}

  std::string render(std::string_view text) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML |
                   MD_FLAG_PERMISSIVEAUTOLINKS;
    parser.enter_block = [](MD_BLOCKTYPE t, void* d, void* u) { return self(u).enter(t, d); };
    parser.leave_block = [](MD_BLOCKTYPE t, void*, void* u) { return self(u).leave(t); };
    parser.enter_span = [](MD_SPANTYPE t, void* d, void* u) { return self(u).span(t, d, true); };
    parser.leave_span = [](MD_SPANTYPE t, void* d, void* u) { return self(u).span(t, d, false); };
    parser.text = [](MD_TEXTTYPE t, const MD_CHAR* s, MD_SIZE n, void* u) {
      return self(u).text(t, std::string_view(s, n));
    };
    static const auto parse = OPENCLAW_LATE(OPENCLAW_LIBMD4C, md_parse);
    if (parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, this) != 0)
      return std::string(text);
    while (out_.ends_with("\n\n")) out_.pop_back();
    return std::move(out_);
  }

 private:
  static Renderer& self(void* user) { return *static_cast<Renderer*>(user); }
  void code(const char* sequence) {
    if (style_.colour) current() += sequence;
  }
  std::string& current() { return in_cell_ ? cell_ : line_; }

  int enter(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_H: code("\x1b[1m"); break;
      case MD_BLOCK_CODE: in_code_ = true; break;
      case MD_BLOCK_QUOTE:
        if (++quotes_ <= most_levels) prefix_ += bar;
        break;
      case MD_BLOCK_UL: lists_.push_back(0); break;
      case MD_BLOCK_OL: lists_.push_back(static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start); break;
      case MD_BLOCK_LI: {
        flush(false);
        const auto* item = static_cast<MD_BLOCK_LI_DETAIL*>(detail);
        const std::string indent(std::min(lists_.size() - 1, most_levels) * 2, ' ');
        if (item->is_task)
          line_ = indent + (item->task_mark == ' ' ? "☐ " : "☑ ");
        else if (lists_.back() == 0)
          line_ = indent + "• ";
        else
          line_ = indent + std::to_string(lists_.back()++) + ". ";
        break;
      }
      case MD_BLOCK_HR: line_ = std::string(0, ' ') + "———"; break;
      case MD_BLOCK_TABLE: rows_.clear(); break;
      case MD_BLOCK_TR: rows_.emplace_back(); break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD: in_cell_ = true; break;
      default: break;
    }
    return 0;
  }

  int leave(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_H:
        code("\x1b[0m");
        flush(true);
        break;
      case MD_BLOCK_P: flush(lists_.empty()); break;
      case MD_BLOCK_CODE:
        in_code_ = false;
        flush(true);
        break;
      case MD_BLOCK_QUOTE:
        if (quotes_-- <= most_levels) prefix_.resize(prefix_.size() - bar.size());
        break;
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        lists_.pop_back();
        if (lists_.empty()) out_ += '\n';
        break;
      case MD_BLOCK_LI: flush(false); break;
      case MD_BLOCK_HR: flush(true); break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        in_cell_ = false;
        rows_.back().push_back(std::exchange(cell_, {}));
        break;
      case MD_BLOCK_TABLE: table(); break;
      default: break;
    }
    return 0;
  }

  int span(MD_SPANTYPE type, void* detail, bool enter) {
    switch (type) {
      case MD_SPAN_STRONG: code(enter ? "\x1b[1m" : "\x1b[22m"); break;
      case MD_SPAN_EM: code(enter ? "\x1b[3m" : "\x1b[23m"); break;
      case MD_SPAN_DEL: code(enter ? "\x1b[9m" : "\x1b[29m"); break;
      case MD_SPAN_CODE: code(enter ? "\x1b[36m" : "\x1b[39m"); break;
      case MD_SPAN_A:
        if (enter) {
          link_start_ = current().size();
        } else {
          const auto& href = static_cast<MD_SPAN_A_DETAIL*>(detail)->href;
          const std::string target(href.text, href.size);
          if (current().substr(std::min(link_start_, current().size())) != target)
            current() += " <" + target + ">";
        }
        break;
      default: break;
    }
    return 0;
  }

  int text(MD_TEXTTYPE type, std::string_view s) {
    if (type == MD_TEXT_SOFTBR || type == MD_TEXT_BR) {
      current() += in_cell_ ? ' ' : '\n';
    } else if (type == MD_TEXT_ENTITY) {
      current() += base::printable(markup::decode_reference(s));
    } else {
      current() += s;
    }
    return 0;
  }

  void flush(bool gap) {
    if (line_.empty()) return;
    while (line_.ends_with('\n')) line_.pop_back();
    for (const auto row : base::split(line_, '\n')) out_ += prefix_ + std::string(row) + "\n";
    if (gap) out_ += '\n';
    line_.clear();
  }

  void table() {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths.size() <= i) widths.push_back(0);
        widths[i] = std::max(widths[i], base::display_width(row[i]));
      }
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      for (std::size_t i = 0; i < rows_[r].size(); ++i)
        out_ +=
            rows_[r][i] +
            std::string(widths[i] + 2 - std::min(widths[i], base::display_width(rows_[r][i])), ' ');
      out_ += '\n';
      if (r != 0) continue;
      for (const auto w : widths) {
        for (std::size_t i = 0; i < w; ++i) out_ += "─";
        out_ += "  ";
      }
      out_ += '\n';
    }
    out_ += '\n';
  }

  const TerminalStyle& style_;
  std::string out_, line_, prefix_, cell_;
  std::size_t quotes_ = 0;
  std::vector<unsigned> lists_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t link_start_ = 0;
  bool in_code_ = false;
  bool in_cell_ = false;
};

}  // namespace

std::string to_terminal(std::string_view text, const TerminalStyle& style) {
  return Renderer(style).render(text);
}

}  // namespace openclaw::markdown
