// SPDX-License-Identifier: MIT
// Alertmanager API v2 (openapi.yaml of prometheus/alertmanager).
#include <algorithm>

#include "base/error.h"
#include "sources/alerts.h"

namespace openclaw::sources {
namespace {

Labels read_labels(const json::Value& value) {
  Labels out;
  for (const auto& [name, text] : value.members()) out[name] = text.as_string();
  return out;
}

constexpr const char* author = "openclaw";
constexpr base::Millis repeats{15 * 60000};  // a call so soon after the same is its repeat

json::Value matchers_of(const Labels& labels) {
  auto out = json::Value::array();
  for (const auto& [name, value] : labels)
    out.push(json::Value::object(
        {{"name", name}, {"value", value}, {"isRegex", false}, {"isEqual", true}}));
  return out;
}

/// Exactly these labels, each equal.
bool is_for(const json::Value& silence, const Labels& labels) {
  const auto& matchers = silence["matchers"].items();
  return matchers.size() == labels.size() &&
         std::all_of(matchers.begin(), matchers.end(), [&labels](const json::Value& m) {
           const auto at = labels.find(m["name"].as_string());
           return !m["isRegex"].as_bool() && m["isEqual"].as_bool(true) && at != labels.end() &&
                  at->second == m["value"].as_string();
         });
}

}  // namespace

ManagerState read_alertmanager(const std::string& base_url, Fetch& fetch) {
  ManagerState out;
  const auto alerts = fetch.get_json(join_url(base_url, "/api/v2/alerts"));
  if (!alerts.is_array())
    throw base::ProtocolError("the alerts of Alertmanager are no list: is the URL right?");
  for (const auto& entry : alerts.items()) {
    ActiveAlert alert;
    alert.labels = read_labels(entry["labels"]);
    alert.fingerprint = entry["fingerprint"].as_string();
    alert.annotations = read_labels(entry["annotations"]);
    alert.since = base::parse_rfc3339(entry["startsAt"].as_string());
    const auto& state = entry["status"];
    alert.suppressed = state["state"].as_string() == "suppressed";
    alert.link = entry["generatorURL"].as_string();
    out.alerts.push_back(std::move(alert));
  }
  try {
    const auto status = fetch.get_json(join_url(base_url, "/api/v2/status"));
    out.started = base::parse_rfc3339(status["uptime"].as_string());
  } catch (const base::Error&) {
    // Grafana's own has none.
  }
  const auto silences = fetch.get_json(join_url(base_url, "/api/v2/silences"));
  for (const auto& silence : silences.items())
    out.silences += silence["status"]["state"].as_string() == "active" ? 1U : 0U;
  return out;
}

std::string silence_alert(const std::string& base_url, const std::string& alert, base::Time now,
                          base::Time until, const std::string& comment, Fetch& fetch) {
  const auto state = read_alertmanager(base_url, fetch);
  const auto found =
      std::find_if(state.alerts.begin(), state.alerts.end(), [&alert](const ActiveAlert& a) {
        return a.fingerprint == alert || alert_id(a.labels) == alert;
      });
  if (found == state.alerts.end()) throw base::Error("no such alert is active");
  const auto silences = fetch.get_json(join_url(base_url, "/api/v2/silences"));
  for (const auto& silence : silences.items()) {
    const auto begun = base::parse_rfc3339(silence["startsAt"].as_string());
    const auto end = base::parse_rfc3339(silence["endsAt"].as_string());
    if (silence["status"]["state"].as_string() == "active" && is_for(silence, found->labels) &&
        silence["createdBy"].as_string() == author && silence["comment"].as_string() == comment &&
        begun && end && now - *begun < repeats && *end - *begun + base::Millis(1000) >= until - now)
      return silence["id"].as_string();
  }
  const auto made = fetch.send_json("POST", join_url(base_url, "/api/v2/silences"),
                                    json::Value::object({{"matchers", matchers_of(found->labels)},
                                                         {"startsAt", base::rfc3339(now)},
                                                         {"endsAt", base::rfc3339(until)},
                                                         {"createdBy", author},
                                                         {"comment", comment}}));
  return made["silenceID"].as_string();
}

}  // namespace openclaw::sources
