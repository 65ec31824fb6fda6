// SPDX-License-Identifier: MIT
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("calendar_list", args, run_id);
  Want want{{"caldav", "ics"}, args["source"].as_string(), 200};
  want.days = number_of(args, "days", 1, 1, 31);
  return list_items(want, context);
}

}  // namespace

Tool calendar_list_tool() {
  return {{"calendar_list",
           policy::Effect::none,
           {.untrusted = true, .private_text = true},
           {"source", "days"},
           {}},
          "Events of the calendars from today on.",
          object_schema({{"source", "string", "only this declared source", false},
                         {"days", "integer", "how many days, 1 to 31", false}}),
          run};
}

}  // namespace openclaw::tools
