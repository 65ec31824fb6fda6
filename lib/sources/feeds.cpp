// SPDX-License-Identifier: MIT
#include "sources/feeds.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "sources/feed_parse.h"
#include "url/url.h"
#include "xml/element.h"

namespace openclaw::sources {
namespace {

using json::Value;

constexpr std::size_t most_list = 1u << 20;
constexpr std::size_t most_bytes = 5u << 20;
constexpr std::size_t most_feeds = 500;
constexpr int most_redirects = 5;
constexpr base::Millis for_one{15000};
constexpr base::Millis for_one_least{1000};

void outlines(const xml::Element& parent, std::vector<std::string>& out) {
  for (const auto* outline : parent.all("outline")) {
    if (const auto& url = outline->attribute("xmlUrl"); !url.empty()) out.push_back(url);
    outlines(*outline, out);
  }
}

std::vector<std::string> addresses(const std::string& path) {
  const auto text = base::read_if_exists(path, most_list);
  if (!text) throw base::UnavailableError("there is no file '" + path + "'");
  std::vector<std::string> out;
  if (base::trim(*text).starts_with('<')) {
    const auto root = xml::parse(*text, xml::Mode::strict);
    if (const auto* body = root.child("body")) outlines(*body, out);
  } else {
    for (const auto line : base::split(*text, '\n'))
      if (const auto url = base::trim(line.substr(0, line.find(" #")));
          !url.empty() && url[0] != '#')
        out.emplace_back(url);
  }
  if (out.empty()) throw base::ConfigError("'" + path + "' names no feed");
  if (out.size() > most_feeds) out.resize(most_feeds);
  return out;
}

std::string charset_of(std::string_view content_type) {
  const std::string lower = base::lower(content_type);
  const auto at = lower.find("charset=");
  if (at == std::string::npos) return {};
  auto rest = std::string_view(lower).substr(at + 8);
  rest = base::trim(rest.substr(0, rest.find(';')));
  if (rest.size() > 1 && rest.front() == '"') rest = rest.substr(1, rest.size() - 2);
  return std::string(rest);
}

Value kept(const FeedEntry& entry) {
  return Value::object({{"id", entry.id},
                        {"title", entry.title},
                        {"link", entry.link},
                        {"text", entry.text},
                        {"at", entry.published ? base::rfc3339(*entry.published) : ""}});
}

class Feeds {
 public:
  Feeds(const std::string& source, const std::string& cached, Fetch& fetch, const Seen& seen)
      : old_(parse_copy(cached)), fetch_(fetch), seen_(seen) {
    out_.source = source;
  }

  Reading read(const std::vector<std::string>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      share_ = share_of(list.size() - i);
      one(list[i]);
    }
    if (failed_ == list.size()) {
      out_.state = Reading::State::failed;
      out_.reason = "no feed can be read: " + out_.doubts.front();
    }
    if (out_.items.empty() && failed_ == 0) out_.quiet.push_back("no new entries");
    out_.cache = write_copy(fresh_);
    return std::move(out_);
  }

 private:
  /// A slow feed may take some of the others' time, and never most of it.
  base::Millis share_of(std::size_t feeds_left) const {
    constexpr std::int64_t generous = 4;
    const auto even = fetch_.left() / static_cast<std::int64_t>(feeds_left);
    return std::clamp(feeds_left > 1 ? std::min(even * generous, fetch_.left() / 3) : even,
                      for_one_least, for_one);
  }

  void one(const std::string& address) {
    Value known = old_[address];
    try {
      refresh(address, known);
    } catch (const base::Error& e) {
      ++failed_;
      const auto parsed = url::parse(address);
      out_.doubts.push_back((parsed ? parsed->host : base::one_line(address)) + ": " + e.what());
    }
    if (known.is_null()) return;
    for (const auto& entry : known["entries"].items()) add(address, known, entry);
    fresh_.members_mutable().emplace_back(address, std::move(known));
  }

  void refresh(const std::string& address, Value& known) {
    std::string url = address;
    bool moved = false;
    for (int hop = 0; hop <= most_redirects; ++hop) {
      net::Request request;
      request.url = url;
      request.max_body = most_bytes;
      request.total_timeout = share_;
      request.first_byte_timeout = share_;
      // A foreign server must not send us into the private network.
      if (hop > 0) request.reach = net::Reach::public_only;
      if (const auto& etag = known["etag"].as_string(); !etag.empty())
        request.headers.emplace_back("If-None-Match", etag);
      if (const auto& modified = known["modified"].as_string(); !modified.empty())
        request.headers.emplace_back("If-Modified-Since", modified);
      const auto here = url::parse(url);
      if (!here) throw base::UnavailableError("that is no URL");
      auto response = fetch_.send(std::move(request));
      if (response.status == 304 && !known.is_null()) return;
      if (response.status == 410) throw base::UnavailableError("gone for good (410)");
      if (response.status >= 301 && response.status <= 308) {
        const auto next = url::resolve(*here, response.header("location"));
        if (!next) throw base::UnavailableError("redirects to nowhere");
        moved = moved || response.status == 301 || response.status == 308;
        url = next->text();
        continue;
      }
      if (response.status != 200)
        throw base::UnavailableError(fmt::format("answered {}", response.status));
      const auto feed = parse_feed(response.body, url, charset_of(response.header("content-type")));
      auto entries = Value::array();
      for (const auto& entry : feed.entries) entries.push(kept(entry));
      known = Value::object({{"title", feed.title},
                             {"etag", response.header("etag")},
                             {"modified", response.header("last-modified")},
                             {"entries", std::move(entries)}});
      if (moved) out_.doubts.push_back(here->host + ": the feed has moved to " + url);
      return;
    }
    throw base::UnavailableError("redirects in a circle");
  }

  void add(const std::string& address, const Value& feed, const Value& entry) {
    Item item;
    item.source = out_.source;
    item.kind = "entry";
    item.key = "entry:" + out_.source + ":" +
               base::hex(crypto::view(crypto::sha256(address + "\n" + entry["id"].as_string())))
                   .substr(0, 20);
    if (seen_.delivered && seen_.delivered(item.key)) return;
    item.title = entry["title"].as_string();
    item.link = base::one_line(entry["link"].as_string());
    item.detail = base::prefix_bytes(entry["text"].as_string(), 700);
    item.group = feed["title"].as_string();
    item.at = base::parse_rfc3339(entry["at"].as_string());
    item.private_text = false;
    item.untrusted = true;
    out_.items.push_back(std::move(item));
  }

  Value old_, fresh_ = Value::object();
  Fetch& fetch_;
  const Seen& seen_;
  std::size_t failed_ = 0;
  base::Millis share_ = for_one;
  Reading out_;
};

}  // namespace

Reading read_feeds(const std::string& source, const std::string& path, const std::string& cached,
                   Fetch& fetch, const Seen& seen) {
  return Feeds(source, cached, fetch, seen).read(addresses(path));
}

}  // namespace openclaw::sources
