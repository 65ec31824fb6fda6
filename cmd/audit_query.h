// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "audit/query.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// Everything that `audit query` shows, ready to be drawn in any format.
struct QueryView {
  std::vector<std::string> by;
  std::vector<audit::Group> groups;  ///< keys already readable, sorted
  audit::Group total;
  std::optional<audit::Counted> before;  ///< the period to compare with
  std::vector<std::string> before_keys;
  std::string heading;  ///< "Mon 16 – Sun 22 Nov, Europe/Amsterdam · /var/lib/openclaw · chain good
                        ///< to 23:58"
  std::vector<std::pair<std::string, base::Usd>> days;      ///< for the chart
  std::vector<std::pair<std::string, base::Usd>> triggers;  ///< "job", "chat", "ask"
  std::optional<base::Usd> month_end, month_limit;
  struct Budget {
    std::string words;  ///< "agent ops, per day"
    base::Usd spent, most, at_this_rate;
  };
  std::vector<Budget> budgets;
  std::vector<std::string> beside;  ///< "2 calls unpriced (x: add a price)"
  bool splits_runs = false;         ///< a run may have several of the groups: it is not counted
  bool latency = false, chart = true, money = true, cache = false;
};

/// Every budget that the configuration declares over a day or a month, as it stands now.
std::vector<QueryView::Budget> budgets_now(store::Database& db, const settings::Settings& settings,
                                           base::Time now);
/// What the prompt cache spared each group at today's prices: reads cost less, writes cost more.
void add_savings(audit::Counted& counted, store::Database& db, const settings::Settings& settings,
                 const audit::Query& query, const zone::Zone& zone, base::Time now);

std::string draw_table(const QueryView& view, bool unicode);
std::string draw_csv(const QueryView& view);
std::string draw_markdown(const QueryView& view);
std::string draw_json(const QueryView& view, bool lines);

}  // namespace openclaw::cmd
