// SPDX-License-Identifier: MIT
#include "jobs/gathered.h"

#include <algorithm>
#include <limits>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace openclaw::jobs {
namespace {

using json::Value;
using sources::Item;
using sources::Reading;

Value texts(const std::vector<std::string>& list) {
  auto out = Value::array();
  for (const auto& text : list) out.push(text);
  return out;
}

std::vector<std::string> texts_from(const Value& value) {
  std::vector<std::string> out;
  for (const auto& text : value.items()) out.push_back(text.as_string());
  return out;
}

std::string digest_of(const std::vector<Item>& items) {
  crypto::Sha256 hash;
  for (const auto& item : items) hash.update(item.key + '\0' + item.title + '\0');
  return base::hex(crypto::view(hash.finish()));
}

/// Errors and doubts carry words of foreign servers.
std::string shown(const std::string& text) {
  constexpr std::size_t longest = 300;
  return base::one_line(base::valid_utf8(base::prefix_bytes(text, longest)));
}

/// Leaves the items that are told, in their order.
void cut(std::vector<Item>& items, std::size_t most) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (items[a].severity != items[b].severity) return items[a].severity > items[b].severity;
    if (items[a].kind != "entry" || items[b].kind != "entry") return false;
    if (items[a].mark != items[b].mark) return items[a].mark > items[b].mark;
    return items[a].at.value_or(base::Time{}) > items[b].at.value_or(base::Time{});
  });
  order.resize(most);
  std::sort(order.begin(), order.end());
  std::vector<Item> kept;
  for (const auto i : order) kept.push_back(std::move(items[i]));
  items = std::move(kept);
}

Receipt receipt_of(const std::string& source, const std::vector<Item>& all,
                   const std::vector<Item>& kept) {
  std::set<std::int64_t> told;
  std::int64_t last = 0;
  std::int64_t least_cut = std::numeric_limits<std::int64_t>::max();
  for (const auto& item : kept) told.insert(item.mark);
  for (const auto& item : all) {
    last = std::max(last, item.mark);
    if (!told.contains(item.mark)) least_cut = std::min(least_cut, item.mark);
  }
  return {source, std::min(last, least_cut - 1)};
}

}  // namespace

void add_reading(Gathered& to, Reading reading, std::size_t most) {
  ++to.all;
  SourceReport report{reading.source, "ok", reading.reason, reading.items.size(),
                      digest_of(reading.items)};
  to.unseen_kinds.insert(reading.doubtful_kinds.begin(), reading.doubtful_kinds.end());
  reading.reason = shown(reading.reason);
  for (auto& doubt : reading.doubts) doubt = shown(doubt);
  if (reading.state != Reading::State::ok) {
    const bool failed = reading.state == Reading::State::failed;
    report.state = failed ? "failed" : "absent";
    to.not_seen.push_back(failed ? reading.source + ": " + reading.reason : reading.reason);
    to.reports.push_back(std::move(report));
    return;
  }
  ++to.ok;
  if (!reading.doubts.empty()) {
    report.state = "doubtful";
    report.reason = base::join(reading.doubts, "; ");
  }
  to.reports.push_back(std::move(report));
  for (const auto& doubt : reading.doubts) to.not_seen.push_back(reading.source + ": " + doubt);
  to.quiet.insert(to.quiet.end(), reading.quiet.begin(), reading.quiet.end());
  const bool numbered = std::any_of(reading.items.begin(), reading.items.end(),
                                    [](const Item& item) { return item.mark > 0; });
  const std::vector<Item> all = numbered ? reading.items : std::vector<Item>{};
  if (most > 0 && reading.items.size() > most) {
    to.cuts.push_back({reading.source, reading.more_link, reading.items.size() - most});
    // What was cut is not gone.
    for (const auto& item : reading.items) to.unseen_kinds.insert(item.kind);
    cut(reading.items, most);
  }
  if (numbered) to.receipts.push_back(receipt_of(reading.source, all, reading.items));
  for (auto& item : reading.items) to.items.push_back(std::move(item));
}

Value to_json(const Item& item) {
  auto out = Value::object({{"source", item.source},
                            {"key", item.key},
                            {"kind", item.kind},
                            {"severity", static_cast<int>(item.severity)},
                            {"title", item.title}});
  if (item.at) out.set("at", base::to_ms(*item.at));
  for (const auto& [name, text] :
       {std::pair{"link", &item.link}, {"group", &item.group}, {"detail", &item.detail}})
    if (!text->empty()) out.set(name, *text);
  if (item.for_model) out.set("for_model", *item.for_model);
  if (item.mark != 0) out.set("mark", item.mark);
  if (item.private_text) out.set("private", true);
  if (item.untrusted) out.set("untrusted", true);
  if (item.example) out.set("example", true);
  return out;
}

Item item_from(const Value& value) {
  Item item;
  item.source = value["source"].as_string();
  item.key = value["key"].as_string();
  item.kind = value["kind"].as_string();
  item.severity =
      static_cast<sources::Severity>(std::clamp<std::int64_t>(value["severity"].as_int(), 0, 2));
  item.title = value["title"].as_string();
  if (value["at"].is_int()) item.at = base::from_ms(value["at"].as_int());
  item.link = value["link"].as_string();
  item.group = value["group"].as_string();
  item.detail = value["detail"].as_string();
  if (value["for_model"].is_string()) item.for_model = value["for_model"].as_string();
  item.mark = value["mark"].as_int();
  item.private_text = value["private"].as_bool();
  item.untrusted = value["untrusted"].as_bool();
  item.example = value["example"].as_bool();
  return item;
}

Value to_json(const std::vector<SourceReport>& reports) {
  auto out = Value::array();
  for (const auto& r : reports)
    out.push(Value::object({{"name", r.name},
                            {"state", r.state},
                            {"reason", r.reason},
                            {"items", static_cast<std::int64_t>(r.items)},
                            {"digest", r.digest}}));
  return out;
}

Value to_json(const std::vector<Receipt>& receipts) {
  auto out = Value::array();
  for (const auto& r : receipts)
    out.push(Value::object({{"source", r.source}, {"watermark", r.watermark}}));
  return out;
}

std::vector<Receipt> receipts_from(const Value& value) {
  std::vector<Receipt> out;
  for (const auto& r : value.items())
    out.push_back({r["source"].as_string(), r["watermark"].as_int()});
  return out;
}

Value to_json(const Gathered& g) {
  auto items = Value::array(), cuts = Value::array();
  for (const auto& item : g.items) items.push(to_json(item));
  for (const auto& c : g.cuts)
    cuts.push(Value::object(
        {{"source", c.source}, {"link", c.link}, {"items", static_cast<std::int64_t>(c.items)}}));
  return Value::object({{"version", 1},
                        {"items", items},
                        {"quiet", texts(g.quiet)},
                        {"not_seen", texts(g.not_seen)},
                        {"unseen_kinds", texts({g.unseen_kinds.begin(), g.unseen_kinds.end()})},
                        {"reports", to_json(g.reports)},
                        {"cuts", cuts},
                        {"receipts", to_json(g.receipts)},
                        {"ok", static_cast<std::int64_t>(g.ok)},
                        {"all", static_cast<std::int64_t>(g.all)},
                        {"took_ms", g.took.count()}});
}

Gathered gathered_from(const Value& value) {
  if (value["version"].as_int() != 1) throw base::Error("what was gathered cannot be read again");
  Gathered g;
  for (const auto& item : value["items"].items()) g.items.push_back(item_from(item));
  g.quiet = texts_from(value["quiet"]);
  g.not_seen = texts_from(value["not_seen"]);
  for (const auto& kind : texts_from(value["unseen_kinds"])) g.unseen_kinds.insert(kind);
  for (const auto& r : value["reports"].items())
    g.reports.push_back({r["name"].as_string(), r["state"].as_string(), r["reason"].as_string(),
                         static_cast<std::size_t>(r["items"].as_int()), r["digest"].as_string()});
  for (const auto& c : value["cuts"].items())
    g.cuts.push_back({c["source"].as_string(), c["link"].as_string(),
                      static_cast<std::size_t>(c["items"].as_int())});
  g.receipts = receipts_from(value["receipts"]);
  g.ok = static_cast<std::size_t>(value["ok"].as_int());
  g.all = static_cast<std::size_t>(value["all"].as_int());
  g.took = base::Millis(value["took_ms"].as_int());
  return g;
}

}  // namespace openclaw::jobs
