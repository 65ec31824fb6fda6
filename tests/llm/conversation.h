// SPDX-License-Identifier: MIT
#pragma once
#include "json/value.h"
#include "llm/wire.h"

/// Conversations written down as JSON, so that the same ones can be built by the vendors' own
/// libraries: {"model", "system", "stream", "max_output_tokens", "effort", "schema", "cache",
/// "tools": [{"name", "description", "parameters"}], "messages": [{"role", "parts" | "answers"}]}.
/// A part is {"text"}, {"image": {"media_type", "bytes"}}, {"call": {"id", "name", "arguments"}} or
/// {"result": {"call": index into the calls of the message before, "text", "error"}}. "answers" has
/// the vendor's own body for each format, to be read and echoed.
namespace openclaw::test {

/// An endpoint named "t" of that format at the vendor's own address.
llm::Endpoint endpoint_of(const llm::Wire& wire);

llm::Request request_from(const json::Value& conversation, const llm::Wire& wire);

}  // namespace openclaw::test
