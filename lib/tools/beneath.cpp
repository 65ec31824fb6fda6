// SPDX-License-Identifier: MIT
#include "tools/beneath.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"

namespace openclaw::tools {

base::Fd open_beneath(const std::string& path, const std::vector<std::string>& roots, int flags) {
  for (const auto& root : roots) {
    const std::string prefix = root.ends_with('/') ? root : root + "/";
    if (path != root && !path.starts_with(prefix)) continue;
    std::string anchor = root;
    std::string below = path == root ? "." : path.substr(prefix.size());
    struct stat info {};
    if (path == root && ::lstat(root.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
      const auto slash = root.rfind('/');  // one file is granted: opened from its folder
      anchor = root.substr(0, std::max<std::size_t>(1, slash));
      below = root.substr(slash + 1);
    }
    const base::Fd folder(::open(anchor.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) continue;
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    base::Fd fd(
        static_cast<int>(::syscall(SYS_openat2, folder.get(), below.c_str(), &how, sizeof how)));
    if (fd) return fd;
    if (errno == EXDEV || errno == ELOOP)
      throw base::DeniedError("'" + path + "' leads out of the granted folder, or over a link");
    throw base::Error("'" + path + "': " + std::generic_category().message(errno));
  }
  throw base::DeniedError("'" + path + "' lies in no granted folder");
}

}  // namespace openclaw::tools
