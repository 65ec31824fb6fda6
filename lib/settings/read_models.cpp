// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "llm/wire.h"
#include "settings/read.h"
#include "url/url.h"

namespace openclaw::settings {
namespace {

/// Whether what stands under such a name is meant to be secret.
bool names_a_secret(const std::string& low) {
  for (const char* part : {"auth", "key", "token", "secret", "password", "cookie"})
    if (low.find(part) != std::string::npos) return true;
  return false;
}

void read_headers(config::Node& n, llm::Endpoint& endpoint) {
  const auto headers = n.any("headers", "extra request headers, name to text");
  for (const auto& [name, value] : headers.members()) {
    const std::string low = base::lower(name);
    if (!value.is_string() || value.as_string().find_first_of("\r\n") != std::string::npos ||
        name.find_first_of("\r\n: ") != std::string::npos)
      n.problem_at("headers", "must be names with texts of one line");
    else if (names_a_secret(low))
      n.problem_at("headers", "'" + name + "' carries a secret: use \"key\" and \"auth\"");
    else
      endpoint.headers.emplace_back(name, value.as_string());
  }
}

void check_base_url(config::Node& n, const llm::Endpoint& endpoint) {
  if (endpoint.base_url.empty()) return;
  const auto parsed = url::parse(endpoint.base_url);
  if (!parsed || parsed->has_query)
    n.problem_at("base_url", "must be a plain http(s) URL without a query");
  else if (parsed->scheme == "http" && parsed->host != "localhost" && parsed->host != "::1" &&
           !parsed->host.starts_with("127.") && !n.has("ca_file") && n.has("key"))
    n.problem_at("base_url", "a key never goes over plain http to another machine; use https");
}

}  // namespace

void read_providers(config::Node& root, Settings& out) {
  root.map(
      "providers", "vendors and local endpoints", [&](const std::string& name, config::Node& n) {
        check_name(n, name);
        Provider p;
        llm::Endpoint& e = p.endpoint;
        e.name = name;
        e.api = n.word("api", llm::wire_names(), "wire format", "openai-chat");
        if (!n.describing() && !n.has("api")) n.problem("'api' is missing");
        if (n.has("base_url") && n.any("base_url", "").is_object())
          p.base_url = read_secret(n, "base_url", "where it is; a text, or from a credential");
        else
          e.base_url = n.text("base_url", "where it is; a text, or from a credential");
        check_base_url(n, e);
        p.key = read_secret(n, "key", "the API key");
        e.auth = n.word("auth", {"bearer", "x-api-key", "x-goog-api-key", "none"},
                        "how the key is sent; left out = as the wire format usually does");
        e.version = n.text("version", "value of the version header (anthropic)");
        read_headers(n, e);
        e.body = n.any("body", "members merged into each request; null removes one");
        if (!e.body.is_null() && !e.body.is_object()) n.problem_at("body", "must be an object");
        for (const auto& [member, value] : e.body.members())
          if (const auto low = base::lower(member);
              value.is_string() && (low.find("api_key") != std::string::npos ||
                                    low.find("secret") != std::string::npos ||
                                    low.find("password") != std::string::npos))
            n.problem_inside("body", member, "carries a secret: use \"key\" and \"auth\"");
        for (const char* fixed :
             {"messages", "contents", "input", "system", "tools", "model", "store"})
          if (e.body.contains(fixed))
            n.problem_at("body", std::string("may not set '") + fixed + "'");
        e.ca_file = beside(out, n.text("ca_file", "trust only these roots (PEM)"));
        e.connect_timeout = n.duration("connect_timeout", "default 5s").value_or(e.connect_timeout);
        e.first_byte_timeout =
            n.duration("first_byte_timeout", "default 120s").value_or(e.first_byte_timeout);
        e.idle_timeout = n.duration("idle_timeout", "default 60s").value_or(e.idle_timeout);
        p.free = n.word("price", {"free"}, "\"free\" for a local endpoint") == "free";
        p.price_list = n.text("price_list", "vendor in prices.json; left out = by host");
        p.private_text = n.flag("private_text", "calendars, tickets and chats may be sent there");
        out.providers.emplace(name, std::move(p));
      });
}

void read_models(config::Node& root, Settings& out) {
  root.map("models", "what agents name: changing vendor is one line here",
           [&](const std::string& name, config::Node& n) {
             check_name(n, name);
             Model m;
             for (const auto& entry : n.texts("try", "provider:model, in order")) {
               const auto colon = entry.find(':');
               if (colon == std::string::npos || colon == 0 || colon + 1 == entry.size())
                 n.problem_in("try", entry, "'" + entry + "' must be provider:model");
               else
                 m.tries.emplace_back(entry.substr(0, colon), entry.substr(colon + 1));
             }
             if (m.tries.empty() && !n.describing()) n.problem("'try' names no model");
             m.output_tokens =
                 n.integer("output_tokens", "most tokens of one answer, default 4096", 1, 1'000'000)
                     .value_or(4096);
             m.images = n.flag("images", "it takes pictures");
             m.effort = n.text("effort", "reasoning effort, in the vendor's word");
             out.models.emplace(name, std::move(m));
           });
}

void read_prices(config::Node& root, Settings& out) {
  root.map("prices", "your own prices, by provider:model; they win over prices.json",
           [&](const std::string& name, config::Node& n) {
             llm::Price price;
             const auto rate = [&](const char* key, const char* doc, std::optional<llm::Rate>& to) {
               if (const auto usd = n.money(key, doc)) to = llm::Rate{*usd, {}};
             };
             rate("input_usd_per_mtok", "per million input tokens", price.input);
             rate("output_usd_per_mtok", "per million output tokens", price.output);
             rate("cache_read_usd_per_mtok", "per million cached input tokens", price.cache_read);
             rate("cache_write_usd_per_mtok", "per million tokens written to a cache",
                  price.cache_write);
             if (!n.describing() && (!price.input || !price.output))
               n.problem("needs input_usd_per_mtok and output_usd_per_mtok");
             price.reference = "user";
             out.prices.emplace(name, std::move(price));
           });
}

}  // namespace openclaw::settings
