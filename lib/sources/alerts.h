// SPDX-License-Identifier: MIT
#pragma once
#include "sources/fetch.h"
#include "sources/incidents.h"
#include "sources/item.h"
#include "zone/zone.h"

namespace openclaw::sources {

/// Where alerts come from. Either URL may be empty, not both.
struct AlertServers {
  std::string prometheus;  ///< base URL: what happened, and what fires
  std::string
      alertmanager;  ///< base URL: what fires now, silences. Grafana's: …/api/alertmanager/grafana
  Severity least = Severity::info;
};

/// What fires now (kind "alert") and what fired since then and is over ("incident").
Reading read_alerts(const std::string& source, const AlertServers& servers, Fetch& fetch,
                    base::Time since, base::Time now, const zone::Zone& zone);

/// What an alert's labels are called in short: 16 hex digits. Its item's key is "alert:" and this.
std::string alert_id(const Labels& labels);

/// One alert that fires at this moment.
struct ActiveAlert {
  Labels labels, annotations;
  std::string fingerprint;  ///< Alertmanager's own name for the labels
  std::optional<base::Time> since;
  bool suppressed = false;  ///< silenced or inhibited
  std::string link;
};

struct ManagerState {
  std::vector<ActiveAlert> alerts;
  std::size_t silences = 0;           ///< active ones
  std::optional<base::Time> started;  ///< of the Alertmanager itself
};
/// Alertmanager API v2. Throws as Fetch does.
ManagerState read_alertmanager(const std::string& base_url, Fetch& fetch);

/// Silences the active alert with that id or fingerprint until then, by all of its labels; the
/// silence's id. One of the same labels, author and comment that was made within a quarter of an
/// hour and lasts no shorter is taken as it is. Throws base::Error when no such alert is active.
std::string silence_alert(const std::string& base_url, const std::string& alert, base::Time now,
                          base::Time until, const std::string& comment, Fetch& fetch);

struct PrometheusState {
  std::vector<ActiveAlert> firing;
  std::vector<Incident> incidents;
  std::vector<Gap> gaps;
  std::map<std::string, Labels> annotations;  ///< templates, by alertname
  std::vector<std::string> warnings;
};
/// Prometheus HTTP API v1. Throws as Fetch does.
PrometheusState read_prometheus(const std::string& base_url, Fetch& fetch, base::Time since,
                                base::Time now);

}  // namespace openclaw::sources
