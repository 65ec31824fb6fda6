// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "markdown/rich.h"

namespace openclaw::markdown {

/// Markdown as the HTML that Matrix clients show (client-server API, m.room.message,
/// "formatted_body"): paragraphs, headings, lists, quotes, code, tables, links to http, https and
/// mailto. Raw HTML in the text is text. Always balanced; never fails; nesting beyond 24 levels is
/// flattened.
std::string to_html(std::string_view text, Links links = Links::live);

/// The same from text with styles: for a part of a long text, where lists are drawn as lines.
std::string to_html(const Rich& rich);

}  // namespace openclaw::markdown
