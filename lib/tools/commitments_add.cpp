// SPDX-License-Identifier: MIT
#include "base/error.h"
#include "sources/files.h"
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("commitments_add", args, run_id);
  const auto lists = declared({"commitments"}, {}, context);
  std::optional<std::chrono::year_month_day> due;
  if (const auto& day = args["due"].as_string(); !day.empty()) {
    due = zone::parse_date(day);
    if (!due) throw base::Error("'due' is a day, like 2026-11-23");
  }
  bool existed = false;
  const auto line = sources::add_commitment(lists.front().text("path"), args["text"].as_string(),
                                            due, args["to"].as_string(), existed);
  Result result;
  result.labels.private_text = true;
  result.text = (existed ? "it was there already: " : "added: ") + line;
  return result;
}

}  // namespace

Tool commitments_add_tool() {
  return {{"commitments_add",
           policy::Effect::write,
           {.untrusted = false, .private_text = true},
           {"text", "due", "to"},
           {"text"}},
          "Adds a promise to the list of commitments.",
          object_schema({{"text", "string", "what is promised, one line", true},
                         {"due", "string", "until when, YYYY-MM-DD", false},
                         {"to", "string", "to whom, one word", false}}),
          run,
          true};
}

}  // namespace openclaw::tools
