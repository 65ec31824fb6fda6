// SPDX-License-Identifier: MIT
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("tasks_comment", args, run_id);
  const auto id = effect_id("tasks_comment", args, run_id, context);
  return write_to_plane("comment", context, [&](const auto& server, sources::Fetch& fetch) {
    return sources::comment_on_plane(server, args["project"].as_string(), args["id"].as_string(),
                                     args["body"].as_string(), id, fetch);
  });
}

}  // namespace

Tool tasks_comment_tool() {
  return {{"tasks_comment",
           policy::Effect::write,
           {.untrusted = true, .private_text = true},
           {"project", "id", "body"},
           {"project"}},
          "Writes a comment under a ticket.",
          object_schema({{"project", "string", "its identifier, like HOME", true},
                         {"id", "string", "the ticket, like HOME-12", true},
                         {"body", "string", "plain text", true}}),
          run,
          true};
}

}  // namespace openclaw::tools
