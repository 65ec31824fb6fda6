// SPDX-License-Identifier: MIT
#include "xml/element.h"

#include <climits>
#include <memory>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/error.h"
#include "base/late.h"
#include "base/text.h"
#include "markup/html_text.h"

namespace openclaw::xml {
namespace {

constexpr int most_depth = 100;
constexpr std::size_t most_elements = 400000;

std::string text(const xmlChar* s) {
  return s ? base::valid_utf8(reinterpret_cast<const char*>(s)) : std::string();
}

class Builder {
 public:
  Element build(const xmlNode* node, int depth) {
    if (depth > most_depth || ++count_ > most_elements)
      throw base::ProtocolError("the XML is nested too deeply or has too many elements");
    Element out;
    out.name = text(node->name);
    if (node->ns) out.ns = text(node->ns->href);
    for (const xmlAttr* a = node->properties; a; a = a->next)
      out.attributes.emplace(text(a->name), plain(a->children));
    for (const xmlNode* n = node->children; n; n = n->next) {
      if (n->type == XML_ELEMENT_NODE)
        out.children.push_back(build(n, depth + 1));
      else if (auto piece = piece_of(n); !piece.empty())
        out.children.push_back({{}, {}, std::move(piece), {}, {}});
    }
    return out;
  }

 private:
  /// Entities that nobody declared are HTML's or stay what they are; declared ones are not
  /// expanded.
  static std::string piece_of(const xmlNode* n) {
    if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) return text(n->content);
    if (n->type == XML_ENTITY_REF_NODE) return markup::decode_reference("&" + text(n->name) + ";");
    return {};
  }

  static std::string plain(const xmlNode* n) {
    std::string out;
    for (; n; n = n->next) out += piece_of(n);
    return out;
  }

  std::size_t count_ = 0;
};

/// Named references as numbers, which mean the same in every encoding: libxml2 drops even "&amp;"
/// once it has met an error.
std::string with_numbers(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    out += source[i];
    if (source[i] != '&') continue;
    std::size_t end = i + 1;
    while (end < source.size() && end - i < 33 && base::is_alnum(source[end])) ++end;
    if (end == i + 1 || end >= source.size() || source[end] != ';') continue;
    const auto name = source.substr(i, end + 1 - i);
    const std::string meant = markup::decode_reference(name);
    if (meant == name) continue;
    out.pop_back();
    for (std::size_t at = 0; at < meant.size();)
      out +=
          "&#" + std::to_string(static_cast<std::uint32_t>(base::next_code_point(meant, at))) + ";";
    i = end;
  }
  return out;
}

bool names_its_own(std::string_view source) {
  const auto declaration = source.substr(0, std::min<std::size_t>(source.find("?>"), 200));
  return declaration.find("encoding") != std::string_view::npos ||
         source.starts_with("\xEF\xBB\xBF") || source.starts_with("\xFF\xFE") ||
         source.starts_with("\xFE\xFF");
}

void collect(const Element& e, std::string& out) {
  out += e.text;
  for (const auto& child : e.children) collect(child, out);
}

}  // namespace

const Element* Element::child(std::string_view wanted) const {
  for (const auto& c : children)
    if (c.name == wanted) return &c;
  return nullptr;
}

const Element* Element::child(std::string_view wanted_ns, std::string_view wanted) const {
  for (const auto& c : children)
    if (c.name == wanted && c.ns == wanted_ns) return &c;
  return nullptr;
}

std::vector<const Element*> Element::all(std::string_view wanted) const {
  std::vector<const Element*> out;
  for (const auto& c : children)
    if (c.name == wanted) out.push_back(&c);
  return out;
}

const std::string& Element::attribute(const std::string& wanted) const {
  static const std::string none;
  const auto at = attributes.find(wanted);
  return at == attributes.end() ? none : at->second;
}

std::string Element::all_text() const {
  std::string out;
  collect(*this, out);
  return out;
}

std::string Element::text_of(std::string_view wanted) const {
  const auto* found = child(wanted);
  return found ? found->all_text() : std::string();
}

Element parse(std::string_view source, Mode mode, const std::string& charset) {
  static const auto read = OPENCLAW_LATE(OPENCLAW_LIBXML, xmlReadMemory);
  static const auto root_of = OPENCLAW_LATE(OPENCLAW_LIBXML, xmlDocGetRootElement);
  static const auto drop = OPENCLAW_LATE(OPENCLAW_LIBXML, xmlFreeDoc);
  if (source.size() > INT_MAX / 2) throw base::ProtocolError("the XML is too large");
  int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
  std::string numbered;
  if (mode == Mode::forgiving) {
    options |= XML_PARSE_RECOVER;
    numbered = with_numbers(source);
    source = numbered;
  }
  const auto free_document = [](xmlDoc* d) { drop(d); };
  const std::unique_ptr<xmlDoc, decltype(free_document)> document(
      read(source.data(), static_cast<int>(source.size()), nullptr,
           names_its_own(source) || charset.empty() ? nullptr : charset.c_str(), options));
  const xmlNode* root = document ? root_of(document.get()) : nullptr;
  if (!root) throw base::ProtocolError("this is no XML");
  return Builder().build(root, 0);
}

}  // namespace openclaw::xml
