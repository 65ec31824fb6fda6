// SPDX-License-Identifier: MIT
#include "settings/sample.h"

#include <filesystem>
#include <stdexcept>

namespace openclaw::test {

Sample::Sample() : text_(read(OPENCLAW_TEST_DATA "/sample.jsonc")) {
  std::filesystem::create_directory(dir_.file("prompts"));
  for (const char* name : {"ops", "reader", "coder", "morning", "digest", "review"})
    write(dir_.file(std::string("prompts/") + name + ".md"), "You are the test.\n");
}

settings::Settings Sample::load(const std::string& text, settings::Report& report) const {
  return settings::load(dir_.file("openclaw.json"), text, report);
}

std::set<std::string> Sample::pointers(const std::string& text) const {
  settings::Report report;
  load(text, report);
  std::set<std::string> out;
  for (const auto& p : report.problems) out.insert(p.pointer);
  return out;
}

std::string Sample::with(const std::string& from, const std::string& to) const {
  const auto at = text_.find(from);
  if (at == std::string::npos || text_.find(from, at + 1) != std::string::npos)
    throw std::logic_error("not exactly one place: " + from);
  std::string out = text_;
  return out.replace(at, from.size(), to);
}

const std::set<std::string>& own_problems() {
  static const std::set<std::string> found = [] {
    const Sample sample;
    return sample.pointers(sample.text());
  }();
  return found;
}

}  // namespace openclaw::test
