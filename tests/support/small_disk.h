// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include <sys/mount.h>
#include <unistd.h>

#include "support/temp_dir.h"

namespace openclaw::test {

/// A file system of a few kilobytes (tmpfs), when this user may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(int kilobytes) {
    const std::string options = "size=" + std::to_string(kilobytes) + "k";
    mounted_ = ::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(dir_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool is_mounted() const { return mounted_; }
  std::string folder() const { return dir_.path().string(); }
  std::string file(const std::string& name) const { return dir_.file(name); }

  /// Takes all room that is left but so many kilobytes.
  void fill(int leave) const {
    write(file("filler"), "");
    const std::string page(4096, 'f');
    std::string all;
    while (all.size() < (std::size_t{64} << 20)) all += page;
    write(file("filler"), all);  // as much as fits
    std::error_code ignored;
    const auto size = std::filesystem::file_size(file("filler"), ignored);
    const auto keep = static_cast<std::uintmax_t>(leave) * 1024;
    std::filesystem::resize_file(file("filler"), size > keep ? size - keep : 0, ignored);
  }
  void free() const { ::unlink(file("filler").c_str()); }

 private:
  TempDir dir_;
  bool mounted_ = false;
};

}  // namespace openclaw::test
