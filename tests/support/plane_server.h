// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "json/value.h"
#include "support/http_server.h"

namespace openclaw::test {

/// A stand-in for Plane 1.3 (API v1): the cursor is an offset over the newest first and is always
/// given; every filter but expand is ignored; paths want their slash; requests are limited.
class PlaneServer {
 public:
  explicit PlaneServer(std::string key) : key_(std::move(key)) {}
  /// A work item of the project with that identifier.
  void add(const std::string& project, const std::string& name, const std::string& state_group,
           const std::string& priority = "none", const std::string& due = "");
  int requests_left = 1000;  ///< then 429
  int lost_answers = 0;      ///< writes that are done, and whose answer is cut
  /// Comments as "HOME-1: <html>", and the items that were created by the API.
  std::vector<std::string> comments() const;
  std::vector<std::string> created() const;
  std::function<void(int)> before_list;
  std::string origin() const { return server_.origin(); }

 private:
  void answer(const HttpAsk& ask, const HttpPeer& peer);
  void write(const std::string& rest, const HttpAsk& ask, const HttpPeer& peer);
  std::string page(const json::Array& newest_first, const std::string& query) const;

  std::string key_;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, json::Value>> items_;  // project, item
  int lists_ = 0;
  std::vector<std::string> comments_, created_;
  std::map<std::string, std::string> external_;  ///< kind and external id -> id
  HttpServer server_{[this](const HttpAsk& ask, const HttpPeer& peer) { answer(ask, peer); }};
};

}  // namespace openclaw::test
