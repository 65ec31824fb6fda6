// SPDX-License-Identifier: MIT
#include "audit/witness.h"

#include <charconv>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace openclaw::audit {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Whether the descriptor is the journal's stream that JOURNAL_STREAM names (systemd.exec(5)); the
/// variable alone is inherited by what a service starts.
bool is_journal(int fd) {
  const char* const named = std::getenv("JOURNAL_STREAM");
  struct stat info {};
  return named && ::fstat(fd, &info) == 0 &&
         named == fmt::format("{}:{}", info.st_dev, info.st_ino);
}

/// The head in an open file; nullopt when the file is torn, longer, or something else.
std::optional<Head> parse_file(int fd) {
  char text[200];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  if (n <= 0 || n == sizeof text) return std::nullopt;
  return parse_head({text, static_cast<std::size_t>(n)});
}

}  // namespace

std::string format_head(const Head& head) {
  return fmt::format("{}:{}", head.seq, base::hex(crypto::view(head.mac)));
}

std::optional<Head> parse_head(std::string_view text) {
  text = base::trim(text);
  Head head;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.size() != colon + 1 + 64) return std::nullopt;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + colon, head.seq);
  if (ec != std::errc{} || end != text.data() + colon || head.seq < 0) return std::nullopt;
  for (std::size_t i = 0; i < 32; ++i) {
    const int high = digit(text[colon + 1 + 2 * i]);
    const int low = digit(text[colon + 2 + 2 * i]);
    if (high < 0 || low < 0) return std::nullopt;
    head.mac[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return head;
}

void Witness::tell(const Head& head) {
  if (is_journal(STDERR_FILENO)) {  // whatever the log's level: it is a record, not a message
    base::write_all(STDERR_FILENO, "<6>audit: head=" + format_head(head) + "\n");
    return;
  }
  const std::string path = folder_ + "/audit.head";
  const base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!fd) throw base::StorageError("cannot open '" + path + "'");
  ::flock(fd.get(), LOCK_EX);
  const auto before = parse_file(fd.get());
  if (before && before->seq >= head.seq) return;  // another process was further
  // One line of fixed width in one sector: a crash leaves the old or the new one.
  const std::string line = fmt::format("{:>98}\n", format_head(head));
  if (::pwrite(fd.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
      ::ftruncate(fd.get(), static_cast<off_t>(line.size())) != 0 || ::fdatasync(fd.get()) != 0)
    throw errno == ENOSPC ? base::disk_full() : base::StorageError("cannot write '" + path + "'");
}

void Witness::must_know(store::Database& db, const Head& head) const {
  const auto seen = read_head_file(folder_);
  if (!seen || (seen->head.seq == head.seq && seen->head.mac == head.mac)) return;
  const bool is_behind = seen->head.seq >= head.seq;
  const auto mac = is_behind ? std::nullopt : mac_of(db, seen->head.seq);
  if (!is_behind && (!mac || *mac == seen->head.mac)) return;
  throw base::ConfigError(
      fmt::format("audit.head saw row {}, and the database is another one, at row {}: was an older "
                  "copy put back?",
                  seen->head.seq, head.seq),
      "openclaw audit verify; to go on with it: openclaw audit verify --accept \"why\"");
}

std::optional<Witnessed> read_head_file(const std::string& state_folder) {
  const base::Fd fd(::open((state_folder + "/audit.head").c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  const auto head = parse_file(fd.get());
  if (!head) return std::nullopt;
  return Witnessed{*head, "audit.head"};
}

}  // namespace openclaw::audit
