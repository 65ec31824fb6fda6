// SPDX-License-Identifier: MIT
#include "support/http_server.h"

#include <array>
#include <stdexcept>

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace openclaw::test {
namespace {

/// False when the stop came first, or nothing did.
bool readable(int fd, int stop, int milliseconds) {
  std::array<pollfd, 2> fds{pollfd{fd, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
  ::poll(fds.data(), fds.size(), milliseconds);
  return fds[1].revents == 0 && fds[0].revents != 0;
}

std::size_t length_in(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

bool HttpPeer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    std::array<pollfd, 2> fds{pollfd{fd_, POLLOUT, 0}, pollfd{stop_, POLLIN, 0}};
    ::poll(fds.data(), fds.size(), -1);
    if (fds[1].revents != 0) return false;
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool HttpPeer::wait(int milliseconds) const {
  std::array<pollfd, 2> fds{pollfd{fd_, POLLIN | POLLRDHUP, 0}, pollfd{stop_, POLLIN, 0}};
  return ::poll(fds.data(), fds.size(), milliseconds) == 0;
}

void HttpPeer::reset() const {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string http_answer(int status, const HttpHeaders& headers, const std::string& body) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " Said\r\n";
  for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
         body;
}

HttpServer::HttpServer(Handler handler, Family family, Order order)
    : handler_(std::move(handler)), family_(family), order_(order) {
  const bool v6 = family == Family::v6;
  listener_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage where{};
  socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  where.ss_family = v6 ? AF_INET6 : AF_INET;
  if (v6)
    reinterpret_cast<sockaddr_in6&>(where).sin6_addr = in6addr_loopback;
  else
    reinterpret_cast<sockaddr_in&>(where).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const address = reinterpret_cast<sockaddr*>(&where);
  if (listener_ < 0 || ::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, address, &size) != 0)
    throw std::runtime_error("no loopback port");
  port_ = ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(where).sin6_port
                   : reinterpret_cast<sockaddr_in&>(where).sin_port);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::HttpServer(const std::string& answer)
    : HttpServer([answer](const HttpAsk&, const HttpPeer& peer) { peer.send(answer); }) {}

HttpServer::~HttpServer() {
  const std::uint64_t one = 1;
  if (::write(stop_, &one, sizeof one) != sizeof one) ::abort();
  thread_.join();
  {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return answering_ == 0; });
  }
  ::close(listener_);
  ::close(stop_);
}

std::string HttpServer::origin() const {
  return (family_ == Family::v6 ? "http://[::1]:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::vector<HttpAsk> HttpServer::asks() const {
  const std::lock_guard lock(mutex_);
  return asks_;
}

std::vector<std::string> HttpServer::log() const {
  std::vector<std::string> out;
  for (const auto& ask : asks()) out.push_back(ask.method + " " + ask.target);
  return out;
}

void HttpServer::serve() {
  while (true) {
    if (!readable(listener_, stop_, -1)) return;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    const auto serve_one = [this, fd] {
      answer(fd);
      ::close(fd);
    };
    if (order_ == Order::in_turn) {
      serve_one();
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      ++answering_;
    }
    std::thread([this, serve_one] {
      serve_one();
      const std::lock_guard lock(mutex_);
      if (--answering_ == 0) idle_.notify_all();
    }).detach();
  }
}

void HttpServer::answer(int fd) {
  std::string got;
  std::array<char, 16384> piece;
  std::size_t end = std::string::npos;
  while (end == std::string::npos || got.size() < end + 4 + length_in(got.substr(0, end + 2))) {
    if (!readable(fd, stop_, 10000)) return;
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n <= 0) return;
    got.append(piece.data(), static_cast<std::size_t>(n));
    end = got.find("\r\n\r\n");
  }
  HttpAsk ask;
  ask.method = got.substr(0, got.find(' '));
  const auto from = ask.method.size() + 1;
  ask.target = got.substr(from, got.find(' ', from) - from);
  ask.head = got.substr(0, end);
  ask.body = got.substr(end + 4);
  {
    const std::lock_guard lock(mutex_);
    asks_.push_back(ask);
  }
  handler_(ask, HttpPeer(fd, stop_));
  ::shutdown(fd, SHUT_WR);
}

std::string gzip_of_zeros(std::size_t bytes) {
  const std::string line = "head -c " + std::to_string(bytes) + " /dev/zero | gzip -9";
  FILE* const pipe = ::popen(line.c_str(), "r");
  if (!pipe) return {};
  std::string out;
  std::array<char, 16384> piece;
  while (const std::size_t n = ::fread(piece.data(), 1, piece.size(), pipe))
    out.append(piece.data(), n);
  ::pclose(pipe);
  return out;
}

}  // namespace openclaw::test
