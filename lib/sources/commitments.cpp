// SPDX-License-Identifier: MIT
#include <charconv>

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "sources/files.h"

namespace openclaw::sources {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::size_t most_bytes = 10u << 20;
constexpr int shown_ahead = 7;  // days

struct Promise {
  std::string text, id, to;
  std::optional<year_month_day> due, start, done_on;
  std::string every;
  bool done = false;
  std::string fault;  // what is wrong with the line
};

/// "daily", "weekly", "monthly", "yearly", or a number of d, w, m or y.
std::optional<year_month_day> later(year_month_day from, std::string_view every) {
  if (every == "daily") every = "1d";
  if (every == "weekly") every = "1w";
  if (every == "monthly") every = "1m";
  if (every == "yearly") every = "1y";
  int n = 0;
  if (every.size() < 2) return std::nullopt;
  const auto digits = every.substr(0, every.size() - 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc{} || end != digits.data() + digits.size() || n < 1 || n > 1000)
    return std::nullopt;
  switch (every.back()) {
    case 'd': return sys_days(from) + std::chrono::days(n);
    case 'w': return sys_days(from) + std::chrono::weeks(n);
    case 'm': from += std::chrono::months(n); break;
    case 'y': from += std::chrono::years(n); break;
    default: return std::nullopt;
  }
  // The 31st of a shorter month is its last day.
  return from.ok() ? from : year_month_day(from.year() / from.month() / std::chrono::last);
}

class LineReader {
 public:
  explicit LineReader(std::string_view line) {
    out_.done = line[3] == 'x' || line[3] == 'X';
    for (const auto word : base::split(base::trim(line.substr(5)), ' '))
      if (!word.empty()) take(word);
    if (out_.id.empty()) out_.id = base::hex(crypto::view(crypto::sha256(out_.text))).substr(0, 12);
    recur();
  }
  Promise promise() { return std::move(out_); }

 private:
  void take(std::string_view word) {
    const auto colon = word.find(':');
    const auto key = word.substr(0, colon);
    const auto value =
        colon == std::string_view::npos ? std::string_view{} : word.substr(colon + 1);
    if (calendar_sign_) {
      calendar_sign_ = false;
      if (const auto date = zone::parse_date(word)) {
        out_.due = date;
        return;
      }
    }
    if (key == "due" && !value.empty()) {
      date(out_.due, value);
    } else if (key == "start" && !value.empty()) {
      date(out_.start, value);
    } else if (key == "done" && !value.empty()) {
      date(out_.done_on, value);
    } else if (key == "to" && !value.empty()) {
      out_.to = value;
    } else if (key == "every" && !value.empty()) {
      out_.every = value;
    } else if (word == "📅") {
      calendar_sign_ = true;
    } else if (word.starts_with('^') && word.size() > 1) {
      out_.id = word.substr(1);
    } else {
      out_.text += (out_.text.empty() ? "" : " ") + std::string(word);
    }
  }

  void date(std::optional<year_month_day>& to, std::string_view text) {
    to = zone::parse_date(text);
    if (!to) out_.fault = "'" + base::one_line(std::string(text)) + "' is no date";
  }

  /// What is done and comes again is open, due one period after it was done.
  void recur() {
    if (out_.every.empty()) return;
    const auto from = out_.done ? out_.done_on : out_.due;
    const auto next = later(from.value_or(year_month_day(sys_days{})), out_.every);
    if (!next)
      out_.fault = "'" + base::one_line(out_.every) + "' is no period, like weekly or 3m";
    else if (out_.done && !out_.done_on)
      out_.fault = "done, and comes again: it needs done:DATE";
    else if (out_.done)
      out_.due = next;
    if (out_.done) out_.done = false;
  }

  Promise out_;
  bool calendar_sign_ = false;
};

}  // namespace

Reading read_commitments(const std::string& source, const std::string& path, base::Time now,
                         const zone::Zone& zone) {
  Reading out;
  out.source = source;
  const auto text = base::read_if_exists(path, most_bytes);
  if (!text) {
    out.state = Reading::State::failed;
    out.reason = "there is no file '" + path + "'";
    return out;
  }
  const auto today = sys_days(zone.local(now).date);
  std::size_t number = 0;
  for (const auto line : base::split(*text, '\n')) {
    ++number;
    const auto task = base::trim(line);
    if (task.size() < 6 || std::string_view("-*+").find(task[0]) == std::string_view::npos ||
        task.substr(1, 2) != " [" || task[4] != ']')
      continue;
    const Promise promise = LineReader(task).promise();
    Item item;
    item.source = source;
    item.kind = "commitment";
    item.key = "commitment:" + promise.id;
    item.title = base::one_line(base::valid_utf8(promise.text));
    if (!promise.to.empty()) item.title += " (to " + base::one_line(promise.to) + ")";
    if (!promise.fault.empty()) {
      item.severity = Severity::warning;
      item.title = fmt::format("{}:{}: {}: {}", path, number, promise.fault, item.title);
      out.items.push_back(std::move(item));
      continue;
    }
    if (promise.done || (promise.start && sys_days(*promise.start) > today)) continue;
    if (promise.due) {
      const auto days = (sys_days(*promise.due) - today).count();
      if (days > shown_ahead) continue;
      item.at = zone.day_start(*promise.due);
      item.severity = days <= 0 ? Severity::warning : Severity::info;
      item.title += days < 0    ? fmt::format(", {} overdue", base::counted(-days, "day"))
                    : days == 0 ? ", due today"
                                : ", due " + zone::iso_date(*promise.due);
    }
    out.items.push_back(std::move(item));
  }
  return out;
}

std::string add_commitment(const std::string& path, const std::string& text,
                           const std::optional<year_month_day>& due, const std::string& to,
                           bool& existed) {
  constexpr std::size_t longest = 300;
  const std::string what = base::one_line(base::valid_utf8(base::trim(text)));
  const std::string whom = base::one_line(base::valid_utf8(base::trim(to)));
  if (what.empty() || what.size() > longest)
    throw base::Error("a promise is one line of at most 300 bytes");
  if (whom.find(' ') != std::string::npos) throw base::Error("'to' is one word");
  std::string line = "- [ ] " + what;
  if (due) line += " due:" + zone::iso_date(*due);
  if (!whom.empty()) line += " to:" + whom;
  // What is read back must be what was meant: no key, id or day may hide in the words.
  const Promise read = LineReader(line).promise();
  if (read.text != what || read.due != due || read.to != whom || !read.every.empty() ||
      !read.fault.empty())
    throw base::Error("the text holds a word that reads as a key, like 'due:'");
  const auto id = base::hex(crypto::view(crypto::sha256(line))).substr(0, 10);
  line += " ^" + id;
  base::append_durably(path, most_bytes, [&](const std::string& before) {
    existed = before.find(" ^" + id) != std::string::npos;
    if (existed) return std::string();
    return (before.empty() || before.ends_with('\n') ? "" : "\n") + line + "\n";
  });
  return line;
}

}  // namespace openclaw::sources
