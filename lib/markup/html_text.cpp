// SPDX-License-Identifier: MIT
#include "markup/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace openclaw::markup {
namespace {

using Named = std::pair<std::string_view, std::string_view>;
// Those that texts really use: HTML 4's Latin 1 and its common symbols.
constexpr std::array<Named, 132> entities{{
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"ndash", "–"},  {"mdash", "—"},  {"hellip", "…"}, {"lsquo", "‘"},
    {"rsquo", "’"},  {"ldquo", "“"},  {"rdquo", "”"},  {"copy", "©"},   {"reg", "®"},
    {"euro", "€"},   {"pound", "£"},  {"deg", "°"},    {"middot", "·"}, {"bull", "•"},
    {"laquo", "«"},  {"raquo", "»"},  {"Agrave", "À"}, {"Aacute", "Á"}, {"Acirc", "Â"},
    {"Atilde", "Ã"}, {"Auml", "Ä"},   {"Aring", "Å"},  {"AElig", "Æ"},  {"Ccedil", "Ç"},
    {"Egrave", "È"}, {"Eacute", "É"}, {"Ecirc", "Ê"},  {"Euml", "Ë"},   {"Igrave", "Ì"},
    {"Iacute", "Í"}, {"Icirc", "Î"},  {"Iuml", "Ï"},   {"ETH", "Ð"},    {"Ntilde", "Ñ"},
    {"Ograve", "Ò"}, {"Oacute", "Ó"}, {"Ocirc", "Ô"},  {"Otilde", "Õ"}, {"Ouml", "Ö"},
    {"Oslash", "Ø"}, {"Ugrave", "Ù"}, {"Uacute", "Ú"}, {"Ucirc", "Û"},  {"Uuml", "Ü"},
    {"Yacute", "Ý"}, {"THORN", "Þ"},  {"szlig", "ß"},  {"agrave", "à"}, {"aacute", "á"},
    {"acirc", "â"},  {"atilde", "ã"}, {"auml", "ä"},   {"aring", "å"},  {"aelig", "æ"},
    {"ccedil", "ç"}, {"egrave", "è"}, {"eacute", "é"}, {"ecirc", "ê"},  {"euml", "ë"},
    {"igrave", "ì"}, {"iacute", "í"}, {"icirc", "î"},  {"iuml", "ï"},   {"eth", "ð"},
    {"ntilde", "ñ"}, {"ograve", "ò"}, {"oacute", "ó"}, {"ocirc", "ô"},  {"otilde", "õ"},
    {"ouml", "ö"},   {"oslash", "ø"}, {"ugrave", "ù"}, {"uacute", "ú"}, {"ucirc", "û"},
    {"uuml", "ü"},   {"yacute", "ý"}, {"thorn", "þ"},  {"yuml", "ÿ"},   {"iexcl", "¡"},
    {"cent", "¢"},   {"curren", "¤"}, {"yen", "¥"},    {"brvbar", "¦"}, {"sect", "§"},
    {"uml", "¨"},    {"ordf", "ª"},   {"not", "¬"},    {"macr", "¯"},   {"plusmn", "±"},
    {"sup1", "¹"},   {"sup2", "²"},   {"sup3", "³"},   {"acute", "´"},  {"micro", "µ"},
    {"para", "¶"},   {"cedil", "¸"},  {"ordm", "º"},   {"frac14", "¼"}, {"frac12", "½"},
    {"frac34", "¾"}, {"iquest", "¿"}, {"times", "×"},  {"divide", "÷"}, {"trade", "™"},
    {"larr", "←"},   {"rarr", "→"},   {"uarr", "↑"},   {"darr", "↓"},   {"minus", "−"},
    {"infin", "∞"},  {"asymp", "≈"},  {"ne", "≠"},     {"le", "≤"},     {"ge", "≥"},
    {"dagger", "†"}, {"permil", "‰"}, {"lsaquo", "‹"}, {"rsaquo", "›"}, {"oelig", "œ"},
    {"OElig", "Œ"},  {"scaron", "š"}, {"Scaron", "Š"}, {"sbquo", "‚"},  {"bdquo", "„"},
    {"check", "✓"},  {"star", "☆"},
}};

constexpr std::array<std::string_view, 34> blocks{
    "address", "article",  "aside",      "blockquote", "br",     "caption", "dd",   "div", "dl",
    "dt",      "fieldset", "figcaption", "figure",     "footer", "form",    "h1",   "h2",  "h3",
    "h4",      "h5",       "h6",         "header",     "hr",     "li",      "main", "nav", "ol",
    "p",       "pre",      "section",    "table",      "title",  "tr",      "ul"};

constexpr std::array<std::string_view, 5> hidden{"script", "style", "noscript", "template", "svg"};

template <std::size_t N>
bool in(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// Decodes the reference that begins at text[pos] ('&'), moving pos behind it.
void reference(std::string_view text, std::size_t& pos, std::string& out) {
  const auto end = text.substr(pos, 12).find(';');
  if (end != std::string_view::npos && end > 1) {
    auto name = text.substr(pos + 1, end - 1);
    if (name.front() == '#') {
      name.remove_prefix(1);
      const bool hex = !name.empty() && (name.front() == 'x' || name.front() == 'X');
      if (hex) name.remove_prefix(1);
      std::uint32_t code = 0;
      const auto [stop, ec] =
          std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
      if (ec == std::errc{} && stop == name.data() + name.size() && code > 0 && code < 0x110000 &&
          (code < 0xD800 || code > 0xDFFF)) {
        base::append_utf8(out, code);
        pos += end + 1;
        return;
      }
    }
    for (const auto& [key, value] : entities) {
      if (name != key) continue;
      out += value;
      pos += end + 1;
      return;
    }
  }
  out += text[pos++];
}

bool is_letter(char c) { return base::is_alnum(c) && (c < '0' || c > '9'); }

struct Tag {
  std::string name;
  bool closing = false;
  std::string href;
};

/// The value of the attribute href; attributes are read one after another, so that nothing inside
/// another's value counts.
std::string href_of(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\f/";
  while (true) {
    const auto begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(" \t\r\n\f/=", 1), text.size());
    const std::string name = base::lower(text.substr(0, end));
    text.remove_prefix(end);
    const auto next = text.find_first_not_of(space);
    if (next == std::string_view::npos || text[next] != '=') continue;
    text.remove_prefix(next + 1);
    const auto start = std::min(text.find_first_not_of(" \t\r\n\f"), text.size());
    text.remove_prefix(start);
    std::string_view value;
    if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
      const auto close = std::min(text.find(text.front(), 1), text.size());
      value = text.substr(1, close - 1);
      text.remove_prefix(std::min(close + 1, text.size()));
    } else {
      const auto stop = std::min(text.find_first_of(" \t\r\n\f"), text.size());
      value = text.substr(0, stop);
      text.remove_prefix(stop);
    }
    if (name != "href") continue;
    std::string out;
    for (std::size_t i = 0; i < value.size();) {
      if (value[i] == '&')
        reference(value, i, out);
      else
        out += value[i++];
    }
    return out;
  }
}

/// Reads the tag at html[pos] ('<'), moving pos behind it.
Tag read_tag(std::string_view html, std::size_t& pos) {
  Tag tag;
  std::size_t at = pos + 1;
  if (at < html.size() && html[at] == '/') tag.closing = true, ++at;
  while (at < html.size() && base::is_alnum(html[at])) tag.name += html[at++];
  tag.name = base::lower(tag.name);
  const std::size_t attributes = at;
  char quote = 0;
  for (; at < html.size(); ++at) {
    if (quote ? html[at] == quote : html[at] == '>') {
      if (!quote) break;
      quote = 0;
    } else if (!quote && (html[at] == '"' || html[at] == '\'') && html[at - 1] == '=') {
      quote = html[at];
    }
  }
  pos = std::min(at + 1, html.size());
  if (tag.name == "a" && !tag.closing)
    tag.href = href_of(html.substr(attributes, at - std::min(at, attributes)));
  return tag;
}

class Writer {
 public:
  void text(std::string_view s) {
    for (const char c : s) {
      const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
      if (space) {
        space_ = !out_.empty() && out_.back() != '\n';
      } else {
        if (std::exchange(space_, false)) out_ += ' ';
        out_ += c;
      }
    }
  }
  void line() {
    space_ = false;
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  bool space_ = false;
};

/// Moves pos behind the end tag of a hidden element.
void skip_element(std::string_view html, const std::string& name, std::size_t& pos) {
  const std::string end = "</" + name;
  while (pos < html.size()) {
    const auto at = html.find("</", pos);
    if (at == std::string_view::npos) {
      pos = html.size();
      return;
    }
    pos = at + 2;
    if (base::lower(html.substr(at, end.size())) == end) {
      const auto close = html.find('>', at);
      pos = close == std::string_view::npos ? html.size() : close + 1;
      return;
    }
  }
}

}  // namespace

std::string html_to_text(std::string_view html) {
  Writer out;
  std::string link;
  for (std::size_t pos = 0; pos < html.size();) {
    if (html.substr(pos, 4) == "<!--") {
      const auto end = html.find("-->", pos + 4);
      pos = end == std::string_view::npos ? html.size() : end + 3;
    } else if (html[pos] == '<' && pos + 1 < html.size() &&
               (is_letter(html[pos + 1]) || html[pos + 1] == '/' || html[pos + 1] == '!' ||
                html[pos + 1] == '?')) {
      const Tag tag = read_tag(html, pos);
      if (!tag.closing && in(tag.name, hidden)) skip_element(html, tag.name, pos);
      if (in(tag.name, blocks)) out.line();
      if (tag.name == "li" && !tag.closing) out.text("• ");
      if (tag.name == "a") {
        if (tag.closing && link.starts_with("http")) out.text(" <" + link + ">");
        link = tag.closing ? std::string() : tag.href;
      }
    } else if (html[pos] == '&') {
      std::string decoded;
      reference(html, pos, decoded);
      out.text(decoded);
    } else {
      const auto end = std::min(html.find_first_of("<&", pos + 1), html.size());
      out.text(html.substr(pos, end - pos));
      pos = end;
    }
  }
  return out.take();
}

std::string decode_reference(std::string_view text) {
  if (!text.starts_with('&')) return std::string(text);
  std::string out;
  std::size_t pos = 0;
  reference(text, pos, out);
  return pos == text.size() ? out : std::string(text);
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

}  // namespace openclaw::markup
