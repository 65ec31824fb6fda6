// SPDX-License-Identifier: MIT
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("alerts_list", args, run_id);
  Want want{{"prometheus", "alertmanager"}, args["source"].as_string()};
  const auto& least = args["min"].as_string();
  if (least == "warning") want.least = sources::Severity::warning;
  if (least == "critical") want.least = sources::Severity::critical;
  want.back = std::chrono::hours(number_of(args, "hours", 24, 1, 24 * 14));
  return list_items(want, context);
}

}  // namespace

Tool alerts_list_tool() {
  return {{"alerts_list",
           policy::Effect::none,
           {.untrusted = true, .private_text = false},
           {"source", "min", "hours"},
           {}},
          "Alerts that fire now, and those of the last hours that are over.",
          object_schema({{"source", "string", "only this declared source", false},
                         {"min", "string", "info, warning or critical", false},
                         {"hours", "integer", "how far back, default 24", false}}),
          run};
}

}  // namespace openclaw::tools
