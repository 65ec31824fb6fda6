// SPDX-License-Identifier: MIT
#include "llm/prices.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "json/parse.h"
#include "url/url.h"

namespace openclaw::llm {
namespace {

using json::Value;

base::Usd usd(const Value& value) {
  return base::parse_usd(value.as_string()).value_or(base::Usd{});
}

std::optional<Rate> rate(const Value& value) {
  if (value.is_null()) return std::nullopt;
  Rate out;
  if (value.is_string()) {
    out.per_mtok = usd(value);
    return out;
  }
  out.per_mtok = usd(value["base"]);
  for (const auto& tier : value["tiers"].items())
    out.above.emplace_back(tier["above"].as_int(), usd(tier["rate"]));
  return out;
}

bool matches(const Value& rule, const std::string& model) {
  for (const auto& [op, value] : rule.members()) {
    if (op == "equals") return model == value.as_string();
    if (op == "starts_with") return model.starts_with(value.as_string());
    if (op == "ends_with") return model.ends_with(value.as_string());
    if (op == "contains") return model.find(value.as_string()) != std::string::npos;
    if (op == "not_contains") return model.find(value.as_string()) == std::string::npos;
    if (op == "dated")  // a prefix, then a date
      return model.starts_with(value.as_string()) && model.size() > value.as_string().size() &&
             model.find_first_not_of("0123456789-", value.as_string().size()) == std::string::npos;
    const auto sub = [&](const Value& r) { return matches(r, model); };
    if (op == "or") return std::any_of(value.items().begin(), value.items().end(), sub);
    if (op == "and") return std::all_of(value.items().begin(), value.items().end(), sub);
  }
  return false;
}

Price read_price(const Value& rates) {
  Price out;
  out.input = rate(rates["input"]);
  out.output = rate(rates["output"]);
  out.cache_read = rate(rates["cache_read"]);
  out.cache_write = rate(rates["cache_write"]);
  out.cache_write_1h = rate(rates["cache_write_1h"]);
  out.input_audio = rate(rates["input_audio"]);
  out.output_audio = rate(rates["output_audio"]);
  out.cache_audio = rate(rates["cache_audio"]);
  if (rates.contains("requests_k")) out.per_request.nano = usd(rates["requests_k"]).nano / 1000;
  if (rates.contains("web_searches_k"))
    out.per_web_search.nano = usd(rates["web_searches_k"]).nano / 1000;
  return out;
}

/// The dated or timed entry that holds at that moment; the last that fits wins.
const Value* entry_at(const Value& prices, base::Time at) {
  const std::string stamp = base::rfc3339(at);
  const Value* best = nullptr;
  for (const auto& entry : prices.items()) {
    const auto& from = entry["from"].as_string();
    if (!from.empty() && stamp.substr(0, from.size()) < from) continue;
    if (entry.contains("daily_from")) {
      const std::string time = stamp.substr(11, 5);
      const auto& begin = entry["daily_from"].as_string();
      const auto& end = entry["daily_to"].as_string();
      const bool inside = begin <= end ? time >= begin && time < end : time >= begin || time < end;
      if (!inside) continue;
    }
    best = &entry;
  }
  return best;
}

/// tokens · rate per million, in nano dollars, rounded up.
std::int64_t part(std::int64_t tokens, const std::optional<Rate>& r,
                  const std::optional<Rate>& other, std::int64_t total) {
  const auto& use = r ? r : other;
  if (!use || tokens <= 0) return 0;
  // Split so that the product stays in 64 bits: 10^12 tokens at $1000 per million still fit.
  const std::int64_t per_mtok = use->at(total).nano;
  const std::int64_t whole = tokens / 1000000 * per_mtok;
  return whole + (tokens % 1000000 * (per_mtok / 1000) +
                  tokens % 1000000 * (per_mtok % 1000) / 1000 + 500) /
                     1000;
}

}  // namespace

base::Usd Rate::at(std::int64_t total_input) const {
  base::Usd out = per_mtok;
  for (const auto& [start, higher] : above)
    if (total_input > start) out = higher;
  return out;
}

Price free_price() {
  Price out;
  out.input = out.output = Rate{};
  out.reference = "free";
  return out;
}

base::Usd cost(const Price& price, const Usage& u) {
  const std::int64_t total = u.input_tokens;
  const std::int64_t write_5m = u.cache_creation_tokens - u.cache_creation_1h_tokens;
  const std::int64_t audio_read = price.cache_audio ? u.cache_audio_tokens : 0;
  const std::int64_t audio_in = price.input_audio ? u.input_audio_tokens - audio_read : 0;
  const std::int64_t plain_read = u.cache_read_tokens - audio_read;
  const std::int64_t fresh =
      std::max<std::int64_t>(0, total - u.cache_read_tokens - u.cache_creation_tokens - audio_in);
  const std::int64_t audio_out = price.output_audio ? u.output_audio_tokens : 0;
  const auto& write_1h = price.cache_write_1h ? price.cache_write_1h : price.cache_write;
  std::int64_t nano = part(fresh, price.input, {}, total);
  nano += part(plain_read, price.cache_read, price.input, total);
  nano += part(audio_read, price.cache_audio, price.input, total);
  nano += part(audio_in, price.input_audio, price.input, total);
  nano += part(write_5m, price.cache_write, price.input, total);
  nano += part(u.cache_creation_1h_tokens, write_1h, price.input, total);
  nano += part(u.output_tokens - audio_out, price.output, {}, total);
  nano += part(audio_out, price.output_audio, price.output, total);
  return base::Usd{nano + price.per_request.nano + u.web_searches * price.per_web_search.nano};
}

base::Usd worst_cost(const Price& price, std::int64_t input_tokens, std::int64_t output_tokens) {
  std::int64_t dearest = 0;
  for (const auto* r : {&price.input, &price.cache_write, &price.cache_write_1h})
    dearest = std::max(dearest, part(input_tokens, *r, {}, input_tokens));
  return base::Usd{dearest + part(output_tokens, price.output, price.input, input_tokens) +
                   price.per_request.nano};
}

const std::string& PriceTable::text() {
  if (!text_) text_ = base::read_if_exists(file_, 8u << 20).value_or("");
  return *text_;
}

std::string PriceTable::date() {
  const auto at = text().find("\"date\": \"");
  return at == std::string::npos ? "" : text().substr(at + 9, 10);
}

std::optional<Price> PriceTable::find(const std::string& vendor, const std::string& base_url,
                                      const std::string& model, base::Time at) {
  std::string list = vendor;
  if (list.empty()) {
    const auto parsed = url::parse(base_url);
    if (!parsed) return std::nullopt;
    const std::string key = "\n\"host " + parsed->host + "\": \"";
    const auto host = text().find(key);
    if (host == std::string::npos) return std::nullopt;
    const auto start = host + key.size();
    list = text().substr(start, text().find('"', start) - start);
  }
  const std::string key = "\n\"" + list + "\": [";
  const auto start = text().find(key);
  const auto end = start == std::string::npos ? start : text().find("\n]", start);
  if (end == std::string::npos) return std::nullopt;
  const auto from = start + key.size() - 1;
  const auto models = json::parse(std::string_view(text()).substr(from, end + 2 - from));
  const std::string wanted = base::lower(model);
  for (const auto& entry : models.items()) {
    if (!matches(entry["match"], wanted)) continue;
    const Value* now = entry_at(entry["prices"], at);
    if (!now) return std::nullopt;
    Price price = read_price(*now);
    if (!price.input && !price.output) return std::nullopt;  // priced by pages or hours
    price.reference = "table " + date() + " " + list + "/" + entry["id"].as_string();
    return price;
  }
  return std::nullopt;
}

}  // namespace openclaw::llm
