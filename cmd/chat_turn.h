// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string_view>

#include "chat/inbox.h"
#include "chat_attachments.h"
#include "net/http.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// What one turn of a chat works with; each thread has its own.
struct ChatWork {
  State& state;
  const settings::Settings& settings;
  net::HttpClient& http;
  Models& models;
  std::string channel;  ///< matrix, telegram: the audit's trigger
  FetchFile fetch;
  /// Gets the model's text as it is written, where that may be shown; an empty piece begins or ends
  /// one. May be empty.
  std::function<void(std::string_view piece)> preview;
};

/// Answers one message: its answer, or one honest sentence, is in the outbox when this returns, in
/// the same transaction that closes the message and the run. Where a person must be asked first the
/// question is there instead and the message is parked. A stop leaves the message to the next
/// start, or, with cancelled, closes it. Throws base::StorageError: then nothing was done.
void answer_message(ChatWork& work, const chat::Incoming& message, const base::Stop& stop,
                    const std::function<bool()>& cancelled);

/// The key of the answer to a message.
std::string answer_key(const chat::Incoming& message);

}  // namespace openclaw::cmd
