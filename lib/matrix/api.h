// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "base/error.h"
#include "base/stop.h"
#include "base/time.h"
#include "json/value.h"
#include "net/http.h"

/// matrix may use e2ee, chat, markdown, net, url, json, crypto, audit, store and base. It speaks
/// the client-server API (v1.18) and knows no agent, no policy and no configuration.
namespace openclaw::matrix {

/// The server said no; errcode as it is on the wire, M_FORBIDDEN and the like.
class Rejected : public base::Error {
 public:
  Rejected(int status, std::string errcode, const std::string& what, json::Value body)
      : base::Error("Matrix: " + what),
        status_(status),
        errcode_(std::move(errcode)),
        body_(std::move(body)) {}
  int status() const noexcept { return status_; }
  const std::string& errcode() const noexcept { return errcode_; }
  const json::Value& body() const noexcept { return body_; }

 private:
  int status_;
  std::string errcode_;
  json::Value body_;
};

/// M_UNKNOWN_TOKEN. soft: the device is still ours, it has to log in again.
class LoggedOut : public base::TransientError {
 public:
  LoggedOut(const std::string& what, bool soft) : TransientError(what), soft_(soft) {}
  bool soft() const noexcept { return soft_; }

 private:
  bool soft_;
};

/// One homeserver's endpoints, with one access token. Errors and logs never name it.
class Api {
 public:
  Api(net::HttpClient& http, std::string homeserver)
      : http_(http), homeserver_(std::move(homeserver)) {}
  void set_token(std::string token) { token_ = std::move(token); }

  /// path from "/_matrix". Throws Rejected, LoggedOut, chat::TooSoon (M_LIMIT_EXCEEDED),
  /// chat::OutcomeUnknown (no answer that can be read: it may have been done),
  /// base::UnavailableError (it was not sent), base::CancelledError.
  json::Value call(const std::string& method, const std::string& path, const json::Value& body = {},
                   base::Millis timeout = base::Millis(30000), const base::Stop* stop = nullptr);
  /// The bytes of mxc://server/id, at most so many.
  std::string download(const std::string& mxc, std::size_t most, const base::Stop* stop);
  /// mxc:// of what was uploaded; it says nothing of its name or kind.
  std::string upload(const std::string& bytes);

 private:
  net::Response perform(net::Request& request, base::Millis timeout, const base::Stop* stop);
  json::Value read(const net::Response& response);
  net::HttpClient& http_;
  std::string homeserver_, token_;
};

/// Where most endpoints are.
inline const std::string client_v3 = "/_matrix/client/v3";

/// A part of a path: percent-encoded.
std::string part(const std::string& text);

}  // namespace openclaw::matrix
