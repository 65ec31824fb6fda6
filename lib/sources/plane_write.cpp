// SPDX-License-Identifier: MIT
// Writing through Plane's API v1: external_source and external_id make it idempotent.
#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"
#include "markup/html_text.h"
#include "sources/tickets.h"
#include "url/url.h"

namespace openclaw::sources {
namespace {

using json::Value;

/// Plain text as Plane's editor stores it: a paragraph a line, nothing of it a tag.
std::string html_of(const std::string& text) {
  std::string out;
  const std::string clean = base::valid_utf8(text);
  for (const auto line : base::split(clean, '\n')) out += "<p>" + markup::escaped(line) + "</p>";
  return out;
}

class Writer {
 public:
  Writer(const PlaneServer& server, Fetch& fetch) : server_(server), fetch_(fetch) {}

  std::string project_id(const std::string& identifier) {
    const auto& declared = server_.projects;
    if (declared.empty() ||
        std::find(declared.begin(), declared.end(), identifier) != declared.end()) {
      const auto answer = fetch_.get_json(at("/projects/?per_page=100"));
      for (const auto& project : (answer.is_array() ? answer : answer["results"]).items())
        if (project["identifier"].as_string() == identifier) return project["id"].as_string();
    }
    throw NoSuchProject("there is no project '" + base::one_line(identifier) + "'");
  }

  /// "HOME-12", or only "12".
  std::string item_id(const std::string& project, const std::string& reference) {
    const std::string whole =
        reference.find('-') == std::string::npos ? project + "-" + reference : reference;
    if (!whole.starts_with(project + "-"))
      throw base::Error("'" + base::one_line(reference) + "' is not of the project " + project);
    const auto item = fetch_.get_json(at("/work-items/" + url::encode(whole) + "/"));
    if (item["id"].as_string().empty()) throw base::ProtocolError("Plane's work item has no id");
    return item["id"].as_string();
  }

  Written post(const std::string& path, const Value& body) {
    net::Request request;
    request.method = "POST";
    request.url = at(path);
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::dump(body);
    const auto response = fetch_.send(request);
    if (response.status == 409) {
      const auto first = json::parse(response.body, {.max_depth = 8, .max_bytes = 1u << 20});
      if (!first["id"].as_string().empty()) return {first["id"].as_string(), true};
    }
    return {fetch_.read(request.url, response)["id"].as_string(), false};
  }

 private:
  std::string at(const std::string& path) const {
    return join_url(server_.url, "/api/v1/workspaces/" + url::encode(server_.workspace) + path);
  }
  const PlaneServer& server_;
  Fetch& fetch_;
};

}  // namespace

Written comment_on_plane(const PlaneServer& server, const std::string& project,
                         const std::string& reference, const std::string& text,
                         const std::string& external_id, Fetch& fetch) {
  Writer writer(server, fetch);
  const auto project_id = writer.project_id(project);
  const auto item_id = writer.item_id(project, reference);
  return writer.post(fmt::format("/projects/{}/work-items/{}/comments/", url::encode(project_id),
                                 url::encode(item_id)),
                     Value::object({{"comment_html", html_of(text)},
                                    {"external_source", "openclaw"},
                                    {"external_id", external_id}}));
}

Written create_in_plane(const PlaneServer& server, const std::string& project,
                        const std::string& title, const std::string& text,
                        const std::string& external_id, Fetch& fetch) {
  Writer writer(server, fetch);
  return writer.post(
      fmt::format("/projects/{}/work-items/", url::encode(writer.project_id(project))),
      Value::object({{"name", base::one_line(title)},
                     {"description_html", html_of(text)},
                     {"external_source", "openclaw"},
                     {"external_id", external_id}}));
}

}  // namespace openclaw::sources
