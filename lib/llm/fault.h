// SPDX-License-Identifier: MIT
#pragma once
#include "llm/provider.h"

namespace openclaw::llm {

/// What an HTTP status (>= 400) with its body means; now is for Retry-After dates.
Fault fault_of(const net::Response& response, base::Time now);
/// What an error object inside a stream or a 200 body means.
Fault fault_in(const json::Value& body);
/// What a transport failure means.
Fault fault_of(const net::Failure& failure);

/// The transport's id of the request, under any of the vendors' header names.
std::string request_id_of(const net::Response& response);
/// All rate-limit headers as an object.
json::Value rate_limits_of(const net::Response& response);

/// How long to wait before the next attempt, or nullopt when there must be none: never after
/// content, never beyond three attempts, never for terminal errors; the vendor's own wait is obeyed
/// up to 120 s. random lies in [0,1).
std::optional<base::Millis> retry_delay(const Attempt& attempt, int attempts_made, double random);

}  // namespace openclaw::llm
