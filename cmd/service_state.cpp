// SPDX-License-Identifier: MIT
#include "service_state.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <malloc.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/file.h"

namespace openclaw::cmd {

void tell_systemd(const std::string& state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (!path || (*path != '/' && *path != '@') || std::strlen(path) >= sizeof address.sun_path)
    return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  if (*path == '@') address.sun_path[0] = '\0';  // an abstract name
  const base::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return;
  const timeval most{2, 0};  // a manager that does not read must not stop us
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  (void)::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

void tell_ready() {
  tell_systemd("READY=1");
  ::malloc_trim(0);
}

}  // namespace openclaw::cmd
