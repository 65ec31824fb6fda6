// SPDX-License-Identifier: MIT
#include "matrix/api.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "chat/outbox.h"
#include "json/parse.h"
#include "url/url.h"

namespace openclaw::matrix {
namespace {

constexpr std::size_t most_answer = 64u << 20;
constexpr std::int64_t longest_wait = 3600000;

json::Value parsed(const std::string& body) {
  try {
    // Anybody may nest what they send; the answer around it must still be read.
    return json::parse(body, {.max_depth = 1000});
  } catch (const base::ProtocolError&) {
    return {};  // a proxy's page
  }
}

}  // namespace

std::string part(const std::string& text) { return url::encode(text); }

net::Response Api::perform(net::Request& request, base::Millis timeout, const base::Stop* stop) {
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.connect_timeout = std::min(timeout, base::Millis(15000));
  request.first_byte_timeout = timeout;
  request.idle_timeout = timeout;
  request.total_timeout = timeout * 2;
  try {
    return http_.perform(request, {}, stop);
  } catch (const net::Failure& e) {
    if (e.kind() == net::Failure::Kind::cancelled) throw base::CancelledError("interrupted");
    if (e.kind() == net::Failure::Kind::too_large) throw base::LimitError("it is too large");
    if (e.sent()) throw chat::OutcomeUnknown(e.what());
    throw base::UnavailableError(e.what());
  }
}

json::Value Api::read(const net::Response& response) {
  auto answer = parsed(response.body);
  if (response.status == 200 && answer.is_object()) return answer;
  const std::string errcode = answer["errcode"].as_string();
  const std::string words = base::one_line(base::prefix_bytes(answer["error"].as_string(), 300));
  if (response.status == 429 || errcode == "M_LIMIT_EXCEEDED") {
    std::int64_t wait = answer["retry_after_ms"].as_int(
        1000 * std::atoll(std::string(response.header("retry-after")).c_str()));
    wait = std::clamp<std::int64_t>(wait, 500, longest_wait);
    throw chat::TooSoon(fmt::format("the homeserver wants to be left alone for {} s", wait / 1000),
                        base::Millis(wait));
  }
  if (errcode == "M_UNKNOWN_TOKEN")
    throw LoggedOut("the homeserver does not know this login any more",
                    answer["soft_logout"].as_bool());
  if (response.status >= 500 || !answer.is_object() || errcode.empty())
    if (response.status != 401)  // a stage of authentication has no errcode
      throw chat::OutcomeUnknown(fmt::format("the homeserver answered {}", response.status));
  throw Rejected(response.status, errcode,
                 words.empty() ? fmt::format("status {}", response.status) : words, answer);
}

json::Value Api::call(const std::string& method, const std::string& path, const json::Value& body,
                      base::Millis timeout, const base::Stop* stop) {
  net::Request request;
  request.method = method;
  request.url = homeserver_ + path;
  if (method != "GET") {
    request.headers = {{"Content-Type", "application/json"}};
    request.body = json::dump(body.is_null() ? json::Value::object() : body);
  }
  request.max_body = most_answer;
  return read(perform(request, timeout, stop));
}

std::string Api::download(const std::string& mxc, std::size_t most, const base::Stop* stop) {
  const auto slash = mxc.find('/', 6);
  if (!mxc.starts_with("mxc://") || slash == std::string::npos)
    throw base::ProtocolError("it has no address");
  net::Request request;
  request.url = homeserver_ + "/_matrix/client/v1/media/download/" +
                part(mxc.substr(6, slash - 6)) + "/" + part(mxc.substr(slash + 1));
  request.max_body = most;
  auto response = perform(request, base::Millis(60000), stop);
  if (response.status != 200) read(response);
  return std::move(response.body);
}

std::string Api::upload(const std::string& bytes) {
  net::Request request;
  request.method = "POST";
  request.url = homeserver_ + "/_matrix/media/v3/upload";
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.body = bytes;
  request.max_body = most_answer;
  return read(perform(request, base::Millis(120000), nullptr))["content_uri"].as_string();
}

}  // namespace openclaw::matrix
