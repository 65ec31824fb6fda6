// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>

#include "command.h"

namespace openclaw::test {

/// Every document that is made from the command table and the configuration's reader: path below
/// the source tree -> content.
std::map<std::string, std::string> documents();

std::string man_page(const cmd::Command& command);
std::string main_page();
std::string config_page();
std::string config_schema();
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// Text for mdoc: backslashes, leading dots and macros made harmless.
std::string mdoc(const std::string& text);
/// The paragraphs that a page has beside its options.
const std::string& prose_of(const std::string& command);

}  // namespace openclaw::test
