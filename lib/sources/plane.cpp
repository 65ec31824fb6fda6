// SPDX-License-Identifier: MIT
// Plane's API v1 (self-hosted 1.x): filters are ignored by the server, so everything is read and
// filtered here; next_cursor is always there, so next_page_results ends the loop.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "sources/tickets.h"
#include "url/url.h"

namespace openclaw::sources {
namespace {

using json::Value;

constexpr int per_page = 100;
constexpr int most_pages = 60;  // an hour's worth of the usual rate limit is not ours alone

class Plane {
 public:
  Plane(const std::string& source, const PlaneServer& server, Fetch& fetch, base::Time now,
        const zone::Zone& zone)
      : server_(server), fetch_(fetch), now_(now), zone_(zone) {
    out_.source = source;
    out_.more_link = join_url(server.url, "/" + url::encode(server.workspace));
  }

  Reading read() {
    const auto projects = pages("/projects/");
    std::set<std::string> wanted(server_.projects.begin(), server_.projects.end());
    for (const auto& project : projects) {
      const auto& identifier = project["identifier"].as_string();
      if (!server_.projects.empty() && wanted.erase(identifier) == 0) continue;
      try {
        one_project(project["id"].as_string(), identifier, project["name"].as_string());
      } catch (const base::TransientError& e) {
        if (out_.items.empty()) throw;
        doubt(fmt::format("only a part was read: {}", e.what()));
        return std::move(out_);
      }
    }
    for (const auto& name : wanted)
      doubt("there is no project '" + base::one_line(name) +
            "', or the key may not "
            "see it");
    if (out_.items.empty() && out_.doubts.empty()) out_.quiet.push_back("no open tickets");
    return std::move(out_);
  }

 private:
  void doubt(const std::string& text) {
    out_.doubts.push_back(text);
    out_.doubtful_kinds.insert("ticket");
  }

  /// All results of a list, each id once: the cursor is an offset, so pages shift when items come
  /// or go meanwhile.
  std::vector<Value> pages(const std::string& path) {
    std::vector<Value> out;
    std::set<std::string> ids;
    std::string cursor;
    for (int page = 0;; ++page) {
      if (page == most_pages) {
        doubt(fmt::format("only the first {} of a longer list", out.size()));
        return out;
      }
      std::string url =
          join_url(server_.url, "/api/v1/workspaces/" + url::encode(server_.workspace) + path +
                                    (path.find('?') == std::string::npos ? "?" : "&") +
                                    fmt::format("per_page={}", per_page));
      if (!cursor.empty()) url += "&cursor=" + url::encode(cursor);
      const auto answer = fetch_.get_json(url);
      const auto& results = answer.is_array() ? answer : answer["results"];
      if (!results.is_array())
        throw base::ProtocolError("Plane's answer has no results: is the URL right?");
      for (const auto& result : results.items())
        if (ids.insert(result["id"].as_string()).second) out.push_back(result);
      const auto& next = answer["next_cursor"].as_string();
      if (!answer["next_page_results"].as_bool() || next.empty() || next == cursor) return out;
      cursor = next;
    }
  }

  using States = std::map<std::string, std::pair<std::string, std::string>>;  // name, group

  States read_states(const std::string& path) {
    States out;
    for (const auto& state : pages(path + "/states/"))
      out[state["id"].as_string()] = {state["name"].as_string(), state["group"].as_string()};
    return out;
  }

  void one_project(const std::string& id, const std::string& identifier, const std::string& name) {
    const std::string path = "/projects/" + url::encode(id);
    std::optional<States> states;  // asked for only where an item does not say its own
    for (const auto& entry : pages(path + "/work-items/?expand=state,assignees")) {
      const auto& state = entry["state"];
      std::string group = state["group"].as_string(), word = state["name"].as_string();
      if (group.empty()) {
        if (!states) states = read_states(path);
        const auto known =
            states->find(state.is_string() ? state.as_string() : state["id"].as_string());
        if (known != states->end()) std::tie(word, group) = known->second;
      }
      if (group == "completed" || group == "cancelled" || entry["is_draft"].as_bool() ||
          !entry["archived_at"].is_null())
        continue;
      Ticket ticket;
      ticket.id = entry["id"].as_string();
      ticket.reference = fmt::format("{}-{}", identifier, entry["sequence_id"].as_int());
      ticket.title = entry["name"].as_string();
      ticket.project = name;
      ticket.state = word;
      ticket.priority = entry["priority"].as_string();
      ticket.due = zone::parse_date(base::prefix_bytes(entry["target_date"].as_string(), 10));
      ticket.updated = base::parse_rfc3339(entry["updated_at"].as_string());
      ticket.url =
          join_url(server_.url, fmt::format("/{}/browse/{}/", url::encode(server_.workspace),
                                            url::encode(ticket.reference)));
      for (const auto& person : entry["assignees"].items())
        if (const auto& shown = person["display_name"].as_string(); !shown.empty())
          ticket.assignees.push_back(shown);
      out_.items.push_back(ticket_item(out_.source, ticket, now_, zone_));
    }
  }

  const PlaneServer& server_;
  Fetch& fetch_;
  base::Time now_;
  const zone::Zone& zone_;
  Reading out_;
};

}  // namespace

Reading read_plane(const std::string& source, const PlaneServer& server, Fetch& fetch,
                   base::Time now, const zone::Zone& zone) {
  return Plane(source, server, fetch, now, zone).read();
}

}  // namespace openclaw::sources
