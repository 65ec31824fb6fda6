// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "json/value.h"

namespace openclaw::json {

/// A compiled JSON Schema (draft 7 vocabulary behind a whitelist of keywords: a schema with a
/// keyword that is not checked, a remote reference or a pattern is refused, never passed as valid).
class Schema {
 public:
  /// Throws base::ConfigError naming the keyword that is not supported.
  explicit Schema(const Value& schema);
  ~Schema();
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;

  /// Empty when value fits, otherwise one sentence per fault ("/count: …").
  std::vector<std::string> faults(const Value& value) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace openclaw::json
