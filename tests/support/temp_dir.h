// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>

namespace openclaw::test {

/// A folder of its own for one test, removed at its end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Writes a file, making it anew.
void write(const std::string& path, const std::string& content);
std::string read(const std::string& path);

}  // namespace openclaw::test
