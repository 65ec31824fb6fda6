// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "sources/calendars.h"
#include "sources/dav.h"
#include "sources/tickets.h"

namespace openclaw::sources {
namespace {

constexpr std::size_t most_objects = 20000;
constexpr std::size_t most_bytes = 64u << 20;  // of all objects together

/// Objects of all calendars as they were at the last good reading.
struct Store {
  std::map<std::string, DavCollection> collections;  // by URL
  std::optional<base::Time> at;

  static Store read(const std::string& cached) {
    Store out;
    const auto value = parse_copy(cached);
    out.at = base::parse_rfc3339(value["at"].as_string());
    for (const auto& [url, entry] : value["collections"].members()) {
      auto& c = out.collections[url];
      c.sync_token = entry["token"].as_string();
      for (const auto& [href, object] : entry["objects"].members())
        c.objects[href] = {object["etag"].as_string(), object["data"].as_string()};
    }
    return out;
  }

  std::string write() const {
    auto all = json::Value::object();
    for (const auto& [url, c] : collections) {
      auto objects = json::Value::object();
      for (const auto& [href, object] : c.objects)
        objects.members_mutable().emplace_back(
            href, json::Value::object({{"etag", object.etag}, {"data", object.data}}));
      all.set(url, json::Value::object({{"token", c.sync_token}, {"objects", objects}}));
    }
    return write_copy(
        json::Value::object({{"at", at ? base::rfc3339(*at) : ""}, {"collections", all}}));
  }

  std::size_t bytes() const {
    std::size_t n = 0;
    for (const auto& [url, c] : collections)
      for (const auto& [href, object] : c.objects) n += object.data.size();
    return n;
  }

  std::size_t size() const {
    std::size_t n = 0;
    for (const auto& [url, c] : collections) n += c.objects.size();
    return n;
  }
};

/// The text of all objects, so that one that is broken costs only itself.
std::string joined(Reading& out, const Store& store) {
  std::string text;
  int broken = 0;
  for (const auto& [url, c] : store.collections)
    for (const auto& [href, object] : c.objects) {
      if (object.data.find("BEGIN:VCALENDAR") == std::string::npos) {
        ++broken;
        continue;
      }
      text += object.data;
      if (!text.ends_with('\n')) text += "\r\n";
    }
  if (broken > 0) out.doubts.push_back(base::counted(broken, "object") + " could not be read");
  return text;
}

/// What the server has now, or, when it does not answer, what it had; false = neither.
bool refresh(Reading& out, Store& store, Dav dav, const std::string& url, const char* kind,
             const EventWindow& window) {
  try {
    Store fresh;
    fresh.at = window.now;
    for (const auto& collection : dav.calendars(url)) {
      const auto known = store.collections.find(collection);
      auto& c = fresh.collections[collection];
      if (known != store.collections.end()) c = known->second;
      if (!dav.update(collection, c)) {
        out.doubts.push_back("some entries could not be read now, and are as they were before");
        out.doubtful_kinds.insert(kind);
      }
      if (fresh.size() > most_objects)
        throw base::LimitError(fmt::format("more than {} objects in the calendars", most_objects));
      if (fresh.bytes() > most_bytes)
        throw base::LimitError("the calendars hold more than " + base::human_bytes(most_bytes));
    }
    out.cache = fresh.write();
    store = std::move(fresh);
  } catch (const base::Error& e) {
    out.reason = base::describe(e);
    if (!store.at) {
      out.state = Reading::State::failed;
      return false;
    }
    out.doubts.push_back(copy_note(store.at, window) + out.reason);
    out.doubtful_kinds.insert(kind);
  }
  return true;
}

/// RFC 5545 section 3.8.1.9: 1 to 4 high, 5 medium, 6 to 9 low.
const char* priority_name(int priority) {
  if (priority == 1) return "urgent";
  if (priority >= 2 && priority <= 4) return "high";
  if (priority >= 6 && priority <= 9) return "low";
  return priority == 5 ? "medium" : "none";
}

}  // namespace

Reading read_caldav(const std::string& source, const std::string& url, const std::string& cached,
                    Fetch& fetch, const EventWindow& window) {
  Store store = Store::read(cached);
  Reading out;
  out.source = source;
  if (!refresh(out, store, Dav(fetch, "VEVENT"), url, "event", window)) return out;
  if (const auto text = joined(out, store); !text.empty()) add_events(out, text, window);
  return out;
}

Reading read_caldav_tasks(const std::string& source, const std::string& url,
                          const std::string& cached, Fetch& fetch, base::Time now,
                          const zone::Zone& zone) {
  Store store = Store::read(cached);
  Reading out;
  out.source = source;
  if (!refresh(out, store, Dav(fetch, "VTODO"), url, "ticket", {now, 1, zone})) return out;
  const auto text = joined(out, store);
  if (text.empty()) return out;
  const auto tasks = calendar::todos(text, zone);
  for (const auto& todo : tasks.open) {
    Ticket ticket;
    ticket.id = todo.uid;
    ticket.title = todo.confidential ? "(private)" : todo.summary;
    ticket.url = todo.url;
    ticket.state = todo.status;
    ticket.priority = priority_name(todo.priority);
    ticket.due = todo.due;
    out.items.push_back(ticket_item(source, ticket, now, zone));
  }
  if (tasks.faults > 0)
    out.doubts.push_back(base::counted(tasks.faults, "task") + " could not be read whole");
  if (out.items.empty() && out.doubts.empty()) out.quiet.push_back("no open tasks");
  return out;
}

}  // namespace openclaw::sources
