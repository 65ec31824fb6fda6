// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>

#include "settings/settings.h"
#include "support/temp_dir.h"

namespace openclaw::test {

/// The full sample configuration of the manual in a folder of its own, with its prompt files.
class Sample {
 public:
  Sample();
  const std::string& text() const { return text_; }
  settings::Settings load(const std::string& text, settings::Report& report) const;
  /// The pointers of all problems of a text.
  std::set<std::string> pointers(const std::string& text) const;
  /// The sample with the one place where `from` stands replaced; throws when it is not exactly one.
  std::string with(const std::string& from, const std::string& to) const;

 private:
  TempDir dir_;
  std::string text_;
};

/// Whether the sample itself is free of problems; everything else is judged beside it.
const std::set<std::string>& own_problems();

}  // namespace openclaw::test
