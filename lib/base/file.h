// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace openclaw::base {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(), fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// The whole file; throws Error when it cannot be read, LimitError when it is larger than most
/// bytes.
std::string read_file(const std::filesystem::path& path, std::size_t most);
/// As read_file, nullopt when there is no such file.
std::optional<std::string> read_if_exists(const std::filesystem::path& path, std::size_t most);
/// All that fd gives until its end, at most so many bytes (LimitError beyond).
std::string read_all(int fd, std::size_t most);
/// Writes all bytes or throws; a closed pipe gives EPIPE as std::system_error.
void write_all(int fd, std::string_view bytes);

/// Replaces path by content so that a crash leaves the old or the new file: temporary file in the
/// same folder, fsync, rename, fsync of the folder.
void write_atomically(const std::filesystem::path& path, std::string_view content, unsigned mode);

/// Adds what `more` makes of the present content to the end of an existing file, under its lock
/// (flock), on the disk on return; a write that fails leaves the file as it was.
void append_durably(const std::filesystem::path& path, std::size_t most,
                    const std::function<std::string(const std::string& before)>& more);

/// Makes the folder (and its parents) with the mode when it is not there.
void make_folder(const std::filesystem::path& path, unsigned mode);

/// An exclusive lock on a file, held until destruction or the death of the process (flock).
class FileLock {
 public:
  /// nullopt when another process holds it.
  static std::optional<FileLock> try_take(const std::filesystem::path& path);

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace openclaw::base
