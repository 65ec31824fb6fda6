// SPDX-License-Identifier: MIT
#include "sources/feed_parse.h"

#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "markup/html_text.h"
#include "url/url.h"
#include "xml/element.h"

namespace openclaw::sources {
namespace {

using xml::Element;

constexpr std::size_t most_entries = 500;
constexpr std::size_t most_title = 300;
constexpr std::size_t most_text = 2000;

std::string plain(const std::string& text, std::size_t most) {
  const bool markup = text.find_first_of("<&") != std::string::npos;
  const auto read = markup ? markup::html_to_text(base::prefix_bytes(text, 200000)) : text;
  return base::one_line(base::prefix_bytes(base::trim(base::valid_utf8(read)), most));
}

class Reader {
 public:
  explicit Reader(const std::string& address) : base_(url::parse(address)) {}

  Feed of_xml(const Element& root) {
    if (root.name == "feed") {
      atom(root);
    } else {
      // RSS 1.0 has its items beside the channel.
      const auto* channel = root.child("channel");
      if (root.name == "channel") channel = &root;
      if (!channel && root.all("item").empty())
        throw base::ProtocolError("this is XML, but no feed");
      if (channel) feed_.title = plain(channel->text_of("title"), most_title);
      for (const auto* parent : {channel, &root})
        if (parent)
          for (const auto* item : parent->all("item")) rss(*item);
    }
    return std::move(feed_);
  }

  Feed of_json(const json::Value& value) {
    if (!value["items"].is_array()) throw base::ProtocolError("this is JSON, but no feed");
    feed_.title = plain(value["title"].as_string(), most_title);
    for (const auto& item : value["items"].items()) {
      FeedEntry entry;
      entry.id = item["id"].is_string() ? item["id"].as_string() : json::dump(item["id"]);
      if (entry.id == "null") entry.id.clear();
      entry.title = plain(item["title"].as_string(), most_title);
      entry.link = absolute(item["url"].as_string());
      const auto& text = item["content_text"].as_string();
      entry.text = text.empty() ? plain(item["content_html"].as_string(), most_text)
                                : base::one_line(base::prefix_bytes(text, most_text));
      entry.published = parse_feed_date(item["date_published"].as_string());
      add(std::move(entry));
    }
    return std::move(feed_);
  }

 private:
  void rss(const Element& item) {
    FeedEntry entry;
    const auto* guid = item.child("guid");
    if (guid) entry.id = base::trim(guid->all_text());
    if (entry.id.empty()) entry.id = item.attribute("about");
    entry.title = plain(item.text_of("title"), most_title);
    entry.link = absolute(std::string(base::trim(item.text_of("link"))));
    if (entry.link.empty() && guid && guid->attribute("isPermaLink") != "false")
      entry.link = absolute(entry.id);
    const auto encoded = item.text_of("encoded");  // content:encoded
    entry.text = plain(encoded.empty() ? item.text_of("description") : encoded, most_text);
    for (const char* name : {"pubDate", "date", "published", "updated"})
      if (!entry.published) entry.published = parse_feed_date(item.text_of(name));
    add(std::move(entry));
  }

  void atom(const Element& root) {
    feed_.title = plain(root.text_of("title"), most_title);
    for (const auto* item : root.all("entry")) {
      FeedEntry entry;
      entry.id = base::trim(item->text_of("id"));
      entry.title = plain(item->text_of("title"), most_title);
      for (const auto* link : item->all("link")) {
        const auto& rel = link->attribute("rel");
        if (entry.link.empty() && (rel.empty() || rel == "alternate"))
          entry.link = absolute(link->attribute("href"));
      }
      const auto content = item->text_of("content");
      entry.text = plain(content.empty() ? item->text_of("summary") : content, most_text);
      for (const char* name : {"published", "issued", "created", "updated", "modified"})
        if (!entry.published) entry.published = parse_feed_date(item->text_of(name));
      add(std::move(entry));
    }
  }

  std::string absolute(const std::string& link) const {
    if (link.empty()) return {};
    if (const auto whole = url::parse(link)) return whole->text();
    const auto resolved = base_ ? url::resolve(*base_, link) : std::nullopt;
    return resolved ? resolved->text() : std::string();
  }

  void add(FeedEntry entry) {
    if (feed_.entries.size() >= most_entries) return;
    if (entry.title.empty())
      entry.title = entry.text.empty() ? "(without a title)"
                                       : std::string(base::prefix_bytes(entry.text, 80)) + " …";
    if (entry.id.empty()) entry.id = entry.link;
    if (entry.id.empty())
      entry.id = base::hex(crypto::view(
          crypto::sha256(entry.title + (entry.published ? base::rfc3339(*entry.published) : ""))));
    feed_.entries.push_back(std::move(entry));
  }

  std::optional<url::Url> base_;
  Feed feed_;
};

}  // namespace

Feed parse_feed(std::string_view bytes, const std::string& address, const std::string& charset) {
  const auto front = base::trim(bytes);
  if (front.starts_with('{')) return Reader(address).of_json(json::parse(front));
  const auto root = xml::parse(bytes, xml::Mode::forgiving, charset);
  if (base::lower(root.name) == "html") throw base::ProtocolError("this is a web page, not a feed");
  return Reader(address).of_xml(root);
}

}  // namespace openclaw::sources
