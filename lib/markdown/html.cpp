// SPDX-License-Identifier: MIT
#include "markdown/html.h"

#include <algorithm>
#include <optional>

#include <md4c.h>

#include "base/late.h"
#include "base/text.h"
#include "markdown/address.h"
#include "markup/html_text.h"

namespace openclaw::markdown {
namespace {

constexpr std::size_t most_levels = 24;

class Builder {
 public:
  explicit Builder(Links links) : links_(links) {}

  std::string build(std::string_view text) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML |
                   MD_FLAG_PERMISSIVEAUTOLINKS;
    parser.enter_block = [](MD_BLOCKTYPE t, void* d, void* u) { return self(u).enter(t, d); };
    parser.leave_block = [](MD_BLOCKTYPE, void*, void* u) { return self(u).leave(); };
    parser.enter_span = [](MD_SPANTYPE t, void* d, void* u) { return self(u).open(t, d); };
    parser.leave_span = [](MD_SPANTYPE t, void*, void* u) { return self(u).close(t); };
    parser.text = [](MD_TEXTTYPE t, const MD_CHAR* s, MD_SIZE n, void* u) {
      return self(u).take(t, std::string_view(s, n));
    };
    static const auto parse = OPENCLAW_LATE(OPENCLAW_LIBMD4C, md_parse);
    if (parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, this) != 0)
      return "<p>" + markup::escaped(text) + "</p>";
    while (out_.ends_with('\n')) out_.pop_back();
    return std::move(out_);
  }

 private:
  static Builder& self(void* user) { return *static_cast<Builder*>(user); }

  /// Opens an element, closes it with leave() or close(); beyond the deepest level it is left out.
  int begin(const std::string& name, const std::string& attributes = {}) {
    const bool shown = !name.empty() && levels_ < most_levels;
    ends_.push_back(shown ? name : std::string());
    if (!shown) return 0;
    ++levels_;
    out_ += "<" + name + attributes + ">";
    return 0;
  }
  int end(std::string_view after = {}) {
    if (ends_.empty()) return 0;
    if (!ends_.back().empty()) {
      --levels_;
      out_ += "</" + ends_.back() + ">";
      out_ += after;
    }
    ends_.pop_back();
    return 0;
  }

  int enter(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_H:
        return begin("h" + std::to_string(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level));
      case MD_BLOCK_P: return begin("p");
      case MD_BLOCK_QUOTE: return begin("blockquote");
      case MD_BLOCK_UL: return begin("ul");
      case MD_BLOCK_OL: {
        const auto start = static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start;
        return begin("ol", start == 1 ? "" : " start=\"" + std::to_string(start) + "\"");
      }
      case MD_BLOCK_LI: {
        begin("li");
        const auto& item = *static_cast<MD_BLOCK_LI_DETAIL*>(detail);
        if (item.is_task) out_ += item.task_mark == ' ' ? "☐ " : "☑ ";
        return 0;
      }
      case MD_BLOCK_HR: out_ += "<hr>"; return begin("");
      case MD_BLOCK_CODE: return code(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang);
      case MD_BLOCK_TABLE: return begin("table");
      case MD_BLOCK_THEAD: return begin("thead");
      case MD_BLOCK_TBODY: return begin("tbody");
      case MD_BLOCK_TR: return begin("tr");
      case MD_BLOCK_TH: return begin("th");
      case MD_BLOCK_TD: return begin("td");
      default: return begin("");
    }
  }

  /// The content of a code block is one element: it is text alone.
  int code(const MD_ATTRIBUTE& lang) {
    const std::string name{base::prefix_bytes({lang.text, lang.size}, 30)};
    begin("pre");
    in_code_ = true;
    out_ += "<code";
    if (!name.empty()) out_ += " class=\"language-" + markup::escaped(name) + "\"";
    out_ += ">";
    return 0;
  }

  int leave() {
    if (in_code_) {
      out_ += "</code>";
      in_code_ = false;
      // Deeper than the deepest level the block stands without its frame.
      if (ends_.back().empty()) out_ += "\n";
    }
    return end("\n");
  }

  int open(MD_SPANTYPE type, void* detail) {
    switch (type) {
      case MD_SPAN_STRONG: return begin("strong");
      case MD_SPAN_EM: return begin("em");
      case MD_SPAN_DEL: return begin("del");
      case MD_SPAN_CODE: in_code_span_ = true; return begin("code");
      case MD_SPAN_A: return link(static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
      case MD_SPAN_IMG: return link(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src);
      default: return begin("");
    }
  }

  /// A picture is a link too: nothing is fetched by looking at a message.
  int link(const MD_ATTRIBUTE& to) {
    const std::string address = base::without_hidden(base::valid_utf8({to.text, to.size}));
    ++links_open_;
    link_began_ = out_.size();
    link_address_ = address;
    const bool live = links_ == Links::live && links_open_ == 1 && can_be_followed(address);
    begin(live ? "a" : "", " href=\"" + markup::escaped(address) + "\"");
    link_began_ = out_.size();
    return 0;
  }

  int close(MD_SPANTYPE type) {
    if (type == MD_SPAN_CODE) in_code_span_ = false;
    if (type == MD_SPAN_A || type == MD_SPAN_IMG) {
      if (out_.size() == link_began_) put(link_address_);  // nothing to see in it
      --links_open_;
    }
    return end();
  }

  void put(std::string text) {
    if (links_ == Links::inert && !in_code_ && !in_code_span_) {
      Rich rich{std::move(text), {}};
      make_inert(rich);
      text = std::move(rich.text);
    }
    out_ += markup::escaped(text);
  }

  int take(MD_TEXTTYPE type, std::string_view text) {
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
      out_ += "<br>";
    else if (type == MD_TEXT_NULLCHAR)
      out_ += "\uFFFD";
    else if (type == MD_TEXT_ENTITY)
      put(base::without_hidden(markup::decode_reference(text)));
    else
      put(std::string(text));
    return 0;
  }

  Links links_;
  std::string out_;
  std::vector<std::string> ends_;  ///< of the open elements; empty = not shown
  std::size_t levels_ = 0, links_open_ = 0, link_began_ = 0;
  std::string link_address_;
  bool in_code_ = false, in_code_span_ = false;
};

const char* element_of(Span::Kind kind) {
  switch (kind) {
    case Span::Kind::bold: return "strong";
    case Span::Kind::italic: return "em";
    case Span::Kind::strike: return "del";
    case Span::Kind::code: return "code";
    case Span::Kind::pre: return "pre";
    case Span::Kind::quote: return "blockquote";
    case Span::Kind::link: return "a";
  }
  return "span";
}

}  // namespace

std::string to_html(std::string_view text, Links links) {
  return Builder(links).build(base::without_hidden(base::valid_utf8(text)));
}

std::string to_html(const Rich& rich) {
  std::string out;
  std::vector<const Span*> open;
  const auto end_of = [](const Span& s) { return s.offset + s.length; };
  const auto begin = [&](const Span& span) {
    out += std::string("<") + element_of(span.kind);
    if (span.kind == Span::Kind::link) out += " href=\"" + markup::escaped(span.detail) + "\"";
    out += ">";
    open.push_back(&span);
  };
  std::size_t next = 0, unit = 0;
  for (std::size_t pos = 0; pos <= rich.text.size();) {
    // Elements nest: what has to end takes down what lies in it, which begins again.
    std::vector<const Span*> again;
    const auto ends_here = [&](const Span* s) { return end_of(*s) <= unit; };
    while (std::any_of(open.begin(), open.end(), ends_here)) {
      out += std::string("</") + element_of(open.back()->kind) + ">";
      if (!ends_here(open.back())) again.push_back(open.back());
      open.pop_back();
    }
    for (auto at = again.rbegin(); at != again.rend(); ++at) begin(**at);
    for (; next < rich.spans.size() && rich.spans[next].offset <= unit; ++next)
      if (end_of(rich.spans[next]) > unit) begin(rich.spans[next]);
    if (pos == rich.text.size()) break;
    const std::size_t from = pos;
    const char32_t c = base::next_code_point(rich.text, pos);
    unit += c > 0xFFFF ? 2 : 1;
    const bool in_pre = std::any_of(open.begin(), open.end(),
                                    [](const Span* s) { return s->kind == Span::Kind::pre; });
    if (c == '\n' && !in_pre)
      out += "<br>";
    else
      out += markup::escaped(std::string_view(rich.text).substr(from, pos - from));
  }
  while (!open.empty()) {
    out += std::string("</") + element_of(open.back()->kind) + ">";
    open.pop_back();
  }
  return out;
}

}  // namespace openclaw::markdown
