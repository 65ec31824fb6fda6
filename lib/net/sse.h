// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace openclaw::net {

struct Event {
  std::string name;  ///< "message" when the stream names none
  std::string data;
};

/// Server-sent events (WHATWG HTML, 9.2.6) from pieces of any size. LF, CRLF and CR end a line. An
/// event larger than 8 MiB throws base::ProtocolError.
class SseParser {
 public:
  using Take = std::function<void(const Event&)>;
  void feed(std::string_view piece, const Take& take);

 private:
  void line(std::string_view text, const Take& take);
  std::string line_;
  Event event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool first_ = true;
};

/// Lines ended by LF (a CR before it is dropped), for newline-delimited JSON. finish() gives the
/// last line when it had no end.
class LineParser {
 public:
  using Take = std::function<void(std::string_view)>;
  void feed(std::string_view piece, const Take& take);
  void finish(const Take& take);

 private:
  std::string line_;
};

}  // namespace openclaw::net
