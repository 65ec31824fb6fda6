// SPDX-License-Identifier: MIT
// Issues of GitHub (REST 2022-11-28) and of Gitea and Forgejo (API v1): the same shape, pages by
// the Link header (RFC 8288).
#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"
#include "sources/tickets.h"
#include "url/url.h"

namespace openclaw::sources {
namespace {

constexpr int most_pages = 30;

/// "https://github.com/o/r" -> its API; an API URL stays as it is.
std::string api_of(const std::string& repository) {
  std::string text = repository;
  while (text.ends_with('/')) text.pop_back();
  if (text.ends_with(".git")) text.resize(text.size() - 4);
  const auto parsed = url::parse(text);
  if (!parsed) throw base::ConfigError("the URL of the repository is not understood");
  if (parsed->path.find("/repos/") != std::string::npos) return text;
  if (parsed->host == "github.com") return "https://api.github.com/repos" + parsed->path;
  // A forge may live below a folder: the last two steps are the repository.
  const auto name = parsed->path.rfind('/');
  const auto owner = name == 0 ? std::string::npos : parsed->path.rfind('/', name - 1);
  if (owner == std::string::npos)
    throw base::ConfigError("the URL of the repository needs an owner and a name");
  return parsed->origin() + parsed->path.substr(0, owner) + "/api/v1/repos" +
         parsed->path.substr(owner);
}

/// The target of rel="next", only on the same server: the token goes with it.
std::string next_of(const net::Response& response, const std::string& current) {
  const auto here = url::parse(current);
  for (const auto part : base::split(response.header("link"), ',')) {
    const auto open = part.find('<'), close = part.find('>');
    if (open == std::string_view::npos || close == std::string_view::npos ||
        part.find("rel=\"next\"", close) == std::string_view::npos)
      continue;
    const auto next =
        here ? url::resolve(*here, part.substr(open + 1, close - open - 1)) : std::nullopt;
    if (!next) continue;
    if (next->origin() == here->origin()) return next->text();
    // A proxy between us: the server names itself otherwise. The token stays where it is.
    if (!next->query.empty()) return here->origin() + here->path + "?" + next->query;
  }
  return {};
}

Ticket read_issue(const json::Value& entry, const std::string& project) {
  Ticket out;
  out.id = fmt::format("{}", entry["id"].as_int());
  out.reference = fmt::format("#{}", entry["number"].as_int());
  out.title = entry["title"].as_string();
  out.url = entry["html_url"].as_string();
  out.project = project;
  out.state = entry["state"].as_string();
  out.updated = base::parse_rfc3339(entry["updated_at"].as_string());
  const auto& due =
      entry["due_date"].is_string() ? entry["due_date"] : entry["milestone"]["due_on"];
  out.due = zone::parse_date(base::prefix_bytes(due.as_string(), 10));
  for (const auto& person : entry["assignees"].items())
    out.assignees.push_back(person["login"].as_string());
  for (const auto& label : entry["labels"].items()) {
    const auto word = base::lower(label["name"].as_string());
    for (const char* priority : {"urgent", "high"})
      if (word == priority || word.ends_with(std::string("/") + priority) ||
          word.ends_with(std::string(": ") + priority))
        out.priority = priority;
  }
  return out;
}

}  // namespace

Reading read_issues(const std::string& source, const std::string& repository, Fetch& fetch,
                    base::Time now, const zone::Zone& zone) {
  Reading out;
  out.source = source;
  out.more_link = repository;
  const std::string api = api_of(repository);
  const std::string project = api.substr(api.find("/repos/") + 7);
  std::string url = api + "/issues?state=open&type=issues&per_page=100&limit=50";
  for (int page = 0; !url.empty(); ++page) {
    if (page == most_pages) {
      out.doubts.push_back(fmt::format("only the first {} issues", out.items.size()));
      out.doubtful_kinds.insert("ticket");
      break;
    }
    const auto response = fetch.get(url);
    const auto answer = fetch.read(url, response);
    if (!answer.is_array()) throw base::ProtocolError("the issues are no list: is the URL right?");
    for (const auto& entry : answer.items()) {
      if (!entry["pull_request"].is_null()) continue;
      out.items.push_back(ticket_item(source, read_issue(entry, project), now, zone));
    }
    url = next_of(response, url);
    if (url.empty() && response.header("link").find("rel=\"next\"") != std::string_view::npos) {
      out.doubts.push_back("the list goes on at another server, which is not asked");
      out.doubtful_kinds.insert("ticket");
    }
  }
  if (out.items.empty()) out.quiet.push_back("no open issues");
  return out;
}

}  // namespace openclaw::sources
