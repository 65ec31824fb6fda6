// SPDX-License-Identifier: MIT
#include "jobs/plan.h"

namespace openclaw::jobs {

using json::Value;

Value to_json(const Plan& plan) {
  auto told = Value::array(), gone = Value::array();
  for (const auto& t : plan.diff.items)
    told.push(Value::object({{"item", to_json(t.item)}, {"id", t.short_id}, {"day", t.day}}));
  for (const auto& key : plan.diff.gone_keys) gone.push(key);
  auto out = Value::object({{"told", told},
                            {"gone_keys", gone},
                            {"receipts", to_json(plan.receipts)},
                            {"written_by", plan.written_by}});
  out.set("took_ms", plan.took_ms);
  out.set("owner", plan.owner);
  out.set("headlines", plan.headlines);
  out.set("private", plan.is_private);
  if (plan.cost) out.set("cost_nusd", plan.cost->nano);
  return out;
}

Plan plan_from(const Value& value) {
  Plan plan;
  for (const auto& t : value["told"].items()) {
    Told told;
    told.item = item_from(t["item"]);
    told.short_id = t["id"].as_string();
    told.day = static_cast<int>(t["day"].as_int(1));
    plan.diff.items.push_back(std::move(told));
  }
  for (const auto& key : value["gone_keys"].items()) plan.diff.gone_keys.push_back(key.as_string());
  plan.receipts = receipts_from(value["receipts"]);
  plan.took_ms = value["took_ms"].as_int(0);
  plan.owner = value["owner"].as_string();
  plan.headlines = value["headlines"].as_string();
  plan.is_private = value["private"].as_bool(true);
  plan.written_by = value["written_by"].as_string();
  if (value["cost_nusd"].is_int()) plan.cost = base::Usd{value["cost_nusd"].as_int()};
  return plan;
}

}  // namespace openclaw::jobs
