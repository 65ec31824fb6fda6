// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "json/value.h"

namespace openclaw::json {
namespace {

struct Style {
  bool ascii = false;
  bool sorted = false;
  bool pretty = false;
};

void write_string(std::string& out, std::string_view s, bool ascii) {
  out += '"';
  const bool plain = std::all_of(s.begin(), s.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F &&
           c != '"' && c != '\\';
  });
  if (plain) {
    out += s;
  } else {
    const std::string clean = base::json_escape(base::valid_utf8(s));
    for (std::size_t pos = 0; pos < clean.size();) {
      const char32_t c = base::next_code_point(clean, pos);
      if (c < 0x7F || (!ascii && c != 0x7F && c != 0x2028 && c != 0x2029))
        base::append_utf8(out, c);
      else if (c < 0x10000)
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      else
        out +=
            fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((static_cast<unsigned>(c) - 0x10000) >> 10),
                        0xDC00 + ((static_cast<unsigned>(c) - 0x10000) & 0x3FF));
    }
  }
  out += '"';
}

void write_real(std::string& out, const Real& real) {
  if (!real.text.empty())
    out += real.text;
  else if (std::isfinite(real.value))
    out += fmt::format("{}", real.value);
  else
    out += "null";
}

void indent(std::string& out, int depth, const Style& style) {
  if (!style.pretty) return;
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
}

void write(std::string& out, const Value& value, const Style& style, int depth) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_int()) {
    out += fmt::format("{}", value.as_int());
  } else if (value.is_number()) {
    write_real(out, *value.real());
  } else if (value.is_string()) {
    write_string(out, value.as_string(), style.ascii);
  } else if (value.is_array()) {
    out += '[';
    for (const auto& item : value.items()) {
      if (&item != &value.items().front()) out += ',';
      indent(out, depth + 1, style);
      write(out, item, style, depth + 1);
    }
    if (value.size() > 0) indent(out, depth, style);
    out += ']';
  } else {
    std::vector<const Member*> order;
    for (const auto& m : value.members()) order.push_back(&m);
    if (style.sorted)
      std::sort(order.begin(), order.end(),
                [](const Member* a, const Member* b) { return a->first < b->first; });
    out += '{';
    for (const auto* m : order) {
      if (m != order.front()) out += ',';
      indent(out, depth + 1, style);
      write_string(out, m->first, style.ascii);
      out += style.pretty ? ": " : ":";
      write(out, m->second, style, depth + 1);
    }
    if (!order.empty()) indent(out, depth, style);
    out += '}';
  }
}

std::string with(const Value& value, const Style& style) {
  std::string out;
  write(out, value, style, 0);
  return out;
}

}  // namespace

std::string dump(const Value& value, bool ascii) { return with(value, {.ascii = ascii}); }
std::string dump_pretty(const Value& value) { return with(value, {.pretty = true}); }
std::string canonical(const Value& value) { return with(value, {.sorted = true}); }

}  // namespace openclaw::json
