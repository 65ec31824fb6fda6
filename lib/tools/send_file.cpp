// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/beneath.h"
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

constexpr std::int64_t most_bytes = 50LL << 20;

std::string read_whole(int fd, std::int64_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = ::read(fd, bytes.data() + have, bytes.size() - have);
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  const auto decision = permit.spend("send_file", args, run_id);
  if (!context.give_file) throw base::Error("there is no chat here that could take a file");
  const auto& path = args["path"].as_string();
  const base::Fd fd = open_beneath(path, decision.roots, O_RDONLY);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    throw base::Error("that is no ordinary file");
  if (info.st_size == 0) throw base::Error("that file is empty");
  if (info.st_size > most_bytes)
    throw base::LimitError("the file is larger than " + base::human_bytes(most_bytes));
  const auto name = path.substr(path.rfind('/') + 1);
  context.give_file(name, read_whole(fd.get(), info.st_size),
                    effect_id("send_file", args, run_id, context));
  return {true, "sent: " + base::one_line(name), {}, false};
}

}  // namespace

Tool send_file_tool() {
  return {{"send_file", policy::Effect::send, {}, {"path"}, {}},
          "Sends a file to the person who asks, into this chat.",
          object_schema({{"path", "string", "absolute path", true}}),
          run,
          true};
}

}  // namespace openclaw::tools
