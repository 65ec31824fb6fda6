// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "llm/message.h"
#include "net/sse.h"

/// Small pieces that several wire formats share.
namespace openclaw::llm {

/// The arguments as an object; an empty object when they are no JSON object.
json::Value arguments_object(const std::string& arguments);

/// The arguments as text, as a vendor sent them; "{}" where it sent none.
std::string arguments_text(const json::Value& arguments);

/// An id of our own, unique among all conversations, for vendors that give none; is_minted() tells
/// it from theirs.
std::string mint_call_id();
bool is_minted(const std::string& id);

std::string data_url(const Image& image);

/// Whether message.raw may be sent as it is to origin.
bool echoes(const Message& message, const std::string& origin);

/// Whether a schema keeps the rules of the vendors' strict mode: every object closed and every
/// property required.
bool is_strict(const json::Value& schema);

/// Sets finish to tool_calls when there are calls; drops calls of a cut answer.
void settle_calls(Reply& reply);

/// A JSON event of a stream; null when there is no data. Throws json::ParseError: an answer with a
/// hole is no answer.
json::Value event_json(const net::Event& event);

}  // namespace openclaw::llm
