// SPDX-License-Identifier: MIT
#include "zone/tzif.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "zone/posix_rule.h"

namespace openclaw::zone {
namespace {

constexpr std::size_t header_size = 44;
constexpr int last_year = 2199;
constexpr std::int64_t far = std::int64_t{1} << 36;  // two thousand years either way

std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  // The sign is that of the first byte.
  auto value =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<signed char>(bytes[at])));
  for (std::size_t i = 1; i < size; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<std::int64_t>(value);
}

struct Header {
  std::uint64_t isut, isstd, leaps, times, types, chars;
  std::uint64_t body(std::uint64_t time_size) const {
    return times * time_size + times + types * 6 + chars + leaps * (time_size + 4) + isstd + isut;
  }
};

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < header_size || bytes.substr(0, 4) != "TZif" || bytes[4] < '2')
    return std::nullopt;
  const auto count = [&](std::size_t i) {
    return static_cast<std::uint64_t>(big_endian(bytes, 20 + 4 * i, 4)) & 0xffffffff;
  };
  return Header{count(0), count(1), count(2), count(3), count(4), count(5)};
}

void add(Transitions& to, std::int64_t at, std::int32_t offset) {
  at = std::clamp(at, -far, far);
  while (!to.list.empty() && to.list.back().at >= at) to.list.pop_back();
  if (offset != (to.list.empty() ? to.first : to.list.back().offset))
    to.list.push_back({at, offset});
}

int year_of(std::int64_t at) {
  using namespace std::chrono;
  return static_cast<int>(year_month_day(floor<days>(sys_seconds(seconds(at)))).year());
}

/// What the rule says after the last transition that the file spells out.
void unroll(Transitions& to, const PosixRule& rule) {
  if (!rule.summer) return add(to, to.list.empty() ? 0 : to.list.back().at + 1, rule.offset);
  const std::int64_t known = to.list.empty() ? INT64_MIN : to.list.back().at;
  for (int year = to.list.empty() ? 1970 : year_of(known); year <= last_year; ++year) {
    const auto begin = rule.summer->begin.in(year)-rule.offset;
    const auto end = rule.summer->end.in(year)-rule.summer->offset;
    const Transition in{begin, rule.summer->offset}, out{end, rule.offset};
    for (const Transition& t : begin < end ? std::array{in, out} : std::array{out, in})
      if (t.at > known) add(to, t.at, t.offset);
  }
}

}  // namespace

std::optional<Transitions> parse_tzif(std::string_view file) {
  // The first block has 32-bit times and is there for readers of the last century.
  const auto old = read_header(file);
  if (!old || old->body(4) > file.size() - header_size) return std::nullopt;
  file.remove_prefix(header_size + old->body(4));
  const auto head = read_header(file);
  if (!head || head->body(8) > file.size() - header_size || head->types == 0 || head->leaps != 0)
    return std::nullopt;
  const std::string_view body = file.substr(header_size, head->body(8));
  const std::size_t indexes = head->times * 8, types = indexes + head->times;
  const auto offset_of = [&](std::size_t type) {
    return static_cast<std::int32_t>(big_endian(body, types + type * 6, 4));
  };
  Transitions out;
  out.first = offset_of(0);
  for (std::size_t i = 0; i < head->times; ++i) {
    const auto type = static_cast<unsigned char>(body[indexes + i]);
    if (type >= head->types) return std::nullopt;
    add(out, big_endian(body, i * 8, 8), offset_of(type));
  }
  std::string_view footer = file.substr(header_size + body.size());
  if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return std::nullopt;
  footer = footer.substr(1, footer.size() - 2);
  if (footer.empty()) return out;
  const auto rule = parse_posix_rule(footer);
  if (!rule) return std::nullopt;
  unroll(out, *rule);
  return out;
}

}  // namespace openclaw::zone
