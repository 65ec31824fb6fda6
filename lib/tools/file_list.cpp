// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/beneath.h"
#include "tools/tool.h"

namespace openclaw::tools {
namespace {

constexpr policy::Labels labels{.untrusted = true, .private_text = true};
constexpr std::size_t most_entries = 1000;

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  const auto decision = permit.spend("file_list", args, run_id);
  Result result;
  result.labels = labels;
  const base::Fd fd =
      open_beneath(args["path"].as_string(), decision.roots, O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(::dup(fd.get())), ::closedir);
  if (!dir) throw base::Error("that is no folder");
  std::vector<std::string> lines;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat info {};
    if (::fstatat(fd.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    const char* mark = S_ISDIR(info.st_mode) ? "/" : S_ISLNK(info.st_mode) ? "@" : "";
    lines.push_back(fmt::format("{}{}\t{}", base::one_line(name), mark, info.st_size));
    if (lines.size() > most_entries) break;
  }
  std::sort(lines.begin(), lines.end());
  if (lines.size() > most_entries) lines.back() = "[… more …]";
  result.text = shorten(lines.empty() ? "(empty)" : base::join(lines, "\n"), context.most_bytes,
                        result.truncated);
  return result;
}

}  // namespace

Tool file_list_tool() {
  return {{"file_list", policy::Effect::none, labels, {"path"}, {}},
          "Lists a folder: name (with / for folders, @ for links), tab, size in bytes.",
          object_schema({{"path", "string", "absolute path of a folder", true}}),
          run};
}

}  // namespace openclaw::tools
