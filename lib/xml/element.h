// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// xml may use base and markup; it is the only room that sees libxml2. It turns foreign XML into a
/// plain tree: no network, no external entities, none expanded, bounded in depth and size.
namespace openclaw::xml {

/// An element, or a piece of text (name empty).
struct Element {
  std::string ns;                                 ///< the namespace's URI, never a prefix
  std::string name;                               ///< without prefix
  std::string text;                               ///< of a piece of text
  std::map<std::string, std::string> attributes;  ///< by local name
  std::vector<Element> children;

  /// The first child element of that name, in any namespace or in that one; nullptr when none is.
  const Element* child(std::string_view wanted) const;
  const Element* child(std::string_view wanted_ns, std::string_view wanted) const;
  std::vector<const Element*> all(std::string_view wanted) const;
  /// The attribute, or empty.
  const std::string& attribute(const std::string& wanted) const;
  /// All text inside, in order.
  std::string all_text() const;
  /// all_text() of that child, or empty.
  std::string text_of(std::string_view wanted) const;
};

enum class Mode { strict, forgiving };

/// The root element. forgiving goes on after errors, as feeds need. Throws base::ProtocolError when
/// there is no element at all, when text is broken in strict mode, or when a limit is passed.
/// charset: of the transport, used where the text does not name its own.
Element parse(std::string_view text, Mode mode, const std::string& charset = {});

}  // namespace openclaw::xml
