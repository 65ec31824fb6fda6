// SPDX-License-Identifier: MIT
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("commitments_list", args, run_id);
  return list_items({{"commitments"}, args["source"].as_string(), 200}, context);
}

}  // namespace

Tool commitments_list_tool() {
  return {{"commitments_list",
           policy::Effect::none,
           {.untrusted = false, .private_text = true},
           {"source"},
           {}},
          "Promises that are due or will be within a week.",
          object_schema({{"source", "string", "only this declared source", false}}),
          run};
}

}  // namespace openclaw::tools
