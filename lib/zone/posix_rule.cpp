// SPDX-License-Identifier: MIT
#include "zone/posix_rule.h"

#include <chrono>

namespace openclaw::zone {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the text piece by piece; the first piece that does not fit makes it bad.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void want(char c) { good_ = take(c) && good_; }
  int number(int least, int most) {
    int value = 0;
    std::size_t n = 0;
    for (; n < rest_.size() && n < 4 && digit(rest_[n]); ++n) value = value * 10 + (rest_[n] - '0');
    rest_.remove_prefix(n);
    good_ = good_ && n > 0 && value >= least && value <= most;
    return value;
  }
  /// "CET" or "<+0330>": not looked at.
  void name() {
    const bool quoted = take('<');
    std::size_t n = 0;
    while (n < rest_.size() &&
           (quoted ? rest_[n] != '>'
                   : std::string_view("+-,").find(rest_[n]) == std::string_view::npos &&
                         !digit(rest_[n])))
      ++n;
    good_ = good_ && n >= 3;
    rest_.remove_prefix(n);
    if (quoted) want('>');
  }
  /// [+-]hours[:minutes[:seconds]]
  std::int32_t time(int most_hours) {
    const bool minus = take('-');
    if (!minus) take('+');
    std::int32_t value = number(0, most_hours) * 3600;
    if (take(':')) {
      value += number(0, 59) * 60;
      if (take(':')) value += number(0, 59);
    }
    return minus ? -value : value;
  }
  YearlyMoment moment() {
    YearlyMoment out;
    if (take('J')) {
      out.kind = YearlyMoment::Kind::julian;
      out.day = number(1, 365);
    } else if (take('M')) {
      out.month = number(1, 12);
      want('.');
      out.week = number(1, 5);
      want('.');
      out.day = number(0, 6);
    } else {
      out.kind = YearlyMoment::Kind::day;
      out.day = number(0, 365);
    }
    if (take('/')) out.time = time(167);
    return out;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::int64_t YearlyMoment::in(int year_number) const {
  using namespace std::chrono;
  const year y(year_number);
  sys_days date = y / January / 1;
  switch (kind) {
    case Kind::day: date += days(day); break;
    case Kind::julian: date += days(day - 1 + (y.is_leap() && day >= 60 ? 1 : 0)); break;
    case Kind::weekday: {
      const auto m = std::chrono::month(static_cast<unsigned>(month));
      const weekday w(static_cast<unsigned>(day));
      date =
          week == 5 ? sys_days(y / m / w[last]) : sys_days(y / m / w[static_cast<unsigned>(week)]);
      break;
    }
  }
  return duration_cast<seconds>(date.time_since_epoch()).count() + time;
}

std::optional<PosixRule> parse_posix_rule(std::string_view text) {
  Reader reader(text);
  PosixRule out;
  reader.name();
  out.offset = -reader.time(24);
  if (reader.good() && !reader.at_end()) {
    reader.name();
    PosixRule::Summer summer{out.offset + 3600, {}, {}};
    if (!reader.take(',')) {
      summer.offset = -reader.time(24);
      reader.want(',');
    }
    summer.begin = reader.moment();
    reader.want(',');
    summer.end = reader.moment();
    out.summer = summer;
  }
  if (!reader.good() || !reader.at_end()) return std::nullopt;
  return out;
}

}  // namespace openclaw::zone
