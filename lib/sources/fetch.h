// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/stop.h"
#include "json/value.h"
#include "net/http.h"

namespace openclaw::sources {

/// One source's way to its server: the same headers, limits and deadline for every request. All
/// functions throw base::Error with a sentence that names what was asked and what came.
class Fetch {
 public:
  /// until: boot time at which everything must be over.
  Fetch(net::HttpClient& http, base::Millis until, const base::Stop* stop = nullptr)
      : http_(http), until_(until), stop_(stop) {}

  /// Sent with every request; the value never appears in an error.
  void header(std::string name, std::string value);
  void ca_file(std::string path) { ca_file_ = std::move(path); }

  /// Until the deadline.
  base::Millis left() const { return until_ - base::boot_now(); }

  net::Response send(net::Request request);
  /// Any status; redirects are not followed.
  net::Response get(const std::string& url);
  /// The JSON of a 2xx answer.
  json::Value get_json(const std::string& url);
  json::Value send_json(const std::string& method, const std::string& url, const json::Value& body);

  /// The JSON of an answer, or the error that it is.
  json::Value read(const std::string& url, const net::Response& response) const;

 private:
  net::HttpClient& http_;
  base::Millis until_;
  const base::Stop* stop_;
  std::vector<net::Header> headers_;
  std::string ca_file_;
};

/// What a server said was wrong, in one short line: the error shapes of the servers we read.
std::string error_text(const std::string& body);

/// What an earlier reading left, as JSON; an empty object when there is nothing that can be read.
json::Value parse_copy(const std::string& cached);
/// The copy to leave; empty when it is too large to be read again.
std::string write_copy(const json::Value& copy);

/// A base URL and a path, with one slash between them.
std::string join_url(const std::string& base, const std::string& path);

}  // namespace openclaw::sources
