// SPDX-License-Identifier: MIT
#include "sources/incidents.h"

#include <algorithm>

namespace openclaw::sources {
namespace {

constexpr base::Millis usual_interval{60000};

Labels plain(Labels labels) {
  labels.erase("__name__");
  labels.erase("alertstate");
  return labels;
}

class Cutter {
 public:
  explicit Cutter(const IncidentInput& in) : in_(in) {
    for (const auto& series : in.activation) activation_.emplace(plain(series.labels), &series);
  }

  void cut(const Series& series) {
    if (series.samples.empty()) return;
    const Labels labels = plain(series.labels);
    const auto known = activation_.find(labels);
    state_ = known == activation_.end() ? nullptr : known->second;
    const auto named = labels.find("alertname");
    const auto rule = named == labels.end() ? in_.interval.end() : in_.interval.find(named->second);
    step_ = rule == in_.interval.end() ? usual_interval : rule->second;
    base::Time first = series.samples.front().first, last = first;
    for (const auto& [at, value] : series.samples) {
      if (is_cut(last, at)) {
        add(labels, first, last, false);
        first = at;
      }
      last = at;
    }
    const bool active = std::find(in_.active.begin(), in_.active.end(), labels) != in_.active.end();
    add(labels, first, last, active && in_.now - last <= std::max(3 * step_, 3 * usual_interval));
  }

  std::vector<Incident> take() {
    std::stable_sort(out_.begin(), out_.end(),
                     [](const auto& a, const auto& b) { return a.begin < b.begin; });
    return std::move(out_);
  }

 private:
  /// When the alert that a sample belongs to became active.
  std::optional<base::Time> active_since(base::Time at) const {
    if (!state_) return std::nullopt;
    const auto& samples = state_->samples;
    auto after = std::upper_bound(samples.begin(), samples.end(), at,
                                  [](base::Time t, const auto& s) { return t < s.first; });
    if (after == samples.begin() || at - std::prev(after)->first > step_) return std::nullopt;
    return base::Time(base::Millis(static_cast<std::int64_t>(std::prev(after)->second * 1000.0)));
  }

  bool is_cut(base::Time before, base::Time at) const {
    if (at == before) return false;
    const auto one = active_since(before), two = active_since(at);
    const bool in_gap = std::any_of(in_.gaps.begin(), in_.gaps.end(), [&](const Gap& gap) {
      return gap.from < at && gap.to > before;
    });
    if (one && two) return *one != *two && !in_gap;
    return at - before > 3 * step_ && !in_gap;
  }

  void add(const Labels& labels, base::Time first, base::Time last, bool active) {
    Incident incident{labels, first, std::nullopt, true};
    if (const auto since = active_since(first))
      incident.begin = std::min(*since, first);
    else
      incident.begin_known = first - in_.from > step_;
    if (!active) incident.end = last + step_;
    out_.push_back(std::move(incident));
  }

  const IncidentInput& in_;
  std::map<Labels, const Series*> activation_;
  const Series* state_ = nullptr;
  base::Millis step_ = usual_interval;
  std::vector<Incident> out_;
};

}  // namespace

std::vector<Incident> find_incidents(const IncidentInput& in) {
  Cutter cutter(in);
  for (const auto& series : in.firing) cutter.cut(series);
  return cutter.take();
}

std::vector<Gap> find_gaps(const std::vector<std::pair<base::Time, double>>& samples,
                           base::Time from, base::Time now) {
  if (samples.empty()) return {{from, now}};
  std::vector<base::Millis> steps;
  for (std::size_t i = 1; i < samples.size(); ++i)
    steps.push_back(samples[i].first - samples[i - 1].first);
  base::Millis usual = usual_interval;
  if (!steps.empty()) {
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    usual = *middle;
  }
  const base::Millis most = std::max(3 * usual, usual_interval);
  std::vector<Gap> out;
  base::Time before = from;
  for (const auto& [at, value] : samples) {
    if (at - before > most) out.push_back({before, at});
    before = at;
  }
  if (now - before > most) out.push_back({before, now});
  return out;
}

}  // namespace openclaw::sources
