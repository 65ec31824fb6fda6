// SPDX-License-Identifier: MIT
#include "sources/files.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/parse.h"

namespace openclaw::sources {
namespace {

constexpr std::size_t most_bytes = 10u << 20;

Reading failed(const std::string& source, const std::string& reason) {
  Reading out;
  out.source = source;
  out.state = Reading::State::failed;
  out.reason = reason;
  return out;
}

}  // namespace

Reading read_json_feed_file(const std::string& source, const std::string& path) {
  Reading out;
  out.source = source;
  const auto text = base::read_if_exists(path, most_bytes);
  if (!text) return failed(source, "there is no file '" + path + "'");
  try {
    const auto feed = json::parse(*text);
    if (!feed["items"].is_array()) return failed(source, "'" + path + "' is no JSON Feed");
    for (const auto& entry : feed["items"].items()) {
      Item item;
      item.source = source;
      item.kind = "entry";
      const auto& id = entry["id"].as_string();
      item.key = "entry:" + (id.empty() ? entry["url"].as_string() : id);
      item.title = base::one_line(entry["title"].as_string());
      item.link = base::one_line(entry["url"].as_string());
      item.at = base::parse_rfc3339(entry["date_published"].as_string());
      item.private_text = false;
      item.untrusted = true;
      out.items.push_back(std::move(item));
    }
  } catch (const json::ParseError& e) {
    return failed(source, "'" + path + "': " + e.what());
  }
  return out;
}

Reading read_notice(const std::string& source, const std::string& text) {
  constexpr std::size_t most_title = 200;
  Reading out;
  out.source = source;
  Item item;
  item.source = source;
  item.kind = "notice";
  item.key = "notice:" + base::hex(crypto::view(crypto::sha256(text))).substr(0, 16);
  const auto whole = base::trim(text);
  const auto line = whole.substr(0, whole.find('\n'));
  item.title = base::one_line(base::prefix_bytes(line, most_title));
  if (line.size() > most_title) item.title += "…";
  item.detail = whole;
  item.untrusted = true;
  out.items.push_back(std::move(item));
  return out;
}

}  // namespace openclaw::sources
