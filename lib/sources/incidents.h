// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace openclaw::sources {

using Labels = std::map<std::string, std::string>;

/// Raw samples of one series, as a range selector gives them.
struct Series {
  Labels labels;
  std::vector<std::pair<base::Time, double>> samples;  // in order
};

/// A stretch of time without data.
struct Gap {
  base::Time from, to;
};

/// One time that an alert fired.
struct Incident {
  Labels labels;  ///< without alertstate and __name__
  base::Time begin;
  std::optional<base::Time> end;  ///< nullopt = still firing
  bool begin_known = true;        ///< false: it fired already when the window began
};

struct IncidentInput {
  std::vector<Series> firing;      ///< ALERTS{alertstate="firing"}
  std::vector<Series> activation;  ///< ALERTS_FOR_STATE: each value is when the alert became active
  std::vector<Labels> active;      ///< what Prometheus lists as firing at this moment
  std::map<std::string, base::Millis> interval;  ///< of each alert's rule group, by alertname
  std::vector<Gap> gaps;                         ///< of Prometheus' own data
  base::Time from, now;
};

/// The incidents of the window, by their beginning. See share/doc/jobs.md for the rules.
std::vector<Incident> find_incidents(const IncidentInput& in);

/// Where samples are further apart than three times their usual distance (at least a minute), and
/// at either end of the window.
std::vector<Gap> find_gaps(const std::vector<std::pair<base::Time, double>>& samples,
                           base::Time from, base::Time now);

}  // namespace openclaw::sources
