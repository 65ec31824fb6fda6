// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/beneath.h"
#include "tools/tool.h"

namespace openclaw::tools {
namespace {

constexpr policy::Labels labels{.untrusted = true, .private_text = true};
constexpr std::int64_t most_read = 8 << 20;

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  const auto decision = permit.spend("file_read", args, run_id);
  Result result;
  result.labels = labels;
  const base::Fd fd = open_beneath(args["path"].as_string(), decision.roots, O_RDONLY);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    throw base::Error("that is no ordinary file");
  const std::int64_t offset = std::max<std::int64_t>(0, args["offset"].as_int());
  ::lseek(fd.get(), offset, SEEK_SET);
  std::string text(
      static_cast<std::size_t>(std::clamp<std::int64_t>(info.st_size - offset, 0, most_read)),
      '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t n = ::read(fd.get(), text.data() + have, text.size() - have);
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  text.resize(have);
  if (text.find('\0') != std::string::npos) throw base::Error("that file holds no text");
  result.text = shorten(base::valid_utf8(text), context.most_bytes, result.truncated);
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
