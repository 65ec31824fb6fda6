// SPDX-License-Identifier: MIT
#include "wake.h"

#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

namespace openclaw::cmd {
namespace {

/// False: the path is too long for a socket's name; then the scan every 30 s has to do.
bool address_of(const std::string& path, sockaddr_un& out) {
  out = {};
  out.sun_family = AF_UNIX;
  if (path.size() >= sizeof out.sun_path) return false;
  std::memcpy(out.sun_path, path.c_str(), path.size() + 1);
  return true;
}

base::Fd new_socket() {
  return base::Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

Bell::Bell(std::string path) : path_(std::move(path)), fd_(new_socket()) {
  if (!fd_) throw base::Error("cannot make a socket: " + std::string(std::strerror(errno)));
  sockaddr_un address;
  if (!address_of(path_, address)) return;
  ::unlink(path_.c_str());
  const mode_t before = ::umask(0177);
  const int bound = ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(before);
  if (bound != 0) throw base::Error("cannot make " + path_ + ": " + std::strerror(errno));
}

Bell::~Bell() { ::unlink(path_.c_str()); }

void Bell::hear() {
  char byte;
  while (::recv(fd_.get(), &byte, 1, 0) >= 0) {
  }
}

void ring(const std::string& path) {
  sockaddr_un address;
  const base::Fd fd = new_socket();
  if (!fd || !address_of(path, address)) return;
  (void)::sendto(fd.get(), "", 0, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                 sizeof address);
}

}  // namespace openclaw::cmd
