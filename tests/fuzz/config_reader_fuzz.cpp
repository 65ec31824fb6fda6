// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "settings/settings.h"

/// The whole configuration: parser, reader, cross checks, linter.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  openclaw::settings::Report report;
  const auto settings = openclaw::settings::load("/nowhere/openclaw.json", text, report);
  for (const auto& p : report.problems)
    if (p.line < 1 || p.text.empty()) std::abort();
  return settings.folder == "/nowhere" ? 0 : -1;
}
