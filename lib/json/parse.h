// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "json/value.h"

namespace openclaw::json {

/// Thrown by parse(); line counts from 1.
class ParseError : public base::ProtocolError {
 public:
  ParseError(const std::string& what, std::size_t at_line, std::string at_pointer = {})
      : base::ProtocolError(what), line(at_line), pointer(std::move(at_pointer)) {}
  std::size_t line;
  std::string pointer;  ///< of a repeated key
};

struct ParseOptions {
  bool comments = false;       ///< allow // and /* */ comments
  bool unique_keys = false;    ///< a repeated member is an error; otherwise the last one counts
  std::size_t max_depth = 64;  ///< nesting beyond this is an error
  std::size_t max_bytes = 64u << 20;
  /// When set: JSON pointer of each value (and of each repeated key) -> line.
  std::map<std::string, std::size_t>* lines = nullptr;
};

/// Reads one JSON text (RFC 8259). Throws ParseError.
Value parse(std::string_view text, const ParseOptions& options = {});

/// One step of a JSON pointer (RFC 6901): '~' and '/' escaped.
std::string pointer_step(std::string_view key);

}  // namespace openclaw::json
