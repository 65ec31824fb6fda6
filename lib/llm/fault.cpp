// SPDX-License-Identifier: MIT
#include "llm/fault.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include <time.h>

#include "base/redact.h"
#include "base/text.h"
#include "json/parse.h"

namespace openclaw::llm {
namespace {

using json::Value;

// Too many requests of a kind that waiting does not cure.
constexpr std::array terminal_codes{"insufficient_quota", "contract_spend_limit_reached",
                                    "enforced_spend_limit_reached", "billing_not_active"};

bool is_terminal(const Value& error) {
  const auto matches = [&](const Value& value) {
    return std::any_of(terminal_codes.begin(), terminal_codes.end(),
                       [&](const char* code) { return value == Value(code); });
  };
  return matches(error["code"]) || matches(error["type"]) ||
         matches(error["details"]["error_code"]);
}

std::string words_of(const Value& body) {
  const Value& top = body.is_array() ? body.at(0) : body;
  const Value& error = top["error"];
  std::string text = error.is_string() ? error.as_string() : error["message"].as_string();
  if (text.empty()) text = top["message"].as_string();
  if (text.empty() && error["metadata"]["raw"].is_string())
    text = error["metadata"]["raw"].as_string();
  if (text.empty()) text = top["detail"].as_string();
  return base::redact(base::prefix_bytes(text, 500));
}

/// A wait of so many milliseconds a unit; a longer one than any that is obeyed stays long.
std::optional<base::Millis> wait_of(std::string_view text, double unit) {
  char* end = nullptr;
  const std::string copy(text);
  const double n = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !(n >= 0)) return std::nullopt;
  return base::Millis(static_cast<std::int64_t>(std::ceil(std::min(n * unit, 1e12))));
}

std::optional<base::Millis> retry_after(const net::Response& response, base::Time now) {
  if (const auto wait = wait_of(response.header("retry-after-ms"), 1)) return wait;
  const auto text = response.header("retry-after");
  if (text.empty()) return std::nullopt;
  if (const auto wait = wait_of(text, 1000)) return wait;
  std::tm tm{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &tm);
  if (!end) return std::nullopt;
  const auto at = base::from_ms(static_cast<std::int64_t>(::timegm(&tm)) * 1000);
  return std::max(base::Millis(0), at - now);
}

/// Gemini's wait stands in the body: {"@type": "…RetryInfo", "retryDelay": "34s"}.
std::optional<base::Millis> retry_info(const Value& error) {
  for (const auto& detail : error["details"].items()) {
    std::string_view text = detail["retryDelay"].as_string();
    if (!text.ends_with('s')) continue;
    text.remove_suffix(1);
    if (const auto wait = wait_of(text, 1000)) return wait;
  }
  return std::nullopt;
}

Value parse_or_null(const std::string& text) {
  try {
    return json::parse(text);
  } catch (const json::ParseError&) {
    return {};
  }
}

bool status_retryable(int status) {
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

}  // namespace

Fault fault_of(const net::Response& response, base::Time now) {
  Fault fault;
  const Value body = parse_or_null(response.body);
  const Value& error = (body.is_array() ? body.at(0) : body)["error"];
  fault.type = "http_" + std::to_string(response.status);
  fault.message = words_of(body);
  if (fault.message.empty() && !response.body.empty())
    fault.message = base::redact(base::prefix_bytes(base::one_line(response.body), 200));
  fault.retryable = status_retryable(response.status) && !is_terminal(error);
  const auto says = response.header("x-should-retry");
  if (says == "true") fault.retryable = true;
  if (says == "false") fault.retryable = false;
  fault.rate_limited = response.status == 429 && !is_terminal(error);
  if (fault.retryable) fault.retry_after = retry_after(response, now);
  if (fault.retryable && !fault.retry_after) fault.retry_after = retry_info(error);
  return fault;
}

Fault fault_in(const Value& body) {
  Fault fault;
  const Value& error = body["error"];
  const std::int64_t status =
      error["code"].is_int() ? error["code"].as_int() : error["status_code"].as_int();
  // Responses names the kind in code; its error event has the type "error".
  const bool by_code = error["type"].as_string().empty() || error["type"] == Value("error");
  const auto& type = error[by_code ? "code" : "type"].as_string();
  fault.type = status >= 400  ? "http_" + std::to_string(status)
               : type.empty() ? "vendor_error"
                              : base::one_line(base::prefix_bytes(type, 60));
  fault.message = words_of(body);
  fault.rate_limited = status == 429 || type == "rate_limit_error" || type == "rate_limit_exceeded";
  fault.retryable = (status_retryable(static_cast<int>(status)) || type == "overloaded_error" ||
                     type == "api_error" || type == "server_error" || fault.rate_limited) &&
                    !is_terminal(error);
  return fault;
}

Fault fault_of(const net::Failure& failure) {
  Fault fault;
  fault.message = failure.what();
  using Kind = net::Failure::Kind;
  switch (failure.kind()) {
    case Kind::connect: fault.type = "connect"; break;
    case Kind::tls: fault.type = "tls"; break;
    case Kind::address: fault.type = "address"; break;
    case Kind::timeout: fault.type = "timeout"; break;
    case Kind::broken: fault.type = "connection_broken"; break;
    case Kind::too_large: fault.type = "too_large"; break;
    case Kind::cancelled: fault.type = "cancelled"; break;
  }
  fault.retryable = failure.kind() == Kind::connect || failure.kind() == Kind::timeout ||
                    failure.kind() == Kind::broken;
  return fault;
}

std::string request_id_of(const net::Response& response) {
  for (const char* name :
       {"x-request-id", "request-id", "x-generation-id", "mistral-correlation-id", "inference-id",
        "apim-request-id", "x-amzn-requestid", "x-cloud-trace-context", "cf-ray"})
    if (const auto value = response.header(name); !value.empty())
      return base::one_line(base::prefix_bytes(value, 200));
  return {};
}

Value rate_limits_of(const net::Response& response) {
  Value out;
  for (const auto& [name, value] : response.headers)
    if (name.find("ratelimit") != std::string::npos && out.size() < 24)
      out.set(name, base::one_line(base::prefix_bytes(value, 100)));
  return out;
}

std::optional<base::Millis> retry_delay(const Attempt& attempt, int attempts_made, double random) {
  if (!attempt.fault || !attempt.fault->retryable || attempt.content_seen || attempts_made >= 3)
    return std::nullopt;
  if (const auto wait = attempt.fault->retry_after) {
    if (*wait > base::Millis(120000)) return std::nullopt;
    return *wait;
  }
  const double step = std::min(8000.0, 500.0 * std::pow(2.0, attempts_made - 1));
  return base::Millis(static_cast<std::int64_t>(step * (1.0 - 0.25 * random)));
}

}  // namespace openclaw::llm
