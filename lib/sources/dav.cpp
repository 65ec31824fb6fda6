// SPDX-License-Identifier: MIT
#include "sources/dav.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "markup/html_text.h"
#include "url/url.h"

namespace openclaw::sources {
namespace {

constexpr const char* dav = "DAV:";
constexpr const char* cal = "urn:ietf:params:xml:ns:caldav";
constexpr std::size_t most_bytes = 32u << 20;
constexpr std::size_t at_once = 50;
constexpr int most_redirects = 5;

constexpr const char* about =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:propfind xmlns:d=\"DAV:\" "
    "xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><d:resourcetype/><d:displayname/>"
    "<d:current-user-principal/><c:calendar-home-set/><c:supported-calendar-component-set/>"
    "</d:prop></d:propfind>";
constexpr const char* etags =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:propfind xmlns:d=\"DAV:\"><d:prop><d:getetag/>"
    "<d:resourcetype/><d:sync-token/></d:prop></d:propfind>";

/// The absolute URL of an href, on the same server only: the password goes with it.
std::string absolute(const std::string& base, const std::string& href) {
  const auto here = url::parse(base);
  const auto there = here ? url::resolve(*here, href) : std::nullopt;
  if (!there) throw base::ProtocolError("the calendar server gave a bad href");
  const bool upgrade = here->scheme == "http" && there->scheme == "https";
  if (there->host != here->host || (!upgrade && there->origin() != here->origin()))
    throw base::ProtocolError("the calendar server points to another server, " + there->origin());
  return there->text();
}

std::string href_of(const xml::Element& props, const char* ns, const char* name) {
  const auto* property = props.child(ns, name);
  const auto* href = property ? property->child(dav, "href") : nullptr;
  return href ? std::string(base::trim(href->all_text())) : std::string();
}

bool is_calendar(const xml::Element& props, const std::string& component) {
  const auto* type = props.child(dav, "resourcetype");
  if (!type || !type->child(cal, "calendar")) return false;
  const auto* set = props.child(cal, "supported-calendar-component-set");
  if (!set || set->children.empty()) return true;
  return std::any_of(set->children.begin(), set->children.end(),
                     [&component](const auto& c) { return c.attribute("name") == component; });
}

int status_of(const std::string& line) {
  const auto space = line.find(' ');
  return space == std::string::npos ? 0 : std::atoi(line.c_str() + space);
}

/// The path of a URL, unescaped as far as two spellings of it may differ.
std::string path_of(const std::string& text) {
  const auto parsed = url::parse(text);
  std::string out = parsed ? parsed->path : text;
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

}  // namespace

Dav::Multistatus Dav::ask(const std::string& method, const std::string& start, const char* depth,
                          const std::string& body) {
  Multistatus out;
  out.url = start;
  for (int hop = 0; hop <= most_redirects; ++hop) {
    net::Request request;
    request.method = method;
    request.url = out.url;
    request.body = body;
    request.max_body = most_bytes;
    request.headers = {{"Depth", depth}, {"Content-Type", "application/xml; charset=utf-8"}};
    const auto response = fetch_.send(std::move(request));
    if (response.status >= 301 && response.status <= 308 && response.status != 304) {
      out.url = absolute(out.url, std::string(response.header("location")));
      continue;
    }
    if (response.status == 401 || response.status == 403)
      throw base::ConfigError(fmt::format("the calendar server answered {}", response.status),
                              "are user and app password right?");
    if (response.status != 207)
      throw base::UnavailableError(
          fmt::format("the calendar server answered {} to {}", response.status, method));
    const auto root = xml::parse(response.body, xml::Mode::strict);
    if (root.name != "multistatus" || root.ns != dav)
      throw base::ProtocolError("the calendar server's answer is no multistatus");
    out.sync_token = base::trim(root.text_of("sync-token"));
    for (const auto* entry : root.all("response")) {
      Answer answer;
      answer.href = base::trim(entry->text_of("href"));
      if (const auto* own = entry->child(dav, "status")) answer.status = status_of(own->all_text());
      for (const auto* part : entry->all("propstat"))
        if (status_of(part->text_of("status")) == 200)
          if (const auto* props = part->child(dav, "prop")) answer.props = *props;
      out.answers.push_back(std::move(answer));
    }
    return out;
  }
  throw base::UnavailableError("the calendar server redirects in a circle");
}

std::vector<std::string> Dav::of_home(const std::string& home) {
  std::vector<std::string> out;
  const auto found = ask("PROPFIND", home, "1", about);
  for (const auto& answer : found.answers)
    if (is_calendar(answer.props, component_)) out.push_back(absolute(found.url, answer.href));
  if (out.empty()) throw base::UnavailableError("the server has no calendar with events");
  return out;
}

std::vector<std::string> Dav::calendars(const std::string& url) {
  Multistatus found;
  try {
    found = ask("PROPFIND", url, "0", about);
  } catch (const base::UnavailableError&) {
    found = ask("PROPFIND", absolute(url, "/.well-known/caldav"), "0", about);
  }
  std::set<std::string> asked;
  for (int step = 0; step < 4; ++step) {
    if (found.answers.empty()) break;
    const auto& props = found.answers.front().props;
    if (is_calendar(props, component_)) return {found.url};
    if (const auto home = href_of(props, cal, "calendar-home-set"); !home.empty())
      return of_home(absolute(found.url, home));
    std::string next = href_of(props, dav, "current-user-principal");
    if (next.empty()) next = "/.well-known/caldav";
    next = absolute(found.url, next);
    if (!asked.insert(next).second) break;
    found = ask("PROPFIND", next, "0", about);
  }
  throw base::UnavailableError("no calendar was found from this URL",
                               "give the URL of the calendar itself");
}

bool Dav::sync(const std::string& url, DavCollection& collection,
               std::vector<std::string>& changed) {
  try {
    const auto found =
        ask("REPORT", url, "0",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:sync-collection xmlns:d=\"DAV:\">"
            "<d:sync-token>" +
                markup::escaped(collection.sync_token) +
                "</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop>"
                "</d:sync-collection>");
    if (found.sync_token.empty()) return false;
    for (const auto& answer : found.answers) {
      if (answer.status == 507) return false;  // not all: RFC 6578, 3.6
      if (path_of(absolute(url, answer.href)) == path_of(url)) continue;
      if (answer.status == 404) {
        collection.objects.erase(answer.href);
        continue;
      }
      const auto etag = answer.props.text_of("getetag");
      const auto known = collection.objects.find(answer.href);
      if (etag.empty() || known == collection.objects.end() || known->second.etag != etag)
        changed.push_back(answer.href);
    }
    collection.sync_token = found.sync_token;
    return true;
  } catch (const base::ConfigError&) {
    return false;  // an unknown token is a 403 (RFC 6578, 3.2)
  } catch (const base::UnavailableError&) {
    return false;
  } catch (const base::ProtocolError&) {
    return false;
  }
}

void Dav::list(const std::string& url, DavCollection& collection,
               std::vector<std::string>& changed) {
  const auto found = ask("PROPFIND", url, "1", etags);
  std::set<std::string> present;
  changed.clear();
  collection.sync_token.clear();
  for (const auto& answer : found.answers) {
    if (path_of(absolute(url, answer.href)) == path_of(url)) {
      collection.sync_token = base::trim(answer.props.text_of("sync-token"));
      continue;
    }
    const auto* type = answer.props.child(dav, "resourcetype");
    if (type && type->child(dav, "collection")) continue;
    present.insert(answer.href);
    const auto known = collection.objects.find(answer.href);
    const auto etag = answer.props.text_of("getetag");
    if (etag.empty() || known == collection.objects.end() || known->second.etag != etag)
      changed.push_back(answer.href);
  }
  std::erase_if(collection.objects, [&](const auto& o) { return !present.contains(o.first); });
}

bool Dav::load(const std::string& url, DavCollection& collection,
               const std::vector<std::string>& changed) {
  std::set<std::string> unanswered(changed.begin(), changed.end());
  for (std::size_t begin = 0; begin < changed.size(); begin += at_once) {
    std::string body =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><c:calendar-multiget xmlns:d=\"DAV:\" "
        "xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><d:getetag/><c:calendar-data/></d:prop>";
    const std::size_t end = std::min(changed.size(), begin + at_once);
    for (std::size_t i = begin; i < end; ++i)
      body += "<d:href>" + markup::escaped(changed[i]) + "</d:href>";
    const auto found = ask("REPORT", url, "1", body + "</c:calendar-multiget>");
    for (const auto& answer : found.answers) {
      if (answer.status == 404) {
        collection.objects.erase(answer.href);
        unanswered.erase(answer.href);
        continue;
      }
      const auto* data = answer.props.child(cal, "calendar-data");
      if (!data) continue;
      unanswered.erase(answer.href);
      collection.objects[answer.href] = {answer.props.text_of("getetag"), data->all_text()};
    }
  }
  // Asked for again next time, whatever the token says.
  for (const auto& href : unanswered)
    if (const auto known = collection.objects.find(href); known != collection.objects.end())
      known->second.etag.clear();
  if (!unanswered.empty()) collection.sync_token.clear();
  return unanswered.empty();
}

bool Dav::update(const std::string& url, DavCollection& collection) {
  std::vector<std::string> changed;
  if (collection.sync_token.empty() || !sync(url, collection, changed))
    list(url, collection, changed);
  return load(url, collection, changed);
}

}  // namespace openclaw::sources
