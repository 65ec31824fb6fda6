// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace openclaw::test {

/// What came in over one connection.
struct HttpAsk {
  std::string method, target, head, body;
};

/// One connection while it is answered.
class HttpPeer {
 public:
  HttpPeer(int fd, int stop) : fd_(fd), stop_(stop) {}
  /// False when the other side is gone.
  bool send(std::string_view bytes) const;
  /// Waits so many milliseconds, less when the other side or the server goes away (then false).
  bool wait(int milliseconds) const;
  /// Ends with a reset rather than in order.
  void reset() const;

 private:
  int fd_;
  int stop_;
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A whole answer with its length.
std::string http_answer(int status, const HttpHeaders& headers, const std::string& body);

/// A small HTTP/1.1 server on a loopback port of the kernel's choice: one connection after the
/// other, or all at once.
class HttpServer {
 public:
  using Handler = std::function<void(const HttpAsk&, const HttpPeer&)>;
  enum class Family { v4, v6 };
  enum class Order { in_turn, at_once };
  explicit HttpServer(Handler handler, Family family = Family::v4, Order order = Order::in_turn);
  /// Always the same answer.
  explicit HttpServer(const std::string& answer);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT"
  std::string origin() const;
  std::string url(const std::string& path) const { return origin() + path; }
  /// How many connections were accepted so far.
  int connections() const { return connections_; }
  /// Method and target of every request so far.
  std::vector<std::string> log() const;
  std::vector<HttpAsk> asks() const;

 private:
  void serve();
  void answer(int fd);

  Handler handler_;
  Family family_;
  Order order_ = Order::in_turn;
  int listener_ = -1;
  int stop_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<HttpAsk> asks_;
  std::thread thread_;
  int answering_ = 0;  ///< connections at once
  std::condition_variable idle_;
};

/// So many zero bytes, packed by gzip. Empty when there is no gzip program.
std::string gzip_of_zeros(std::size_t bytes);

}  // namespace openclaw::test
