// SPDX-License-Identifier: MIT
#include "support/plane_server.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include <fmt/core.h>

#include "json/parse.h"

namespace openclaw::test {
namespace {

using json::Value;

const HttpHeaders as_json{{"Content-Type", "application/json"}};
const std::vector<std::string> groups{"backlog", "unstarted", "started", "completed", "cancelled"};

std::string value_of(const std::string& query, const std::string& name) {
  const auto at = ("&" + query).find("&" + name + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 1;
  std::string text = query.substr(begin, query.find('&', begin) - begin);
  for (std::size_t colon; (colon = text.find("%3A")) != std::string::npos;)
    text.replace(colon, 3, ":");
  return text;
}

Value state_of(const std::string& group) {
  return Value::object({{"id", "state-" + group}, {"name", "In " + group}, {"group", group}});
}

}  // namespace

void PlaneServer::add(const std::string& project, const std::string& name,
                      const std::string& state_group, const std::string& priority,
                      const std::string& due) {
  const std::lock_guard lock(mutex_);
  const auto n = static_cast<int>(items_.size()) + 1;
  items_.emplace_back(
      project,
      Value::object(
          {{"id", fmt::format("00000000-0000-4000-8000-{:012}", n)},
           {"name", name},
           {"sequence_id", n},
           {"priority", priority},
           {"state", state_of(state_group)},
           {"assignees", Value::array({Value::object({{"id", "u1"}, {"display_name", "sam"}})})},
           {"target_date", due.empty() ? Value() : Value(due)},
           {"archived_at", nullptr},
           {"is_draft", false},
           {"updated_at", "2026-11-20T10:00:00.123456+01:00"}}));
}

std::string PlaneServer::page(const json::Array& all, const std::string& query) const {
  auto per_page = std::strtoul(value_of(query, "per_page").c_str(), nullptr, 10);
  if (per_page == 0) per_page = 1000;
  per_page = std::min(per_page, 1000UL);
  unsigned long number = 0;
  if (const auto cursor = value_of(query, "cursor"); !cursor.empty())
    number = std::strtoul(cursor.c_str() + cursor.find(':') + 1, nullptr, 10);
  auto results = Value::array();
  for (std::size_t i = number * per_page; i < std::min(all.size(), (number + 1) * per_page); ++i)
    results.push(all[i]);
  const auto count = static_cast<std::int64_t>(results.size());
  return json::dump(Value::object(
      {{"grouped_by", nullptr},
       {"total_count", static_cast<std::int64_t>(all.size())},
       {"next_cursor", fmt::format("{}:{}:0", per_page, number + 1)},
       {"prev_cursor", fmt::format("{}:{}:1", per_page, static_cast<long>(number) - 1)},
       {"next_page_results", (number + 1) * per_page < all.size()},
       {"prev_page_results", number > 0},
       {"count", count},
       {"total_pages", static_cast<std::int64_t>((all.size() + per_page - 1) / per_page)},
       {"results", results}}));
}

std::vector<std::string> PlaneServer::comments() const {
  const std::lock_guard lock(mutex_);
  return comments_;
}

std::vector<std::string> PlaneServer::created() const {
  const std::lock_guard lock(mutex_);
  return created_;
}

void PlaneServer::write(const std::string& rest, const HttpAsk& ask, const HttpPeer& peer) {
  const bool comment = rest.ends_with("/comments/");
  if (!comment && !rest.ends_with("/work-items/")) {
    peer.send(http_answer(405, as_json, R"({"detail":"Method \"POST\" not allowed."})"));
    return;
  }
  const auto body = json::parse(ask.body);
  const char* field = comment ? "comment_html" : "name";
  if (body[field].as_string().empty()) {
    peer.send(
        http_answer(400, as_json, fmt::format(R"({{"{}":["This field is required."]}})", field)));
    return;
  }
  const std::string project = rest.substr(2, rest.find('/') - 2);
  std::string id;
  bool existed = false;
  {
    const std::lock_guard lock(mutex_);
    const auto external = (comment ? "c:" : "i:") + rest + body["external_source"].as_string() +
                          ":" + body["external_id"].as_string();
    auto& known = external_[external];
    existed = !known.empty() && !body["external_id"].as_string().empty();
    if (!existed) {
      const auto n = comment ? comments_.size() : created_.size();
      known = fmt::format("{}-{}", comment ? "comment" : "item", n + 1);
      if (comment) {
        const std::string item = rest.substr(rest.size() - 10 - 36, 36);
        for (const auto& [name, one] : items_)
          if (one["id"].as_string() == item)
            comments_.push_back(fmt::format("{}-{}: {}", name, one["sequence_id"].as_int(),
                                            body["comment_html"].as_string()));
      } else {
        created_.push_back(project + ": " + body["name"].as_string());
      }
    }
    id = known;
  }
  if (lost_answers > 0) {
    --lost_answers;
    peer.reset();
    return;
  }
  if (existed)
    peer.send(http_answer(
        409, as_json,
        json::dump(Value::object({{"error", "the external id exists already"}, {"id", id}}))));
  else
    peer.send(http_answer(201, as_json, json::dump(Value::object({{"id", id}}))));
}

void PlaneServer::answer(const HttpAsk& ask, const HttpPeer& peer) {
  const auto mark = ask.target.find('?');
  const std::string path = ask.target.substr(0, mark);
  const std::string query = mark == std::string::npos ? "" : ask.target.substr(mark + 1);
  if ((ask.head + "\r\n").find("X-API-Key: " + key_ + "\r\n") == std::string::npos) {
    peer.send(http_answer(401, as_json, R"({"detail":"Given API token is not valid"})"));
    return;
  }
  if (requests_left-- <= 0) {
    peer.send(http_answer(429, {{"Content-Type", "application/json"}, {"Retry-After", "30"}},
                          R"({"error_code":5900,"error_message":"RATE_LIMIT_EXCEEDED"})"));
    return;
  }
  if (path.starts_with("/api/v1/workspaces/home/work-items/") && path.ends_with('/')) {
    const std::string reference = path.substr(35, path.size() - 36);
    const std::lock_guard lock(mutex_);
    for (const auto& [project, item] : items_)
      if (reference == fmt::format("{}-{}", project, item["sequence_id"].as_int())) {
        peer.send(http_answer(200, as_json, json::dump(item)));
        return;
      }
    peer.send(http_answer(404, as_json, R"({"error":"The requested resource does not exist."})"));
    return;
  }
  const std::string base = "/api/v1/workspaces/home/projects/";
  if (!path.starts_with(base) || !path.ends_with('/')) {
    peer.send(http_answer(404, {{"Content-Type", "text/html"}}, "<h1>Not Found</h1>"));
    return;
  }
  const std::string rest = path.substr(base.size());
  if (ask.head.starts_with("POST ")) return write(rest, ask, peer);
  json::Array found;
  if (rest.empty()) {
    for (const char* name : {"HOME", "WORK"})
      found.push_back(
          Value::object({{"id", std::string("p-") + name}, {"identifier", name}, {"name", name}}));
  } else if (rest.ends_with("/states/")) {
    for (const auto& group : groups) found.push_back(state_of(group));
  } else if (rest.ends_with("/work-items/")) {
    if (before_list) before_list(++lists_);
    const std::lock_guard lock(mutex_);
    const std::string project = rest.substr(2, rest.find('/') - 2);
    const bool expanded = value_of(query, "expand").find("state") != std::string::npos;
    for (auto at = items_.rbegin(); at != items_.rend(); ++at) {
      if (at->first != project) continue;
      Value item = at->second;
      if (!expanded) item.set("state", item["state"]["id"]);
      found.push_back(std::move(item));
    }
  } else {
    peer.send(http_answer(404, as_json, R"({"error":"The required object does not exist."})"));
    return;
  }
  peer.send(http_answer(200, as_json, page(found, query)));
}

}  // namespace openclaw::test
