// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "sources/calendars.h"
#include "url/url.h"

namespace openclaw::sources {
namespace {

constexpr std::size_t most_bytes = 10u << 20;
constexpr int most_redirects = 5;

/// The URL may hold a token.
std::string digest_of(const std::string& url) {
  return base::hex(crypto::view(crypto::sha256(url)));
}

/// What is kept of a calendar: the text and what the server calls it.
struct Copy {
  std::string text, etag, modified;
  std::optional<base::Time> at;

  static Copy read(const std::string& cached, const std::string& url) {
    Copy out;
    const auto value = parse_copy(cached);
    // Another calendar's copy says nothing of this one.
    if (value["url"].as_string() != digest_of(url)) return out;
    out.text = value["text"].as_string();
    out.etag = value["etag"].as_string();
    out.modified = value["modified"].as_string();
    out.at = base::parse_rfc3339(value["at"].as_string());
    return out;
  }
  std::string write(const std::string& url) const {
    return write_copy(json::Value::object({{"url", digest_of(url)},
                                           {"text", text},
                                           {"etag", etag},
                                           {"modified", modified},
                                           {"at", at ? base::rfc3339(*at) : ""}}));
  }
};

std::string with_https(const std::string& url) {
  return base::lower(url.substr(0, 9)) == "webcal://" ? "https://" + url.substr(9) : url;
}

/// The text, or nullopt when the server says that the copy is still right.
std::optional<std::string> download(const std::string& start, Copy& copy, Fetch& fetch) {
  std::string url = with_https(start);
  for (int hop = 0; hop <= most_redirects; ++hop) {
    net::Request request;
    request.url = url;
    request.max_body = most_bytes;
    if (!copy.text.empty() && !copy.etag.empty())
      request.headers.emplace_back("If-None-Match", copy.etag);
    if (!copy.text.empty() && !copy.modified.empty())
      request.headers.emplace_back("If-Modified-Since", copy.modified);
    const auto response = fetch.send(std::move(request));
    if (response.status == 304 && !copy.text.empty()) return std::nullopt;
    if (response.status >= 301 && response.status <= 308) {
      const auto here = url::parse(url);
      const auto next = here ? url::resolve(*here, response.header("location")) : std::nullopt;
      if (!next || (next->scheme != "https" && next->origin() != here->origin()))
        throw base::UnavailableError("the calendar's server redirects to a place without https");
      url = next->text();
      continue;
    }
    if (response.status != 200)
      throw base::UnavailableError(
          fmt::format("the calendar's server answered {}", response.status));
    copy.etag = response.header("etag");
    copy.modified = response.header("last-modified");
    return response.body;
  }
  throw base::UnavailableError("the calendar's server redirects in a circle");
}

}  // namespace

Reading read_ics_url(const std::string& source, const std::string& url, const std::string& cached,
                     Fetch& fetch, const EventWindow& window) {
  Copy copy = Copy::read(cached, url);
  Reading out;
  out.source = source;
  try {
    Copy fresh = copy;
    if (const auto text = download(url, fresh, fetch)) {
      Reading first = out;
      add_events(first, *text, window);
      fresh.text = *text;
      fresh.at = window.now;
      first.cache = fresh.write(url);
      return first;
    }
    copy.at = window.now;
    out.cache = copy.write(url);
  } catch (const base::Error& e) {
    out.reason = e.what();
    if (copy.text.empty()) {
      out.state = Reading::State::failed;
      return out;
    }
    out.doubts.push_back(copy_note(copy.at, window) + out.reason);
    out.doubtful_kinds.insert("event");
  }
  add_events(out, copy.text, window);
  return out;
}

std::string copy_note(const std::optional<base::Time>& at, const EventWindow& window) {
  if (!at) return "from an earlier copy: ";
  const auto local = window.zone.local(*at);
  return fmt::format("from the copy of {} {:02}:{:02}: ", zone::iso_date(local.date), local.hour,
                     local.minute);
}

}  // namespace openclaw::sources
