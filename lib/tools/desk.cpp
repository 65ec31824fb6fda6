// SPDX-License-Identifier: MIT
#include "tools/desk.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/parse.h"

namespace openclaw::tools {
namespace {

using json::Value;

Value line_of(const sources::Item& item, const std::string& title, bool whole) {
  auto line = Value::object({{"source", item.source}, {"kind", item.kind}, {"title", title}});
  if (item.kind == "alert") line.set("id", item.key.substr(item.key.find(':') + 1));
  if (item.severity != sources::Severity::info)
    line.set("severity", item.severity == sources::Severity::critical ? "critical" : "warning");
  if (item.at) line.set("at", base::rfc3339(*item.at));
  if (!whole) return line;
  if (!item.group.empty()) line.set("from", item.group);
  if (!item.detail.empty()) line.set("detail", item.detail);
  if (!item.link.empty()) line.set("link", item.link);
  return line;
}

}  // namespace

std::vector<sources::Declared> declared(const std::vector<std::string>& kinds,
                                        const std::string& name, const Context& context) {
  auto out = context.sources ? context.sources(kinds) : std::vector<sources::Declared>{};
  if (!name.empty())
    std::erase_if(out, [&name](const sources::Declared& source) { return source.name != name; });
  if (out.empty())
    throw base::Error(name.empty() ? "no such source is declared"
                                   : "there is no such source '" + base::one_line(name) + "'");
  return out;
}

sources::Fetch fetch_for(const sources::Declared& source, const Context& context) {
  if (!source.fault.empty()) throw base::ConfigError(source.fault);
  sources::Fetch fetch(context.http, base::boot_now() + context.timeout, context.stop);
  sources::authorise(fetch, source);
  return fetch;
}

std::string effect_id(const std::string& tool, const json::Value& args, const std::string& run,
                      const Context& context) {
  constexpr std::size_t digits = 32;
  const auto& scope = context.effect_scope.empty() ? run : context.effect_scope;
  return base::hex(crypto::view(crypto::sha256(scope + "\n" + tool + "\n" + json::canonical(args))))
      .substr(0, digits);
}

int number_of(const json::Value& args, const char* name, int otherwise, int least, int most) {
  return static_cast<int>(std::clamp<std::int64_t>(args[name].as_int(otherwise), least, most));
}

Result list_items(const Want& want, const Context& context) {
  const zone::Zone zone(context.zone_name);
  Result result;
  std::size_t shown = 0, more = 0;
  std::string failures;
  bool any = false;
  for (const auto& source : declared(want.kinds, want.source, context)) {
    try {
      auto fetch = fetch_for(source, context);
      const sources::Use use{
          context.now - want.back, context.now, zone, want.days, want.least, {}, 0, {}};
      const auto reading = sources::read_source(source, use, fetch);
      if (reading.state != sources::Reading::State::ok) throw base::Error(reading.reason);
      any = true;
      for (const auto& doubt : reading.doubts) failures += source.name + ": " + doubt + "\n";
      for (const auto& item : reading.items) {
        if (want.keep && !want.keep(item)) continue;
        if (item.for_model && item.for_model->empty()) continue;  // not for a model's eyes
        if (shown++ >= want.most) {
          ++more;
          continue;
        }
        result.labels.untrusted |= item.untrusted;
        result.labels.private_text |= item.private_text;
        result.text += json::dump(line_of(item, item.for_model.value_or(item.title),
                                          !item.for_model.has_value())) +
                       "\n";
      }
    } catch (const base::Error& e) {
      failures += source.name + ": " + base::describe(e) + "\n";
    }
  }
  result.ok = any;
  result.labels.untrusted |= !failures.empty();
  if (shown == 0 && any) result.text = "nothing\n";
  if (more > 0)
    result.text += "and " + base::counted(static_cast<std::int64_t>(more), "more") + "\n";
  if (!failures.empty()) result.text += "not, or not surely, read:\n" + failures;
  result.text = shorten(result.text, context.most_bytes, result.truncated);
  return result;
}

Result write_to_plane(
    const std::string& what, const Context& context,
    const std::function<sources::Written(const sources::PlaneServer&, sources::Fetch&)>& act) {
  std::string why;
  for (const auto& source : declared({"plane"}, {}, context)) {
    try {
      auto fetch = fetch_for(source, context);
      const auto made = act({source.text("url"), source.text("workspace"), source.projects}, fetch);
      Result result;
      result.text = what + " " + base::one_line(made.id) +
                    (made.existed ? " was there already" : " is written");
      return result;
    } catch (const sources::NoSuchProject& e) {  // after any other failure it may be written here
      why += (why.empty() ? "" : "; ") + source.name + ": " + base::describe(e);
    }
  }
  throw base::Error(why);
}

}  // namespace openclaw::tools
