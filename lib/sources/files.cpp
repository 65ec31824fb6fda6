// SPDX-License-Identifier: MIT
#include "sources/files.h"

#include <fmt/core.h>

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

struct Promise {
  std::string text, id, due, to, every;
  bool done = false;
  bool bad_date = false;
};

Promise read_promise(std::string_view line) {
  Promise out;
  out.done = line[3] == 'x' || line[3] == 'X';
  for (const auto word : base::split(base::trim(line.substr(5)), ' ')) {
    const auto colon = word.find(':');
    const auto key = word.substr(0, colon);
    const auto value =
        colon == std::string_view::npos ? std::string_view{} : word.substr(colon + 1);
    if (key == "due" && !value.empty()) {
      out.due = value;
      out.bad_date = !zone::parse_date(value);
    } else if (key == "to" && !value.empty()) {
      out.to = value;
    } else if (key == "every" && !value.empty()) {
      out.every = value;
    } else if (word.starts_with('^') && word.size() > 1) {
      out.id = word.substr(1);
    } else if (!word.empty()) {
      out.text += (out.text.empty() ? "" : " ") + std::string(word);
    }
  }
  if (out.id.empty()) out.id = base::hex(crypto::view(crypto::sha256(out.text))).substr(0, 12);
  return out;
}

}  // namespace

Reading read_commitments(const std::string& source, const std::string& path, base::Time now,
                         const zone::Zone& zone) {
  Reading out;
  out.source = source;
  const auto text = base::read_if_exists(path, most_bytes);
  if (!text) return failed(source, "there is no file '" + path + "'");
  const auto today = std::chrono::sys_days(zone.local(now).date);
  std::size_t number = 0;
  for (const auto line : base::split(*text, '\n')) {
    ++number;
    const auto task = base::trim(line);
    if (task.size() < 6 || std::string_view("-*+").find(task[0]) == std::string_view::npos ||
        task.substr(1, 2) != " [" || task[4] != ']')
      continue;
    const Promise promise = read_promise(task);
    if (promise.done) continue;
    Item item;
    item.source = source;
    item.kind = "commitment";
    item.key = "commitment:" + promise.id;
    item.title = base::one_line(base::valid_utf8(promise.text));
    if (!promise.to.empty()) item.title += " (to " + base::one_line(promise.to) + ")";
    if (promise.bad_date) {
      item.severity = Severity::warning;
      item.title = fmt::format("{}:{}: '{}' is no date: {}", path, number,
                               base::one_line(promise.due), item.title);
    } else if (const auto due = zone::parse_date(promise.due)) {
      const auto days = (std::chrono::sys_days(*due) - today).count();
      item.at = zone.day_start(*due);
      item.severity = days <= 0 ? Severity::warning : Severity::info;
      item.title += days < 0    ? fmt::format(", {} day{} overdue", -days, days == -1 ? "" : "s")
                    : days == 0 ? ", due today"
                                : fmt::format(", due {}", promise.due);
      if (days > 7) continue;
    }
    out.items.push_back(std::move(item));
  }
  return out;
}

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

}  // namespace openclaw::sources
