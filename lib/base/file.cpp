// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <cstring>
#include <system_error>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace openclaw::base {
namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  const std::string text = what + ": " + std::generic_category().message(error);
  if (error == ENOSPC || error == EDQUOT) throw disk_full();
  throw Error(text);
}

}  // namespace

void Fd::reset() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string read_all(int fd, std::size_t most) {
  std::string out;
  char buffer[65536];
  while (true) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot read", errno);
    if (n == 0) return out;
    out.append(buffer, static_cast<std::size_t>(n));
    if (out.size() > most) throw LimitError("more than " + std::to_string(most) + " bytes");
  }
}

std::optional<std::string> read_if_exists(const std::filesystem::path& path, std::size_t most) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!fd) fail("cannot open '" + path.string() + "'", errno);
  try {
    return read_all(fd.get(), most);
  } catch (const LimitError& e) {
    throw LimitError("'" + path.string() + "' holds " + e.what());
  } catch (const Error& e) {
    throw Error("'" + path.string() + "': " + e.what());
  }
}

std::string read_file(const std::filesystem::path& path, std::size_t most) {
  auto content = read_if_exists(path, most);
  if (!content) throw Error("cannot open '" + path.string() + "': no such file");
  return *std::move(content);
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::system_error(errno, std::generic_category(), "cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void write_atomically(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::string temporary = (folder / ("." + path.filename().string() + ".XXXXXX")).string();
  const Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) fail("cannot write in '" + folder.string() + "'", errno);
  try {
    write_all(fd.get(), content);
  } catch (const std::system_error& e) {
    ::unlink(temporary.c_str());
    fail("cannot write '" + path.string() + "'", e.code().value());
  }
  if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0 ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail("cannot write '" + path.string() + "'", error);
  }
  const Fd dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir) (void)::fsync(dir.get());
}

void append_durably(const std::filesystem::path& path, std::size_t most,
                    const std::function<std::string(const std::string& before)>& more) {
  const std::string what = "cannot write '" + path.string() + "'";
  const Fd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!fd || ::flock(fd.get(), LOCK_EX) != 0) fail(what, errno);
  const std::string before = read_all(fd.get(), most);
  const std::string content = more(before);
  int error = 0;
  try {
    write_all(fd.get(), content);
  } catch (const std::system_error& e) {
    error = e.code().value();
  }
  if (error == 0 && ::fsync(fd.get()) != 0) error = errno;
  if (error == 0) return;
  (void)!::ftruncate(fd.get(), static_cast<off_t>(before.size()));
  fail(what, error);
}

void make_folder(const std::filesystem::path& path, unsigned mode) {
  if (path.empty() || std::filesystem::is_directory(path)) return;
  make_folder(path.parent_path(), mode);
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    fail("cannot make the folder '" + path.string() + "'", errno);
}

std::optional<FileLock> FileLock::try_take(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) fail("cannot open '" + path.string() + "'", errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return FileLock(std::move(fd));
}

}  // namespace openclaw::base
