// SPDX-License-Identifier: MIT
#include "telegram/api.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "chat/outbox.h"
#include "json/parse.h"

namespace openclaw::telegram {
namespace {

constexpr std::size_t most_answer = 16u << 20;
constexpr std::int64_t longest_wait = 3600;

/// Null where the body is none of the server's own: a proxy's HTML page.
json::Value read_answer(const std::string& body) {
  try {
    return json::parse(body);
  } catch (const base::ProtocolError&) {
    return {};
  }
}

[[noreturn]] void refuse(const std::string& method, int status, const json::Value& answer,
                         const net::Response& response) {
  const int code =
      answer.is_object() ? static_cast<int>(answer["error_code"].as_int(status)) : status;
  const std::string description =
      base::one_line(base::prefix_bytes(answer["description"].as_string(), 300));
  if (code == 429) {
    std::int64_t seconds = answer["parameters"]["retry_after"].as_int(
        std::atoll(std::string(response.header("retry-after")).c_str()));
    seconds = std::clamp<std::int64_t>(seconds, 1, longest_wait);
    throw chat::TooSoon(fmt::format("Telegram wants to be left alone for {} s", seconds),
                        base::Millis(seconds * 1000));
  }
  if (code == 409) throw Conflict("Telegram: " + description);
  // 404 is what the server says to a token that is none.
  if (code == 401 || (code == 404 && answer.is_object()))
    throw base::ConfigError("Telegram does not know this bot's token",
                            "@BotFather shows it: /mybots");
  if (code >= 500 || !answer.is_object())
    throw chat::OutcomeUnknown(fmt::format("Telegram answered {} to {}", code, method));
  const auto& moved = answer["parameters"]["migrate_to_chat_id"];
  throw Rejected(code, description, moved.is_int() ? std::optional(moved.as_int()) : std::nullopt);
}

}  // namespace

json::Value Api::call(const std::string& method, const json::Value& params, base::Millis timeout,
                      const base::Stop* stop) {
  net::Request request;
  request.method = "POST";
  request.url = base_url_ + "/bot" + std::string(token_.reveal()) + "/" + method;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json::dump(params);
  request.max_body = most_answer;
  request.connect_timeout = std::min(timeout, base::Millis(15000));
  request.first_byte_timeout = timeout;
  request.idle_timeout = timeout;
  request.total_timeout = timeout;
  net::Response response;
  try {
    response = http_.perform(request, {}, stop);
  } catch (const net::Failure& e) {
    if (e.kind() == net::Failure::Kind::cancelled) throw base::CancelledError("interrupted");
    if (e.sent()) throw chat::OutcomeUnknown(e.what());
    throw base::UnavailableError(e.what());
  }
  const auto answer = read_answer(response.body);
  if (response.status == 200 && answer["ok"].as_bool()) return answer["result"];
  refuse(method, response.status, answer, response);
}

std::string Api::bot_id() const {
  const std::string_view token = token_.reveal();
  const auto colon = token.find(':');
  const auto id = token.substr(0, colon);
  const bool digits =
      !id.empty() && id.size() < 20 &&
      std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (colon == std::string_view::npos || !digits)
    throw base::ConfigError("telegram.token is no token of a bot", "it looks like 12345:AbC…");
  return std::string(id);
}

}  // namespace openclaw::telegram
