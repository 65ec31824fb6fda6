// SPDX-License-Identifier: MIT
#include "jobs/briefing.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"

namespace openclaw::jobs {
namespace {

using sources::Severity;

class Page {
 public:
  Page(const Briefing& b, const zone::Zone& zone, const Style& style)
      : b_(b), zone_(zone), style_(style) {}

  std::string write() {
    head();
    if (!b_.written.opening.empty()) wrap("", b_.written.opening);
    needs();
    list("EVENT", "notice");
    list("OVERNIGHT", "incident");
    list("TODAY", "event");
    list("TICKETS", "ticket");
    list("PROMISED", "commitment");
    list("NEWS", "entry");
    more();
    if (!b_.diff.gone.empty()) wrap("GONE", join(b_.diff.gone, " · "));
    wrap("QUIET", join(b_.quiet, " · "));
    wrap("NOT SEEN", join(b_.not_seen, " · "));
    if (!b_.missed.empty()) wrap("MISSED", join(b_.missed, " · "));
    foot();
    return std::move(out_);
  }

 private:
  static std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    return base::join(parts, separator);
  }

  std::string strong(const std::string& text) const {
    return style_.bold ? "\x1b[1m" + text + "\x1b[0m" : text;
  }

  void line(const std::string& text) {
    std::string_view kept = text;
    while (kept.ends_with(' ')) kept.remove_suffix(1);
    out_ += kept;
    out_ += '\n';
  }

  void head() {
    const auto local = zone_.local(b_.when);
    const std::string left =
        fmt::format("{} {} {}, {:02}:{:02} · {}", zone::day_name(local.weekday(), false),
                    static_cast<unsigned>(local.date.day()),
                    zone::month_name(local.date.month(), false), local.hour, local.minute, b_.host);
    const std::size_t used = base::display_width(left) + base::display_width(b_.written_by);
    line(strong(left) + std::string(used + 2 < style_.width ? style_.width - used : 2, ' ') +
         b_.written_by);
  }

  /// A heading of ten columns, then words that are broken at the page's width.
  void wrap(const std::string& heading, const std::string& text) {
    if (text.empty()) return;
    constexpr std::size_t indent = 10;
    const bool has_heading = !heading.empty();
    std::string current =
        has_heading
            ? strong(heading) + std::string(indent - std::min(indent - 1, heading.size()), ' ')
            : "";
    std::size_t used = has_heading ? indent : 0;
    for (const auto word : base::split(text, ' ')) {
      const std::size_t w = base::display_width(word);
      if (used + w > style_.width && used > indent) {
        line(current);
        current = std::string(has_heading ? indent : 0, ' ');
        used = has_heading ? indent : 0;
      }
      current += std::string(word) + " ";
      used += w + 1;
    }
    line(current);
  }

  std::string mark(const Told& told) const {
    if (b_.diff.first_run) return "";
    return told.day <= 1 ? "NEW · " : fmt::format("DAY {} · ", told.day);
  }

  const std::string* sentence(const Told& told) const {
    for (const auto& [id, text] : b_.written.sentences)
      if (id == told.short_id) return &text;
    return nullptr;
  }

  void needs() {
    std::vector<const Told*> shown;
    std::size_t quieted = 0;
    for (const auto& told : b_.diff.items) {
      if (needs_somebody(told)) shown.push_back(&told);
      quieted += told.quieted ? 1 : 0;
    }
    std::stable_sort(shown.begin(), shown.end(),
                     [this](const Told* a, const Told* b) { return rank(*a) < rank(*b); });
    const std::string acknowledged = quieted == 0 ? "" : fmt::format("{} acknowledged", quieted);
    const bool news_only = !b_.diff.items.empty() &&
                           std::all_of(b_.diff.items.begin(), b_.diff.items.end(),
                                       [](const Told& told) { return told.item.kind == "entry"; });
    if (shown.empty() && news_only) return;
    if (shown.empty()) {
      wrap("NEEDS YOU", "nothing" + (acknowledged.empty() ? "" : ", " + acknowledged));
      return;
    }
    line(strong("NEEDS YOU") + (acknowledged.empty() ? "" : "  (" + acknowledged + ")"));
    bool divided = b_.written.sentences.empty() && b_.written.opening.empty();
    for (const auto* told : shown) {
      const auto* words = sentence(*told);
      if (!words && !divided) {
        line(" not mentioned above:");
        divided = true;
      }
      const std::string text = mark(*told) + without_links(told->item.title) + example(*told);
      const std::string start = fmt::format(
          " {} {}  ", told->item.severity == Severity::critical ? "▲" : "△", told->short_id);
      const std::size_t column = style_.width > 60 ? style_.width - 32 : style_.width;
      const std::size_t used = base::display_width(start) + base::display_width(text);
      const std::string gap(used + 2 < column ? column - used : 2, ' ');
      line(start + text + (told->item.link.empty() ? "" : gap + told->item.link));
      if (words) line("        " + *words);
    }
  }

  /// Items that the model spoke of come first, in its order; then by severity.
  std::pair<std::size_t, int> rank(const Told& told) const {
    std::size_t place = b_.written.sentences.size();
    for (std::size_t i = 0; i < b_.written.sentences.size(); ++i)
      if (b_.written.sentences[i].first == told.short_id) place = std::min(place, i);
    return {place, -static_cast<int>(told.item.severity)};
  }

  static std::string example(const Told& told) { return told.item.example ? " (example)" : ""; }

  /// Events and promises are short and stand beside each other; what has a link, or a sentence of
  /// the model, has a line of its own.
  void list(const char* heading, const std::string& kind) {
    std::vector<const Told*> shown;
    bool lines = kind == "entry" || kind == "ticket" || kind == "incident" || kind == "notice";
    for (const auto& told : b_.diff.items) {
      if (told.item.kind != kind || needs_somebody(told) || told.quieted) continue;
      shown.push_back(&told);
      lines |= sentence(told) != nullptr;
      lines &= !told.item.example || sentence(told) != nullptr;
    }
    if (shown.empty()) return;
    if (!lines) {
      std::vector<std::string> parts;
      for (const auto* told : shown)
        parts.push_back(without_links(told->item.title) + example(*told));
      if (parts.size() > 12) {
        const std::size_t more = parts.size() - 12;
        parts.resize(12);
        parts.push_back(fmt::format("and {} more", more));
      }
      wrap(heading, join(parts, "   "));
      return;
    }
    std::stable_sort(shown.begin(), shown.end(),
                     [this](const Told* a, const Told* b) { return order(*a) < order(*b); });
    line(strong(heading));
    std::string group;
    for (const auto* told : shown) {
      const auto* words = sentence(*told);
      // What the model chose stands first, whatever its feed; the rest by feed.
      if (!words && told->item.group != group) {
        group = told->item.group;
        if (!group.empty()) line(" " + group);
      }
      item_line(*told, words);
    }
  }

  void item_line(const Told& told, const std::string* words) {
    const bool lasts = told.item.kind == "ticket" || told.item.kind == "commitment";
    std::string id = told.short_id.empty() ? "" : told.short_id + "  ";
    if (told.item.kind == "incident" && told.item.severity == Severity::critical) id += "▲ ";
    const std::string text =
        id + (lasts ? mark(told) : "") + without_links(told.item.title) + example(told);
    wrap("", "  " + text);
    if (!told.item.link.empty()) line("        " + told.item.link);
    if (words) wrap("", "        " + *words);
    if (!words && told.item.kind == "notice") rest_of(told.item.detail);
  }

  /// The lines after the first, where no model has read them.
  void rest_of(const std::string& detail) {
    constexpr std::size_t most = 12;
    constexpr std::size_t longest = 200;
    const auto lines = base::split(detail, '\n');
    for (std::size_t i = 1; i < lines.size() && i <= most; ++i)
      line("    " + base::one_line(base::prefix_bytes(lines[i], longest)));
    if (lines.size() > most + 1)
      line("    and " + base::counted(static_cast<std::int64_t>(lines.size() - most - 1), "line"));
  }

  /// The model's choice first, in its order; then by group, as gathered.
  std::pair<std::size_t, std::string> order(const Told& told) const {
    const auto place = rank(told).first;
    return {place, place < b_.written.sentences.size() ? "" : told.item.group};
  }

  void more() {
    for (const auto& cut : b_.cuts)
      line(fmt::format("and {} more from {}{}", cut.items, cut.source,
                       cut.link.empty() ? "" : ": " + cut.link));
  }

  void foot() {
    std::string next;
    if (b_.slot.next) {
      const auto local = zone_.local(*b_.slot.next);
      next = fmt::format(", next {} {:02}:{:02}", zone::day_name(local.weekday(), true), local.hour,
                         local.minute);
    }
    line(fmt::format("{} of {} sources in {} · slot {}{} · run {} · {}", b_.sources_ok,
                     b_.sources_all, base::human_duration(b_.took), b_.slot.label, next, b_.run,
                     b_.cost ? "$" + base::human_usd(*b_.cost) : "unpriced"));
    if (std::all_of(b_.setup.begin(), b_.setup.end(), [](const auto& s) { return s.second; }))
      return;
    std::string steps = "next: openclaw check --next   ";
    for (const auto& [name, done] : b_.setup)
      steps += fmt::format("  {} {}", done ? "●" : "○", name);
    line(steps);
  }

  const Briefing& b_;
  const zone::Zone& zone_;
  const Style& style_;
  std::string out_;
};

}  // namespace

bool needs_somebody(const Told& told) {
  return told.item.severity != Severity::info && told.item.kind != "event" &&
         told.item.kind != "incident" && !told.quieted;
}

std::string render(const Briefing& briefing, const zone::Zone& zone, const Style& style) {
  return Page(briefing, zone, style).write();
}

}  // namespace openclaw::jobs
