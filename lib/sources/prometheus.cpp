// SPDX-License-Identifier: MIT
// Prometheus HTTP API v1. Ranges are read raw, by instant queries: query_range looks only at its
// steps and misses what is shorter.
#include <cstdlib>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "sources/alerts.h"
#include "url/url.h"

namespace openclaw::sources {
namespace {

using json::Value;

constexpr base::Millis before{5 * 60000};

Labels read_labels(const Value& value) {
  Labels out;
  for (const auto& [name, text] : value.members()) out[name] = text.as_string();
  return out;
}

base::Time seconds_time(double s) {
  return base::from_ms(static_cast<std::int64_t>(s * 1000.0 + 0.5));
}

class Reader {
 public:
  Reader(const std::string& base_url, Fetch& fetch, base::Time since, base::Time now)
      : base_(base_url), fetch_(fetch), since_(since), now_(now) {}

  PrometheusState read() {
    rules();
    active();
    // A little earlier, so that what ended just after the last text has its samples.
    const base::Time told = since_;
    since_ -= before;
    const std::string range =
        fmt::format("[{}s]", std::max<std::int64_t>(1, (now_ - since_).count() / 1000));
    in_.from = since_;
    in_.now = now_;
    in_.firing = matrix("ALERTS{alertstate=\"firing\"}" + range);
    in_.activation = matrix("ALERTS_FOR_STATE" + range);
    own_gaps(range);
    in_.gaps = out_.gaps;
    out_.incidents = find_incidents(in_);
    std::erase_if(out_.incidents, [&](const auto& i) { return i.end && *i.end <= told; });
    std::erase_if(out_.gaps, [&](const auto& g) { return g.to <= told; });
    return std::move(out_);
  }

 private:
  Value data(const std::string& path) {
    const auto answer = fetch_.get_json(join_url(base_, path));
    if (answer["status"].as_string() != "success")
      throw base::ProtocolError("Prometheus answered: " + base::one_line(base::prefix_bytes(
                                                              answer["error"].as_string(), 160)));
    for (const auto& warning : answer["warnings"].items())
      out_.warnings.push_back(warning.as_string());
    return answer["data"];
  }

  std::vector<Series> matrix(const std::string& query) {
    const auto result =
        data(fmt::format("/api/v1/query?time={}.{:03}&query={}", base::to_ms(now_) / 1000,
                         base::to_ms(now_) % 1000, url::encode(query)));
    std::vector<Series> out;
    for (const auto& entry : result["result"].items()) {
      Series series{read_labels(entry["metric"]), {}};
      for (const auto& pair : entry["values"].items())
        series.samples.emplace_back(seconds_time(pair.at(0).as_double()),
                                    std::strtod(pair.at(1).as_string().c_str(), nullptr));
      out.push_back(std::move(series));
    }
    return out;
  }

  void rules() {
    const Value answer = data("/api/v1/rules?type=alert");
    for (const auto& group : answer["groups"].items()) {
      const base::Millis interval(
          static_cast<std::int64_t>(group["interval"].as_double(60) * 1000.0));
      for (const auto& rule : group["rules"].items()) {
        const auto& name = rule["name"].as_string();
        auto& known = in_.interval[name];
        known = std::max(known, interval);  // the same name in two groups: the slower counts
        out_.annotations[name] = read_labels(rule["annotations"]);
      }
    }
  }

  void active() {
    const Value answer = data("/api/v1/alerts");
    for (const auto& entry : answer["alerts"].items()) {
      if (entry["state"].as_string() != "firing") continue;
      ActiveAlert alert;
      alert.labels = read_labels(entry["labels"]);
      alert.annotations = read_labels(entry["annotations"]);
      alert.since = base::parse_rfc3339(entry["activeAt"].as_string());
      in_.active.push_back(alert.labels);
      out_.firing.push_back(std::move(alert));
    }
  }

  /// The series of `up` with the most samples stands for Prometheus' own life.
  void own_gaps(const std::string& range) {
    const Value answer =
        data("/api/v1/query?query=" + url::encode("topk(1, count_over_time(up" + range + "))"));
    const auto& best = answer["result"];
    if (best.items().empty()) {
      out_.gaps = {{since_, now_}};
      return;
    }
    std::string selector = "up{";
    for (const auto& [name, text] : best.at(0)["metric"].members())
      if (name != "__name__") selector += name + "=" + quoted(text.as_string()) + ",";
    const auto series = matrix(selector + "}" + range);
    out_.gaps =
        find_gaps(series.empty() ? decltype(Series::samples){} : series[0].samples, since_, now_);
  }

  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return out + "\"";
  }

  const std::string& base_;
  Fetch& fetch_;
  base::Time since_, now_;
  IncidentInput in_;
  PrometheusState out_;
};

}  // namespace

PrometheusState read_prometheus(const std::string& base_url, Fetch& fetch, base::Time since,
                                base::Time now) {
  return Reader(base_url, fetch, since, now).read();
}

}  // namespace openclaw::sources
