// SPDX-License-Identifier: MIT
#include "base/error.h"
#include "base/text.h"
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("feeds_list", args, run_id);
  Want want{{"miniflux", "feeds"}, args["source"].as_string()};
  want.most = static_cast<std::size_t>(number_of(args, "limit", 50, 1, 200));
  const std::string category = base::lower(args["category"].as_string());
  std::optional<base::Time> since;
  if (const auto& day = args["since"].as_string(); !day.empty()) {
    const auto date = zone::parse_date(day);
    if (!date) throw base::Error("'since' is a day, like 2026-11-23");
    since = zone::Zone(context.zone_name).day_start(*date);
  }
  want.keep = [&](const sources::Item& item) {
    if (!category.empty() && base::lower(item.group).find(category) == std::string::npos)
      return false;
    return !since || !item.at || *item.at >= *since;
  };
  return list_items(want, context);
}

}  // namespace

Tool feeds_list_tool() {
  return {
      {"feeds_list",
       policy::Effect::none,
       {.untrusted = true, .private_text = false},
       {"source", "category", "since", "limit"},
       {}},
      "Unread entries of the feeds.",
      object_schema({{"source", "string", "only this declared source", false},
                     {"category", "string", "only feeds whose name or category holds this", false},
                     {"since", "string", "only from this day on, YYYY-MM-DD", false},
                     {"limit", "integer", "at most so many, 1 to 200", false}}),
      run};
}

}  // namespace openclaw::tools
