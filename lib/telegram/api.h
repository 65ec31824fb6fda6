// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "base/error.h"
#include "base/secret.h"
#include "base/stop.h"
#include "base/time.h"
#include "json/value.h"
#include "net/http.h"

/// telegram may use chat, markdown, net, url, json, audit, store and base. It speaks the Bot API
/// (core.telegram.org/bots/api, 10.1) and knows no agent, no policy and no configuration.
namespace openclaw::telegram {

/// The server said no: 400, 403, or another answer that a repeat does not change.
class Rejected : public base::Error {
 public:
  Rejected(int code, const std::string& description, std::optional<std::int64_t> moved_to = {})
      : base::Error("Telegram: " + description),
        code_(code),
        description_(description),
        moved_to_(moved_to) {}
  int code() const noexcept { return code_; }
  const std::string& description() const noexcept { return description_; }
  /// The group became a supergroup with this id.
  std::optional<std::int64_t> moved_to() const noexcept { return moved_to_; }

 private:
  int code_;
  std::string description_;
  std::optional<std::int64_t> moved_to_;
};

/// 409: another process polls this bot, or a webhook is set.
class Conflict : public base::TransientError {
 public:
  using TransientError::TransientError;
};

/// One bot's methods. The token is in the path of every URL: errors and logs never name one.
class Api {
 public:
  /// base_url: "https://api.telegram.org", or a Bot API server of one's own.
  Api(net::HttpClient& http, std::string base_url, const base::Secret& token)
      : http_(http), base_url_(std::move(base_url)), token_(token) {}

  /// The method's result. Throws Rejected, Conflict, chat::TooSoon (429), base::ConfigError (the
  /// token is not valid), chat::OutcomeUnknown (no answer, or none that can be read: it may have
  /// been done), base::UnavailableError (it was not sent), base::CancelledError (stop).
  json::Value call(const std::string& method, const json::Value& params,
                   base::Millis timeout = base::Millis(30000), const base::Stop* stop = nullptr);

  /// The bytes of a file that somebody sent (getFile, then a download), at most so many. Throws as
  /// call(), and base::LimitError.
  std::string download(const std::string& file_id, std::size_t most, const base::Stop* stop);

  /// A method that takes a file, as multipart/form-data (RFC 7578).
  json::Value upload(const std::string& method, const json::Value& params, const std::string& field,
                     const std::string& name, const std::string& bytes);

  /// The bot's number, the part of the token before the colon; throws base::ConfigError.
  std::string bot_id() const;

 private:
  net::Response perform(net::Request& request, base::Millis timeout, const base::Stop* stop);
  json::Value result_of(const std::string& method, const net::Response& response);
  net::HttpClient& http_;
  std::string base_url_;
  const base::Secret& token_;
};

}  // namespace openclaw::telegram
