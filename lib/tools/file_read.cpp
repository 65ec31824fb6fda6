// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/redact.h"
#include "base/text.h"
#include "tools/beneath.h"
#include "tools/tool.h"

namespace openclaw::tools {
namespace {

constexpr std::int64_t longest_secret = 16384;

constexpr policy::Labels labels{.untrusted = true, .private_text = true};
constexpr std::int64_t most_read = 8 << 20;

std::string read_part(int fd, std::int64_t from, std::int64_t to) {
  std::string text(static_cast<std::size_t>(std::max<std::int64_t>(0, to - from)), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t n =
        ::pread(fd, text.data() + have, text.size() - have, from + static_cast<off_t>(have));
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  text.resize(have);
  return text;
}

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  const auto decision = permit.spend("file_read", args, run_id);
  Result result;
  result.labels = labels;
  const base::Fd fd = open_beneath(args["path"].as_string(), decision.roots, O_RDONLY);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    throw base::Error("that is no ordinary file");
  const std::int64_t offset = std::clamp<std::int64_t>(args["offset"].as_int(), 0, info.st_size);
  std::string text =
      read_part(fd.get(), offset, std::min<std::int64_t>(info.st_size, offset + most_read));
  if (text.find('\0') != std::string::npos) throw base::Error("that file holds no text");
  const std::int64_t unread = info.st_size - offset - static_cast<std::int64_t>(text.size());
  if (unread <= 0) {
    result.text = shorten(base::valid_utf8(text), context.most_bytes, result.truncated);
    return result;
  }
  // Too long to read whole: its real beginning and its real end.
  const auto most = static_cast<std::int64_t>(context.most_bytes);
  text = base::redact_cut(text);
  const std::string head(base::prefix_bytes(text, static_cast<std::size_t>(most * 2 / 3)));
  // Read from further ahead, so that a secret over its beginning is seen whole.
  const auto tail_from = std::max<std::int64_t>(0, info.st_size - most / 3 - longest_secret);
  std::string tail = base::redact(read_part(fd.get(), tail_from, info.st_size));
  if (tail.size() > static_cast<std::size_t>(most / 3))
    tail.erase(0, tail.size() - static_cast<std::size_t>(most / 3));
  result.truncated = true;
  result.text = base::valid_utf8(fmt::format(
      "{}\n[… {} bytes left out …]\n{}", head,
      info.st_size - offset - static_cast<std::int64_t>(head.size() + tail.size()), tail));
  return result;
}

}  // namespace

Tool file_read_tool() {
  return {{"file_read", policy::Effect::none, labels, {"path", "offset"}, {}},
          "Reads a text file. Long files are cut in the middle; use offset (bytes) to read on.",
          object_schema({{"path", "string", "absolute path", true},
                         {"offset", "integer", "first byte to read", false}}),
          run};
}

}  // namespace openclaw::tools
