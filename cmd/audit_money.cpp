// SPDX-License-Identifier: MIT
// The figures of `audit query` that need prices or limits.
#include "audit_query.h"
#include "paths.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

base::Usd for_tokens(std::int64_t tokens, std::int64_t nano_per_mtok) {
  return {static_cast<std::int64_t>(static_cast<double>(tokens) *
                                    static_cast<double>(nano_per_mtok) / 1e6)};
}

base::Usd saved(const llm::Price& price, const audit::Group& g) {
  const auto rate = [&](const std::optional<llm::Rate>& own) {
    return (own ? own : price.input).value_or(llm::Rate{}).per_mtok.nano;
  };
  const std::int64_t input = rate(price.input);
  return {for_tokens(g.cached, input - rate(price.cache_read)).nano -
          for_tokens(g.cache_writes, rate(price.cache_write) - input).nano};
}

void add(std::optional<base::Usd>& sum, base::Usd more) {
  sum = base::Usd{sum.value_or(base::Usd{}).nano + more.nano};
}

}  // namespace

std::vector<QueryView::Budget> budgets_now(store::Database& db, const settings::Settings& settings,
                                           base::Time now) {
  std::vector<QueryView::Budget> out;
  for (const auto& [limit, end] : declared_budgets(settings, now)) {
    const base::Usd spent = audit::spent(db, limit);
    const double part = static_cast<double>((now - limit.since).count()) /
                        static_cast<double>((end - limit.since).count());
    const double rate = part > 0 ? static_cast<double>(spent.nano) / part : 0;
    out.push_back({limit.words, spent, limit.most, {static_cast<std::int64_t>(rate)}});
  }
  return out;
}

void add_savings(audit::Counted& counted, store::Database& db, const settings::Settings& settings,
                 const audit::Query& query, const zone::Zone& zone, base::Time now) {
  llm::PriceTable table(share_folder() + "/prices.json");
  audit::Query finer = query;
  finer.by.insert(finer.by.end(), {"provider", "model"});
  for (const auto& part : audit::count(db, finer, zone).groups) {
    const auto& provider = part.keys[part.keys.size() - 2];
    const auto price = price_of(settings, table, provider, {}, part.keys.back(), now);
    if (part.calls == 0 || !price) continue;
    const std::vector<std::string> keys(part.keys.begin(), part.keys.end() - 2);
    for (auto& group : counted.groups)
      if (group.keys == keys) add(group.cache_saved, saved(*price, part));
    add(counted.total.cache_saved, saved(*price, part));
  }
}

}  // namespace openclaw::cmd
