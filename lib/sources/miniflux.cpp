// SPDX-License-Identifier: MIT
#include "sources/miniflux.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "markup/html_text.h"

namespace openclaw::sources {
namespace {

using json::Value;

constexpr int page_size = 100;
constexpr int most_pages = 100;
constexpr std::size_t most_detail = 700;
constexpr std::size_t marks_at_once = 500;

/// Feeds that the AI helper itself writes: summaries of summaries.
bool is_pseudo(const Value& feed) {
  const auto& site = feed["site_url"].as_string();
  return site.starts_with("https://ai-news.miniflux") ||
         site.starts_with("https://feeds-status.miniflux");
}

/// "<blockquote><p><strong>PREFIX</strong> SUMMARY</p></blockquote>" in front of the article, or
/// "PREFIX summary<hr>".
std::string ai_summary(const std::string& content, const std::string& prefix) {
  const auto front = base::trim(content);
  std::string_view inside;
  if (front.starts_with("<blockquote>")) {
    inside = front.substr(0, front.find("</blockquote>"));
  } else if (const auto rule = front.find("<hr"); rule != std::string_view::npos) {
    inside = front.substr(0, rule);
  }
  const std::string text = markup::html_to_text(inside);
  const auto plain = base::trim(text);
  const std::string begin = prefix.empty() ? "֎ AI summary" : prefix;
  if (inside.empty() || !plain.starts_with(begin)) return {};
  auto rest = plain.substr(begin.size());
  while (!rest.empty() && (rest.front() == ':' || rest.front() == ' ')) rest.remove_prefix(1);
  return std::string(rest);
}

std::string shortened(const std::string& text) {
  return base::one_line(base::valid_utf8(base::prefix_bytes(base::trim(text), most_detail)));
}

Item read_entry(const std::string& source, const Value& entry, const std::string& prefix) {
  Item item;
  item.source = source;
  item.kind = "entry";
  item.mark = entry["id"].as_int();
  item.key = fmt::format("entry:{}:{}", source, item.mark);
  item.title = base::one_line(entry["title"].as_string());
  if (item.title.empty()) item.title = "(without a title)";
  item.link = base::one_line(entry["url"].as_string());
  item.group = base::one_line(entry["feed"]["title"].as_string());
  if (const auto& category = entry["feed"]["category"]["title"].as_string(); !category.empty())
    item.group = base::one_line(category) + " / " + item.group;
  item.at = base::parse_rfc3339(entry["published_at"].as_string());
  const auto& content = entry["content"].as_string();
  const auto summary = ai_summary(content, prefix);
  item.detail = shortened(summary.empty() ? markup::html_to_text(content) : summary);
  item.private_text = false;
  item.untrusted = true;
  return item;
}

void broken_feeds(const std::string& base_url, Fetch& fetch, Reading& out) {
  std::vector<std::string> names;
  try {
    const auto feeds = fetch.get_json(join_url(base_url, "/v1/feeds"));
    for (const auto& feed : feeds.items())
      if (!feed["disabled"].as_bool() && feed["parsing_error_count"].as_int() > 0)
        names.push_back(base::one_line(feed["title"].as_string()));
  } catch (const base::Error& e) {
    out.doubts.push_back("the state of the feeds is not known: " + base::describe(e));
    return;
  }
  if (names.empty()) return;
  const auto count = base::counted(static_cast<std::int64_t>(names.size()), "feed");
  if (names.size() > 5) names.resize(5), names.push_back("…");
  out.doubts.push_back(count + " cannot be read: " + base::join(names, ", "));
}

}  // namespace

Reading read_miniflux(const std::string& source, const std::string& base_url, Fetch& fetch,
                      const Seen& seen, const std::string& prefix) {
  Reading out;
  out.source = source;
  out.more_link = join_url(base_url, "/unread");
  std::int64_t after = seen.watermark;
  for (int page = 0;; ++page) {
    if (page == most_pages) {
      out.doubts.push_back(fmt::format("more than {} entries are unread; the rest comes next time",
                                       out.items.size()));
      break;
    }
    const auto answer = fetch.get_json(
        join_url(base_url, fmt::format("/v1/entries?status=unread&order=id&direction=asc&limit={}"
                                       "&after_entry_id={}",
                                       page_size, after)));
    const auto& entries = answer["entries"];
    if (!entries.is_array())
      throw base::ProtocolError("Miniflux' answer has no entries: is the URL right?");
    for (const auto& entry : entries.items()) {
      const std::int64_t id = entry["id"].as_int();
      if (id <= after)
        throw base::ProtocolError("Miniflux does not page by entry number; 2.0.49 or later does");
      after = id;
      auto item = read_entry(source, entry, prefix);
      if (is_pseudo(entry["feed"]) || (seen.delivered && seen.delivered(item.key))) continue;
      out.items.push_back(std::move(item));
    }
    if (entries.size() < page_size) break;
  }
  broken_feeds(base_url, fetch, out);
  if (out.items.empty()) out.quiet.push_back("no unread entries");
  return out;
}

void mark_read(const std::string& base_url, Fetch& fetch,
               const std::vector<std::int64_t>& entries) {
  for (std::size_t begin = 0; begin < entries.size(); begin += marks_at_once) {
    auto ids = Value::array();
    for (std::size_t i = begin; i < std::min(entries.size(), begin + marks_at_once); ++i)
      ids.push(entries[i]);
    fetch.send_json("PUT", join_url(base_url, "/v1/entries"),
                    Value::object({{"entry_ids", ids}, {"status", "read"}}));
  }
}

}  // namespace openclaw::sources
