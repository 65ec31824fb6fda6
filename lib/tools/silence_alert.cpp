// SPDX-License-Identifier: MIT
#include "base/error.h"
#include "base/text.h"
#include "sources/alerts.h"
#include "tools/desk.h"

namespace openclaw::tools {
namespace {

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  permit.spend("silence_alert", args, run_id);
  const auto hours = args["hours"].as_int();
  if (hours < 1 || hours > 168) throw base::Error("'hours' is 1 to 168");
  const auto until = context.now + std::chrono::hours(hours);
  std::string why = "no Alertmanager is declared";
  for (const auto& source : declared({"prometheus", "alertmanager"}, {}, context)) {
    const auto url =
        source.kind == "alertmanager" ? source.text("url") : source.text("alertmanager");
    if (url.empty()) continue;
    try {
      auto fetch = fetch_for(source, context);
      const auto id = sources::silence_alert(url, args["fingerprint"].as_string(), context.now,
                                             until, args["comment"].as_string(), fetch);
      Result result;
      result.text = "silenced until " + base::rfc3339(until) + ", silence " + base::one_line(id);
      return result;
    } catch (const base::Error& e) {
      why = base::describe(e);
    }
  }
  throw base::Error(why);
}

}  // namespace

Tool silence_alert_tool() {
  return {{"silence_alert",
           policy::Effect::write,
           {.untrusted = true, .private_text = false},
           {"fingerprint", "hours", "comment"},
           {"fingerprint"}},
          "Silences an alert that fires now, for some hours.",
          object_schema({{"fingerprint", "string", "the alert's id, as alerts_list gives it", true},
                         {"hours", "integer", "1 to 168", true},
                         {"comment", "string", "why", true}}),
          run,
          true};
}

}  // namespace openclaw::tools
