// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "policy/match.h"

/// A clean path is what the file system library calls normal, and lies where it says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const std::string path(reinterpret_cast<const char*>(data), size);
  policy::Constraint c;
  c.under = {"/srv/src"};
  const bool inside = policy::misfit(c, json::Value(path)).empty();
  if (!policy::clean_path(path)) return inside ? std::abort(), 0 : 0;
  const auto normal = std::filesystem::path(path).lexically_normal();
  if (normal.string() != path || !normal.is_absolute() || path.find('\0') != std::string::npos)
    std::abort();
  const auto relative = normal.lexically_relative("/srv/src").string();
  if (inside == (relative == ".." || relative.starts_with("../"))) std::abort();
  return 0;
}
