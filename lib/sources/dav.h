// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "sources/fetch.h"
#include "xml/element.h"

namespace openclaw::sources {

struct DavObject {
  std::string etag, data;
};

/// One calendar, as far as it is known here.
struct DavCollection {
  std::string sync_token;
  std::map<std::string, DavObject> objects;  ///< by href, as the server writes it
};

/// WebDAV (RFC 4918) for calendars: discovery (RFC 6764, 5397, 4791), sync (RFC 6578), multiget.
/// Names are matched by namespace, never by prefix. Throws as Fetch does.
class Dav {
 public:
  /// component: VEVENT or VTODO.
  Dav(Fetch& fetch, std::string component) : fetch_(fetch), component_(std::move(component)) {}

  /// The URLs of the calendars with such components: the URL itself when it is one, else all that
  /// its user has.
  std::vector<std::string> calendars(const std::string& url);
  /// Brings the collection up to date: by its sync token, or, where that fails, by a full listing.
  /// False when some objects could not be had.
  bool update(const std::string& url, DavCollection& collection);

 private:
  struct Answer {
    std::string href;
    int status = 200;
    xml::Element props;  ///< of the propstat with status 200
  };
  struct Multistatus {
    std::vector<Answer> answers;
    std::string sync_token;
    std::string url;  ///< after redirects
  };

  Multistatus ask(const std::string& method, const std::string& url, const char* depth,
                  const std::string& body);
  bool sync(const std::string& url, DavCollection& collection, std::vector<std::string>& changed);
  void list(const std::string& url, DavCollection& collection, std::vector<std::string>& changed);
  bool load(const std::string& url, DavCollection& collection,
            const std::vector<std::string>& changed);
  std::vector<std::string> of_home(const std::string& home);

  Fetch& fetch_;
  std::string component_;
};

}  // namespace openclaw::sources
