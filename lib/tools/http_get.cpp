// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "markup/html_text.h"
#include "tools/tool.h"
#include "url/url.h"

namespace openclaw::tools {
namespace {

constexpr policy::Labels labels{.untrusted = true, .private_text = false};
constexpr std::size_t most_body = 2u << 20;

/// Text from inside the network is private: nobody outside could have read it.
policy::Labels labels_for(const policy::Decision& decision) {
  return {true, decision.private_address};
}

std::string readable(const net::Response& response) {
  const auto type = base::lower(response.header("content-type"));
  if (type.find("html") != std::string::npos)
    return markup::html_to_text(base::valid_utf8(response.body));
  if (response.body.find('\0') != std::string::npos)
    return fmt::format("({}, {}: no text)", type, base::human_bytes(response.body.size()));
  return base::valid_utf8(response.body);
}

Result run(policy::Permit permit, const json::Value& args, const std::string& run_id,
           const Context& context) {
  const auto decision = permit.spend("http_get", args, run_id);
  Result result;
  result.labels = labels_for(decision);
  const auto target = url::parse(args["url"].as_string());
  if (!target) throw base::DeniedError("that is no plain http(s) URL");
  net::Request request;
  request.url = target->text();
  request.accept_gzip = true;
  request.reach = decision.private_address ? net::Reach::anywhere : net::Reach::public_only;
  request.max_body = most_body;
  request.first_byte_timeout = request.idle_timeout = request.total_timeout = context.timeout;
  request.headers = {{"User-Agent", "openclaw/" OPENCLAW_VERSION}};
  const auto response = context.http.perform(request, {}, context.stop);
  if (response.status >= 300 && response.status < 400) {
    // A redirect is another call: the model must ask for it, and the policy decides it anew.
    const auto next = url::resolve(*target, response.header("location"));
    result.text = fmt::format("status {}: moved to {}", response.status,
                              next ? next->text() : std::string("nowhere readable"));
    return result;
  }
  result.ok = response.status >= 200 && response.status < 300;
  result.text = fmt::format("status {}\n", response.status) +
                shorten(readable(response), context.most_bytes, result.truncated);
  return result;
}

}  // namespace

Tool http_get_tool() {
  return {{"http_get", policy::Effect::send, labels, {"url"}, {"url"}},
          "Fetches a page or document by GET and gives its readable text.",
          object_schema({{"url", "string", "http or https URL", true}}),
          run};
}

}  // namespace openclaw::tools
