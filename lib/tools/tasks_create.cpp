// SPDX-License-Identifier: MIT
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("tasks_create", args, run_id);
  const auto id = effect_id("tasks_create", args, run_id, context);
  return write_to_plane("ticket", context, [&](const auto& server, sources::Fetch& fetch) {
    return sources::create_in_plane(server, args["project"].as_string(), args["title"].as_string(),
                                    args["body"].as_string(), id, fetch);
  });
}

}  // namespace

Tool tasks_create_tool() {
  return {{"tasks_create",
           policy::Effect::write,
           {.untrusted = true, .private_text = true},
           {"project", "title", "body"},
           {"project"}},
          "Opens a new ticket.",
          object_schema({{"project", "string", "its identifier, like HOME", true},
                         {"title", "string", "one line", true},
                         {"body", "string", "plain text", false}}),
          run,
          true};
}

}  // namespace openclaw::tools
