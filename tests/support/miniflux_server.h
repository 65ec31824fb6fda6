// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>
#include <vector>

#include "support/http_server.h"

namespace openclaw::test {

/// A stand-in for Miniflux 2.3 (API v1) with the query semantics of its source: internal/api and
/// internal/storage/entry_query_builder.go. Parameters that the server does not know are ignored;
/// bad values are 400; the default order is by publication, oldest first.
class MinifluxServer {
 public:
  struct Entry {
    std::int64_t id;
    std::string title, content, published;
    bool read = false;
    std::string site = "https://example.org";
  };
  explicit MinifluxServer(std::string token) : token_(std::move(token)) {}

  void add(const std::string& title, const std::string& content = "<p>Text</p>",
           const std::string& published = "2026-11-20T10:00:00Z",
           const std::string& site = "https://example.org");
  std::vector<std::int64_t> unread() const;
  /// Called before each answer to a list, with the number of lists so far.
  std::function<void(int)> before_list;
  int fail_marks = 0;  ///< so many PUTs answer 502 with a page of HTML
  int lose_marks = 0;  ///< so many PUTs are carried out, and the answer is lost
  std::string broken_feed;

  std::string origin() const { return server_.origin(); }
  std::vector<std::string> log() const { return server_.log(); }

 private:
  void answer(const HttpAsk& ask, const HttpPeer& peer);
  std::string list(const std::string& query, int& status);

  std::string token_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  int lists_ = 0;
  HttpServer server_{[this](const HttpAsk& ask, const HttpPeer& peer) { answer(ask, peer); }};
};

}  // namespace openclaw::test
