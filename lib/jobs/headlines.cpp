// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "jobs/briefing.h"

namespace openclaw::jobs {
namespace {

constexpr std::size_t most_titles = 5;

struct Section {
  const char* heading;
  const char* kind;
};
constexpr Section sections[] = {{"EVENT", "notice"},        {"OVERNIGHT", "incident"},
                                {"TODAY", "event"},         {"TICKETS", "ticket"},
                                {"PROMISED", "commitment"}, {"NEWS", "entry"}};

bool is_private(const Told& told) { return told.item.private_text && !told.item.example; }

/// "3: Disk vps1 is full · 2 more"; of what is private only the number.
std::string line_of(const char* heading, const std::vector<const Told*>& told) {
  if (told.empty()) return {};
  std::vector<std::string> titles;
  for (const auto* one : told)
    if (!is_private(*one) && titles.size() < most_titles)
      titles.push_back((one->item.severity == sources::Severity::critical ? "▲ " : "") +
                       without_links(one->item.title));
  const std::size_t rest = told.size() - titles.size();
  if (rest > 0 && !titles.empty()) titles.push_back(fmt::format("{} more", rest));
  return fmt::format("{} {}{}\n", heading, told.size(),
                     titles.empty() ? "" : ": " + base::join(titles, " · "));
}

}  // namespace

bool has_private(const Briefing& briefing) {
  const auto& gone = briefing.diff.gone_keys;
  return briefing.read_private || !briefing.quiet.empty() ||
         std::any_of(gone.begin(), gone.end(),
                     [](const auto& key) { return !key.starts_with("alert:"); }) ||
         std::any_of(briefing.diff.items.begin(), briefing.diff.items.end(), is_private);
}

bool is_empty(const Briefing& briefing) {
  return briefing.diff.items.empty() && briefing.diff.gone.empty() && briefing.not_seen.empty() &&
         briefing.missed.empty() && briefing.cuts.empty();
}

std::string headlines(const Briefing& b, const zone::Zone& zone) {
  const auto local = zone.local(b.when);
  std::string out =
      fmt::format("{} {} {}, {:02}:{:02} · {}\n", zone::day_name(local.weekday(), false),
                  static_cast<unsigned>(local.date.day()),
                  zone::month_name(local.date.month(), false), local.hour, local.minute, b.host);
  std::vector<const Told*> waiting;
  for (const auto& told : b.diff.items)
    if (needs_somebody(told)) waiting.push_back(&told);
  std::stable_sort(waiting.begin(), waiting.end(), [](const Told* x, const Told* y) {
    return x->item.severity > y->item.severity;
  });
  out += waiting.empty() ? "NEEDS YOU nothing\n" : line_of("NEEDS YOU", waiting);
  for (const auto& [heading, kind] : sections) {
    std::vector<const Told*> shown;
    for (const auto& told : b.diff.items)
      if (told.item.kind == kind && !needs_somebody(told) && !told.quieted) shown.push_back(&told);
    out += line_of(heading, shown);
  }
  if (!b.diff.gone.empty()) out += fmt::format("GONE {}\n", b.diff.gone.size());
  if (b.sources_ok < b.sources_all)
    out += fmt::format("NOT SEEN {} of {} sources\n", b.sources_all - b.sources_ok, b.sources_all);
  return out + "slot " + b.slot.label + "\n";
}

}  // namespace openclaw::jobs
