// SPDX-License-Identifier: MIT
#pragma once
#include "base/error.h"
#include "sources/fetch.h"
#include "sources/item.h"
#include "zone/zone.h"

namespace openclaw::sources {

/// One open piece of work, wherever it is kept.
struct Ticket {
  std::string id;         ///< the tracker's own, stable
  std::string reference;  ///< "HOME-12", "#7"
  std::string title, url, project, state;
  std::string priority;  ///< urgent, high, medium, low, none
  std::optional<std::chrono::year_month_day> due;
  std::vector<std::string> assignees;
  std::optional<base::Time> updated;
};

/// The line of a review: overdue ones are warnings, urgent overdue ones critical.
Item ticket_item(const std::string& source, const Ticket& ticket, base::Time now,
                 const zone::Zone& zone);

struct PlaneServer {
  std::string url, workspace;
  std::vector<std::string> projects;  ///< identifiers like HOME; empty = all
};
/// Every open work item of Plane (API v1); open is what the state's group says.
Reading read_plane(const std::string& source, const PlaneServer& server, Fetch& fetch,
                   base::Time now, const zone::Zone& zone);

/// The server, or the declaration, has no such project.
class NoSuchProject : public base::Error {
 public:
  using Error::Error;
};

/// What was written, and whether it was there already.
struct Written {
  std::string id;
  bool existed = false;
};
/// Writing to Plane. external_id makes a repeated call the same call: the server answers 409 with
/// the first one's id. Throws base::Error; a project that is not declared is none.
Written comment_on_plane(const PlaneServer& server, const std::string& project,
                         const std::string& reference, const std::string& text,
                         const std::string& external_id, Fetch& fetch);
Written create_in_plane(const PlaneServer& server, const std::string& project,
                        const std::string& title, const std::string& text,
                        const std::string& external_id, Fetch& fetch);

/// Open issues of a GitHub, Gitea or Forgejo repository, "https://github.com/owner/name" or the
/// API's own URL; pull requests are left out.
Reading read_issues(const std::string& source, const std::string& repository, Fetch& fetch,
                    base::Time now, const zone::Zone& zone);

}  // namespace openclaw::sources
