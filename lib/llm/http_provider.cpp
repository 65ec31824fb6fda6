// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "json/parse.h"
#include "llm/fault.h"
#include "llm/wire.h"

namespace openclaw::llm {
namespace {

constexpr std::size_t most_reply = 32u << 20;

std::string join_url(std::string base, const std::string& path) {
  while (base.ends_with('/')) base.pop_back();
  if (base.ends_with("/v1") && path.starts_with("/v1/")) base.resize(base.size() - 3);
  return base + path;
}

class HttpProvider : public Provider {
 public:
  HttpProvider(Endpoint endpoint, base::Secret key, net::HttpClient& http)
      : endpoint_(std::move(endpoint)),
        key_(std::move(key)),
        http_(http),
        wire_(*find_wire(endpoint_.api)) {
    if (endpoint_.base_url.empty()) endpoint_.base_url = wire_.default_base_url;
    if (endpoint_.auth.empty()) endpoint_.auth = wire_.default_auth;
  }

  const Endpoint& endpoint() const override { return endpoint_; }

  net::Request preview(const Request& request) const override {
    net::Request out;
    out.method = "POST";
    out.url = join_url(endpoint_.base_url, wire_.path(request));
    out.ca_file = endpoint_.ca_file;
    out.max_body = most_reply;
    out.connect_timeout = endpoint_.connect_timeout;
    out.first_byte_timeout = endpoint_.first_byte_timeout;
    out.idle_timeout = endpoint_.idle_timeout;
    out.headers = {{"Content-Type", "application/json"},
                   {"User-Agent", "openclaw/" OPENCLAW_VERSION}};
    if (endpoint_.api == "anthropic")
      out.headers.emplace_back("anthropic-version",
                               endpoint_.version.empty() ? "2023-06-01" : endpoint_.version);
    for (const auto& header : endpoint_.headers) out.headers.push_back(header);
    json::Value body = wire_.body(request, endpoint_);
    for (const auto& [key, value] : endpoint_.body.members()) {
      if (value.is_null())
        body.erase(key);
      else
        body.set(key, value);
    }
    out.body = json::dump(body);
    return out;
  }

  Attempt complete(const Request& request, const CallContext& context) override {
    net::Request http = preview(request);
    add_key(http);
    if (!context.client_request_id.empty() && endpoint_.api.starts_with("openai"))
      http.headers.emplace_back("X-Client-Request-Id", context.client_request_id);
    http.total_timeout = context.deadline;
    Attempt attempt;
    const base::Millis start = base::boot_now();
    const auto decoder = request.stream ? wire_.decoder() : nullptr;
    const TextSink on_text = [&](std::string_view text) {
      if (attempt.first_token_time.count() == 0)
        attempt.first_token_time = std::max(base::Millis(1), base::boot_now() - start);
      if (context.on_text && !text.empty()) context.on_text(text);
    };
    std::string broken;
    const net::Sink sink = [&](std::string_view bytes) {
      try {
        decoder->feed(bytes, on_text);
        return true;
      } catch (const base::ProtocolError& e) {
        broken = e.what();
        return false;
      }
    };
    try {
      const auto response = http_.perform(http, decoder ? sink : net::Sink{}, context.stop);
      take_response(attempt, response, decoder.get());
    } catch (const net::Failure& failure) {
      take_failure(attempt, failure, context, decoder.get());
      if (!broken.empty()) attempt.fault = Fault{"bad_body", broken, false, false, {}};
    }
    attempt.total_time = base::boot_now() - start;
    attempt.reply.message.origin = origin_of(endpoint_, request.model);
    if (!decoder && !attempt.fault && context.on_text) on_text(text_of(attempt.reply.message));
    return attempt;
  }

 private:
  void add_key(net::Request& http) const {
    if (key_.empty() || endpoint_.auth == "none") return;
    const std::string value(key_.reveal());
    if (endpoint_.auth == "bearer")
      http.headers.emplace_back("Authorization", "Bearer " + value);
    else
      http.headers.emplace_back(endpoint_.auth, value);
  }

  void take_response(Attempt& attempt, const net::Response& response, Decoder* decoder) const {
    attempt.sent = true;
    attempt.http_status = response.status;
    attempt.request_id = request_id_of(response);
    attempt.rate_limits = rate_limits_of(response);
    attempt.response_bytes = response.body_bytes;
    attempt.connect_time = response.connect_time;
    attempt.first_byte_time = response.first_byte_time;
    if (response.status < 200 || response.status >= 300) {
      attempt.fault = fault_of(response, base::wall_now());
      if (attempt.request_id.empty()) attempt.request_id = id_in_body(response.body);
      return;
    }
    if (decoder) {
      decoder->finish();
      take_stream(attempt, *decoder);
      return;
    }
    try {
      const auto body = json::parse(response.body);
      if (body["error"].is_object() || !body["error"].as_string().empty()) {
        attempt.fault = fault_in(body);
        return;
      }
      if (body.size() == 0) throw base::ProtocolError("an empty answer");
      const auto& status = body["status"].as_string();
      if (status == "queued" || status == "in_progress" || status == "cancelled") {
        attempt.fault = Fault{"unfinished", "the answer is " + status, false, false, {}};
        return;
      }
      attempt.reply = wire_.read(body);
      attempt.content_seen = true;
    } catch (const base::ProtocolError& e) {
      attempt.fault =
          Fault{"bad_body", fmt::format("the answer is no JSON: {}", e.what()), true, false, {}};
    }
  }

  static std::string id_in_body(const std::string& text) {
    try {
      return json::parse(text)["request_id"].as_string();
    } catch (const base::ProtocolError&) {
      return {};
    }
  }

  void take_stream(Attempt& attempt, const Decoder& decoder) const {
    attempt.content_seen = decoder.content_seen();
    attempt.reply = wire_.read(decoder.body());
    if (!decoder.error().is_null()) {
      attempt.fault = fault_in(decoder.error());
    } else if (!decoder.complete()) {
      attempt.fault =
          Fault{"stream_truncated", "the stream ended before its end marker", true, false, {}};
    }
    if (attempt.fault) drop_calls(attempt.reply);
  }

  static void drop_calls(Reply& reply) {
    std::erase_if(reply.message.parts,
                  [](const Part& part) { return std::holds_alternative<ToolCall>(part); });
    reply.message.raw = {};
    if (reply.finish == Finish::tool_calls) reply.finish = Finish::stop;
  }

  void take_failure(Attempt& attempt, const net::Failure& failure, const CallContext& context,
                    Decoder* decoder) const {
    attempt.sent = failure.sent();
    attempt.http_status = failure.status();
    if (decoder && decoder->content_seen()) {
      attempt.content_seen = true;
      attempt.reply = wire_.read(decoder->body());
      drop_calls(attempt.reply);
    }
    attempt.fault = fault_of(failure);
    const bool is_cut = failure.kind() == net::Failure::Kind::broken && failure.status() == 200;
    if (decoder && is_cut) attempt.fault->type = "stream_truncated";
    if (context.stop && context.stop->requested()) attempt.fault->type = "cancelled";
  }

  Endpoint endpoint_;
  base::Secret key_;
  net::HttpClient& http_;
  const Wire& wire_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(Endpoint endpoint, base::Secret key,
                                        net::HttpClient& http) {
  if (!find_wire(endpoint.api))
    throw base::ConfigError("there is no wire format '" + endpoint.api + "'");
  return std::make_unique<HttpProvider>(std::move(endpoint), std::move(key), http);
}

std::int64_t estimate_tokens(const Request& request) {
  // Three bytes a token is on the safe side for every tokenizer in use on ordinary text.
  std::size_t bytes = request.system.size();
  std::size_t images = 0;
  for (const auto& m : request.messages) {
    bytes += 12;
    if (!m.raw.is_null()) bytes += json::dump(m.raw).size();
    for (const auto& part : m.parts) {
      if (std::holds_alternative<Image>(part)) ++images;
      if (const auto* text = std::get_if<Text>(&part)) bytes += text->text.size();
      if (const auto* call = std::get_if<ToolCall>(&part)) bytes += call->arguments.size() + 40;
      if (const auto* result = std::get_if<ToolResult>(&part)) bytes += result->text.size() + 40;
    }
  }
  for (const auto& tool : request.tools)
    bytes += tool.name.size() + tool.description.size() + json::dump(tool.parameters).size() + 40;
  if (request.schema) bytes += json::dump(*request.schema).size();
  return static_cast<std::int64_t>(bytes / 3 + 16 + images * 1600);
}

}  // namespace openclaw::llm
