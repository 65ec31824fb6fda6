// SPDX-License-Identifier: MIT
#include "sources/alerts.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace openclaw::sources {
namespace {

constexpr base::Millis settling{5 * 60000};  // Prometheus re-sends each minute
constexpr std::size_t many = 3;              // as often is told as one line

std::string label(const Labels& labels, const char* name) {
  const auto at = labels.find(name);
  return at == labels.end() ? std::string() : base::one_line(base::valid_utf8(at->second));
}

Severity severity_of(const Labels& labels) {
  const std::string word = base::lower(label(labels, "severity"));
  for (const char* high : {"critical", "page", "error", "emergency", "fatal", "disaster", "high"})
    if (word == high) return Severity::critical;
  for (const char* low : {"info", "none", "low", "notice", "debug"})
    if (word == low) return Severity::info;
  return Severity::warning;
}

/// The annotation's template with its labels filled in; empty when it wants more than labels.
std::string filled(std::string text, const Labels& labels) {
  while (true) {
    const auto open = text.find("{{");
    if (open == std::string::npos) return text;
    const auto close = text.find("}}", open);
    if (close == std::string::npos) return {};
    auto inside = base::trim(std::string_view(text).substr(open + 2, close - open - 2));
    if (!inside.starts_with("$labels.")) return {};
    const auto value = labels.find(std::string(inside.substr(8)));
    std::string plain = value == labels.end() ? "" : value->second;
    for (std::size_t at = 0; (at = plain.find("{{", at)) != std::string::npos;) plain.erase(at, 2);
    text.replace(open, close + 2 - open, plain);
  }
}

std::string summary_of(const Labels& annotations, const Labels& labels) {
  for (const char* name : {"summary", "title", "description", "message"})
    if (const auto at = annotations.find(name); at != annotations.end())
      if (auto text = filled(at->second, labels); !text.empty())
        return base::one_line(base::valid_utf8(base::prefix_bytes(text, 200)));
  return {};
}

std::string name_of(const Labels& labels) {
  std::string out = label(labels, "alertname");
  if (out.empty()) out = "an alert without a name";
  if (const auto where = label(labels, "instance"); !where.empty()) out += " " + where;
  return out;
}

bool is_part_of(const Labels& small, const Labels& large) {
  return std::all_of(small.begin(), small.end(), [&](const auto& pair) {
    const auto at = large.find(pair.first);
    return at != large.end() && at->second == pair.second;
  });
}

class Alerts {
 public:
  Alerts(const std::string& source, const AlertServers& servers, base::Time since, base::Time now,
         const zone::Zone& zone)
      : servers_(servers), since_(since), now_(now), zone_(zone) {
    out_.source = source;
  }

  Reading read(Fetch& fetch) {
    std::string manager_error, prometheus_error;
    if (!servers_.alertmanager.empty())
      manager_error = ask([&] { manager_ = read_alertmanager(servers_.alertmanager, fetch); });
    if (!servers_.prometheus.empty())
      prometheus_error =
          ask([&] { prometheus_ = read_prometheus(servers_.prometheus, fetch, since_, now_); });
    if (!manager_ && !prometheus_) {
      out_.state = Reading::State::failed;
      out_.reason = manager_error.empty() ? prometheus_error : manager_error;
      return std::move(out_);
    }
    if (!manager_error.empty()) doubt(manager_error, true);
    if (!prometheus_error.empty()) doubt(prometheus_error + "; nothing of the night is known");
    active();
    if (prometheus_) overnight();
    if (out_.items.empty() && out_.doubts.empty()) out_.quiet.push_back("no alerts");
    return std::move(out_);
  }

 private:
  template <typename Fn>
  static std::string ask(Fn fn) {
    try {
      fn();
      return {};
    } catch (const base::Error& e) {
      return base::describe(e);
    }
  }

  void doubt(const std::string& text, bool about_now = false) {
    out_.doubts.push_back(text);
    if (about_now) out_.doubtful_kinds.insert("alert");
  }

  std::string clock(base::Time t) const {
    const auto local = zone_.local(t), today = zone_.local(now_);
    const std::string time = fmt::format("{:02}:{:02}", local.hour, local.minute);
    const auto days =
        (std::chrono::sys_days(today.date) - std::chrono::sys_days(local.date)).count();
    if (days == 0) return time;
    if (days > 0 && days < 7)
      return std::string(zone::day_name(local.weekday(), true)) + " " + time;
    return zone::iso_date(local.date) + " " + time;
  }

  std::string span(base::Time begin, base::Time end) const {
    if (clock(begin) == clock(end)) return clock(begin);
    const auto today = zone_.local(now_).date;
    const bool until_today = zone_.local(begin).date != today && zone_.local(end).date == today;
    return clock(begin) + (until_today ? "–today " : "–") + clock(end);
  }

  void active() {
    if (manager_ && manager_->started && now_ - *manager_->started < settling) {
      doubt(fmt::format("Alertmanager restarted {} ago, {}",
                        base::human_duration(std::max(base::Millis(0), now_ - *manager_->started)),
                        prometheus_ ? "what fires now is Prometheus' word"
                                    : "what it lists may not be all"),
            true);
      if (prometheus_) return from_prometheus({});
    }
    if (!manager_) return from_prometheus({});
    std::size_t suppressed = 0;
    for (const auto& alert : manager_->alerts) {
      suppressed += alert.suppressed ? 1 : 0;
      if (!alert.suppressed) add(alert);
    }
    if (suppressed > 0)
      out_.quiet.push_back(fmt::format(
          "{} silenced", base::counted(static_cast<std::int64_t>(suppressed), "alert")));
    if (prometheus_) from_prometheus(manager_->alerts);
  }

  /// What fires in Prometheus and the Alertmanager does not list.
  void from_prometheus(const std::vector<ActiveAlert>& listed) {
    std::size_t missing = 0;
    for (const auto& alert : prometheus_->firing) {
      if (std::any_of(listed.begin(), listed.end(),
                      [&](const auto& a) { return is_part_of(alert.labels, a.labels); }))
        continue;
      ++missing;
      add(alert);
    }
    if (manager_ && !listed.empty() && missing > 0)
      doubt(fmt::format("{} in Prometheus but not at Alertmanager",
                        base::counted(static_cast<std::int64_t>(missing), "alert")));
  }

  void add(const ActiveAlert& alert) {
    Item item = made("alert", alert.labels);
    if (item.severity < servers_.least) return;
    item.key = "alert:" + alert_id(alert.labels);
    item.title = name_of(alert.labels);
    if (const auto text = summary_of(alert.annotations, alert.labels); !text.empty())
      item.title += ": " + text;
    item.at = alert.since;
    if (alert.since) item.title += ", since " + clock(*alert.since);
    item.link = base::one_line(alert.link);
    out_.items.push_back(std::move(item));
  }

  Item made(const char* kind, const Labels& labels) const {
    Item item;
    item.source = out_.source;
    item.kind = kind;
    item.severity = severity_of(labels);
    item.private_text = false;
    item.untrusted = true;
    return item;
  }

  void overnight() {
    for (const auto& gap : prometheus_->gaps)
      doubt("Prometheus has no data " + span(gap.from, gap.to));
    for (const auto& warning : prometheus_->warnings)
      doubt("Prometheus: " + base::one_line(base::prefix_bytes(warning, 160)));
    std::map<std::string, std::vector<const Incident*>> by_series;
    std::vector<std::string> order;
    for (const auto& incident : prometheus_->incidents) {
      if (!incident.end) continue;  // told as firing
      auto& list = by_series[alert_id(incident.labels)];
      if (list.empty()) order.push_back(alert_id(incident.labels));
      list.push_back(&incident);
    }
    for (const auto& key : order) {
      const auto& list = by_series[key];
      if (list.size() >= many)
        flapped(key, list);
      else
        for (const auto* incident : list) over(key, *incident);
    }
  }

  std::string words(const Labels& labels) const {
    std::string out = name_of(labels);
    const auto known = prometheus_->annotations.find(label(labels, "alertname"));
    if (known == prometheus_->annotations.end()) return out;
    const auto text = summary_of(known->second, labels);
    return text.empty() ? out : out + ": " + text;
  }

  void over(const std::string& key, const Incident& incident) {
    Item item = made("incident", incident.labels);
    if (item.severity < servers_.least) return;
    item.key = fmt::format("incident:{}:{}", key, base::to_ms(incident.begin));
    item.at = incident.begin;
    const auto took = base::human_duration(*incident.end - incident.begin);
    item.title = incident.begin_known
                     ? fmt::format("{} {} ({})", span(incident.begin, *incident.end),
                                   words(incident.labels), took)
                     : fmt::format("until {} {}, since before {}", clock(*incident.end),
                                   words(incident.labels), clock(since_));
    out_.items.push_back(std::move(item));
  }

  void flapped(const std::string& key, const std::vector<const Incident*>& list) {
    Item item = made("incident", list.front()->labels);
    if (item.severity < servers_.least) return;
    base::Millis sum{0};
    for (const auto* incident : list) sum += *incident->end - incident->begin;
    item.key = fmt::format("incident:{}:{}", key, base::to_ms(list.front()->begin));
    item.at = list.front()->begin;
    item.title =
        fmt::format("{} {}, {} times, {} in all", span(list.front()->begin, *list.back()->end),
                    words(list.front()->labels), list.size(), base::human_duration(sum));
    out_.items.push_back(std::move(item));
  }

  const AlertServers& servers_;
  base::Time since_, now_;
  const zone::Zone& zone_;
  std::optional<ManagerState> manager_;
  std::optional<PrometheusState> prometheus_;
  Reading out_;
};

}  // namespace

std::string alert_id(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += name + '\0' + value + '\0';
  return base::hex(crypto::view(crypto::sha256(text))).substr(0, 16);
}

Reading read_alerts(const std::string& source, const AlertServers& servers, Fetch& fetch,
                    base::Time since, base::Time now, const zone::Zone& zone) {
  return Alerts(source, servers, since, now, zone).read(fetch);
}

}  // namespace openclaw::sources
