// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "tools/tool.h"
#include "zone/zone.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("clock", args, run_id);
  const zone::Zone zone(context.zone_name);
  const auto local = zone.local(context.now);
  Result result;
  result.text = fmt::format("{} {} {:02}:{:02}, {} (UTC {})",
                            zone::day_name(local.weekday(), false), zone::iso_date(local.date),
                            local.hour, local.minute, zone.name(), base::rfc3339(context.now));
  return result;
}

}  // namespace

Tool clock_tool() {
  return {{"clock", policy::Effect::none, {}, {}, {}},
          "The present date, weekday and time.",
          object_schema({}),
          run};
}

}  // namespace openclaw::tools
