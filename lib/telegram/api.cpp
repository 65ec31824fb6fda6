// SPDX-License-Identifier: MIT
#include "telegram/api.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "chat/outbox.h"
#include "crypto/digest.h"
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

net::Response Api::perform(net::Request& request, base::Millis timeout, const base::Stop* stop) {
  request.connect_timeout = std::min(timeout, base::Millis(15000));
  request.first_byte_timeout = timeout;
  request.idle_timeout = timeout;
  request.total_timeout = timeout;
  try {
    return http_.perform(request, {}, stop);
  } catch (const net::Failure& e) {
    if (e.kind() == net::Failure::Kind::cancelled) throw base::CancelledError("interrupted");
    if (e.kind() == net::Failure::Kind::too_large) throw base::LimitError("it is too large");
    if (e.sent()) throw chat::OutcomeUnknown(e.what());
    throw base::UnavailableError(e.what());
  }
}

json::Value Api::result_of(const std::string& method, const net::Response& response) {
  const auto answer = read_answer(response.body);
  if (response.status == 200 && answer["ok"].as_bool()) return answer["result"];
  refuse(method, response.status, answer, response);
}

std::string Api::download(const std::string& file_id, std::size_t most, const base::Stop* stop) {
  const auto file =
      call("getFile", json::Value::object({{"file_id", file_id}}), base::Millis(30000), stop);
  const auto& path = file["file_path"].as_string();
  // A server of one's own in local mode names a path of its machine; that is no address.
  const bool is_plain = !path.empty() && path.front() != '/' &&
                        path.find("..") == std::string::npos &&
                        path.find_first_of("?#\\ \n\r") == std::string::npos;
  if (!is_plain) throw base::ProtocolError("Telegram named no file to fetch");
  if (file["file_size"].as_int() > static_cast<std::int64_t>(most))
    throw base::LimitError("it is larger than " + base::human_bytes(most));
  net::Request request;
  request.url = base_url_ + "/file/bot" + std::string(token_.reveal()) + "/" + path;
  request.max_body = most;
  auto response = perform(request, base::Millis(60000), stop);
  if (response.status != 200)
    throw base::TransientError(fmt::format("Telegram answered {} to a download", response.status));
  return std::move(response.body);
}

json::Value Api::upload(const std::string& method, const json::Value& params,
                        const std::string& field, const std::string& name,
                        const std::string& bytes) {
  const std::string boundary = "openclaw-" + base::hex(crypto::random_bytes(16));
  net::Request request;
  request.method = "POST";
  request.url = base_url_ + "/bot" + std::string(token_.reveal()) + "/" + method;
  request.headers = {{"Content-Type", "multipart/form-data; boundary=" + boundary}};
  for (const auto& [key, value] : params.members())
    request.body +=
        fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary,
                    key, value.is_string() ? value.as_string() : json::dump(value));
  std::string plain = base::one_line(name);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == '"' || c == '\\'; }, '_');
  request.body += fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\n",
      boundary, field, plain);
  request.body += bytes + "\r\n--" + boundary + "--\r\n";
  request.max_body = most_answer;
  return result_of(method, perform(request, base::Millis(120000), nullptr));
}

json::Value Api::call(const std::string& method, const json::Value& params, base::Millis timeout,
                      const base::Stop* stop) {
  net::Request request;
  request.method = "POST";
  request.url = base_url_ + "/bot" + std::string(token_.reveal()) + "/" + method;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json::dump(params);
  request.max_body = most_answer;
  return result_of(method, perform(request, timeout, stop));
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
