// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

/// markup may use base. It turns foreign markup into plain text, and text into markup.
namespace openclaw::markup {

/// Readable text of an HTML page: scripts, styles and tags dropped, blocks on lines of their own,
/// links as "text <url>", character references decoded. Never fails; linear in the input.
std::string html_to_text(std::string_view html);

/// The characters that a reference such as "&eacute;" or "&#8364;" stands for; the text itself when
/// it is none that is known.
std::string decode_reference(std::string_view text);

/// Text as the content of an XML or HTML element, or of an attribute in double quotes.
std::string escaped(std::string_view text);

}  // namespace openclaw::markup
