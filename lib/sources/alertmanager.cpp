// SPDX-License-Identifier: MIT
// Alertmanager API v2 (openapi.yaml of prometheus/alertmanager).
#include "base/error.h"
#include "sources/alerts.h"

namespace openclaw::sources {
namespace {

Labels read_labels(const json::Value& value) {
  Labels out;
  for (const auto& [name, text] : value.members()) out[name] = text.as_string();
  return out;
}

}  // namespace

ManagerState read_alertmanager(const std::string& base_url, Fetch& fetch) {
  ManagerState out;
  const auto status = fetch.get_json(join_url(base_url, "/api/v2/status"));
  out.started = base::parse_rfc3339(status["uptime"].as_string());
  const auto alerts = fetch.get_json(join_url(base_url, "/api/v2/alerts"));
  if (!alerts.is_array())
    throw base::ProtocolError("the alerts of Alertmanager are no list: is the URL right?");
  for (const auto& entry : alerts.items()) {
    ActiveAlert alert;
    alert.labels = read_labels(entry["labels"]);
    alert.annotations = read_labels(entry["annotations"]);
    alert.since = base::parse_rfc3339(entry["startsAt"].as_string());
    const auto& state = entry["status"];
    alert.suppressed = state["state"].as_string() == "suppressed";
    alert.link = entry["generatorURL"].as_string();
    out.alerts.push_back(std::move(alert));
  }
  const auto silences = fetch.get_json(join_url(base_url, "/api/v2/silences"));
  for (const auto& silence : silences.items())
    out.silences += silence["status"]["state"].as_string() == "active" ? 1U : 0U;
  return out;
}

}  // namespace openclaw::sources
