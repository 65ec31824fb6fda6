// SPDX-License-Identifier: MIT
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("tasks_list", args, run_id);
  Want want{{"plane", "issues", "caldav-tasks"}, args["source"].as_string()};
  want.most = static_cast<std::size_t>(number_of(args, "limit", 50, 1, 200));
  const auto& project = args["project"].as_string();
  want.keep = [&project](const sources::Item& item) {
    return project.empty() || item.group == project || item.title.starts_with(project + "-");
  };
  return list_items(want, context);
}

}  // namespace

Tool tasks_list_tool() {
  return {
      {"tasks_list",
       policy::Effect::none,
       {.untrusted = true, .private_text = true},
       {"source", "project", "limit"},
       {}},
      "Open tickets, the most pressing first.",
      object_schema({{"source", "string", "only this declared source", false},
                     {"project", "string", "only tickets that begin with this, like HOME", false},
                     {"limit", "integer", "at most so many, 1 to 200", false}}),
      run};
}

}  // namespace openclaw::tools
