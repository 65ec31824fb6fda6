// SPDX-License-Identifier: MIT
#include "support/miniflux_server.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "json/parse.h"

namespace openclaw::test {
namespace {

using json::Value;

const HttpHeaders as_json{{"Content-Type", "application/json"}};

std::string error(const std::string& text) {
  return json::dump(Value::object({{"error_message", text}}));
}

std::multimap<std::string, std::string> parameters(const std::string& query) {
  std::multimap<std::string, std::string> out;
  for (std::size_t at = 0; at < query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    const auto pair = query.substr(at, end - at);
    const auto equals = pair.find('=');
    out.emplace(pair.substr(0, equals), equals == std::string::npos ? "" : pair.substr(equals + 1));
    at = end + 1;
  }
  return out;
}

}  // namespace

void MinifluxServer::add(const std::string& title, const std::string& content,
                         const std::string& published, const std::string& site) {
  const std::lock_guard lock(mutex_);
  entries_.push_back(
      {static_cast<std::int64_t>(entries_.size()) + 1000, title, content, published, false, site});
}

std::vector<std::int64_t> MinifluxServer::unread() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> out;
  for (const auto& entry : entries_)
    if (!entry.read) out.push_back(entry.id);
  return out;
}

std::string MinifluxServer::list(const std::string& query, int& status) {
  const auto given = parameters(query);
  const auto one = [&](const char* name, const char* otherwise) {
    const auto at = given.find(name);
    return at == given.end() ? std::string(otherwise) : at->second;
  };
  const auto bad = [&](const char* text) {
    status = 400;
    return error(text);
  };
  const std::string order = one("order", "published_at"), direction = one("direction", "asc");
  static const std::set<std::string> orders{"id",           "status",     "changed_at",
                                            "published_at", "created_at", "category_title",
                                            "category_id",  "title",      "author"};
  if (!orders.contains(order)) return bad("invalid sorting column");
  if (direction != "asc" && direction != "desc") return bad("invalid sorting direction");
  auto limit = std::strtoul(one("limit", "100").c_str(), nullptr, 10);
  if (limit > 1000) return bad("limit must be less than or equal to 1000");
  if (limit == 0) limit = 1000;
  const auto offset = std::strtoul(one("offset", "0").c_str(), nullptr, 10);
  const auto after = std::strtoll(one("after_entry_id", "0").c_str(), nullptr, 10);
  std::set<std::string> statuses;
  for (auto [at, end] = given.equal_range("status"); at != end; ++at) {
    if (at->second != "read" && at->second != "unread") return bad("invalid entry status");
    statuses.insert(at->second);
  }
  std::vector<Entry> found;
  for (const auto& entry : entries_)
    if (entry.id > after && (statuses.empty() || statuses.contains(entry.read ? "read" : "unread")))
      found.push_back(entry);
  if (order == "published_at")
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.published < b.published; });
  if (direction == "desc") std::reverse(found.begin(), found.end());
  auto entries = Value::array();
  for (std::size_t i = offset; i < std::min(found.size(), offset + limit); ++i) {
    const auto& e = found[i];
    entries.push(Value::object(
        {{"id", e.id},
         {"user_id", 1},
         {"feed_id", 7},
         {"status", e.read ? "read" : "unread"},
         {"hash", "h"},
         {"title", e.title},
         {"url", "https://example.org/" + std::to_string(e.id)},
         {"published_at", e.published},
         {"content", e.content},
         {"author", ""},
         {"enclosures", Value::array()},
         {"tags", Value::array()},
         {"feed", Value::object({{"id", 7},
                                 {"title", "The Feed"},
                                 {"site_url", e.site},
                                 {"category", Value::object({{"id", 3}, {"title", "Tech"}})}})}}));
  }
  return json::dump(Value::object(
      {{"total", static_cast<std::int64_t>(found.size())}, {"entries", std::move(entries)}}));
}

void MinifluxServer::answer(const HttpAsk& ask, const HttpPeer& peer) {
  const auto mark = ask.target.find('?');
  const std::string path = ask.target.substr(0, mark);
  const std::string query = mark == std::string::npos ? "" : ask.target.substr(mark + 1);
  if ((ask.head + "\r\n").find("X-Auth-Token: " + token_ + "\r\n") == std::string::npos) {
    peer.send(http_answer(401, as_json, error("access unauthorized")));
    return;
  }
  if (ask.method == "GET" && path == "/v1/entries") {
    if (before_list) before_list(++lists_);
    const std::lock_guard lock(mutex_);
    int status = 200;
    const auto body = list(query, status);
    peer.send(http_answer(status, as_json, body));
  } else if (ask.method == "PUT" && path == "/v1/entries") {
    const std::lock_guard lock(mutex_);
    if (fail_marks > 0) {
      --fail_marks;
      peer.send(http_answer(502, {{"Content-Type", "text/html"}}, "<html>Bad Gateway</html>"));
      return;
    }
    const auto body = json::parse(ask.body);
    if (body["status"].as_string() != "read" && body["status"].as_string() != "unread") {
      peer.send(http_answer(400, as_json, error("invalid status")));
      return;
    }
    for (const auto& id : body["entry_ids"].items())
      for (auto& entry : entries_)
        if (entry.id == id.as_int()) entry.read = body["status"].as_string() == "read";
    if (lose_marks > 0) {
      --lose_marks;
      peer.reset();
      return;
    }
    peer.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  } else if (ask.method == "GET" && path == "/v1/feeds") {
    auto feeds = Value::array();
    feeds.push(Value::object({{"id", 7},
                              {"title", broken_feed.empty() ? "The Feed" : broken_feed},
                              {"disabled", false},
                              {"parsing_error_count", broken_feed.empty() ? 0 : 4}}));
    peer.send(http_answer(200, as_json, json::dump(feeds)));
  } else {
    peer.send(http_answer(404, as_json, error("resource not found")));
  }
}

}  // namespace openclaw::test
