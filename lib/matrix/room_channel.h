// SPDX-License-Identifier: MIT
#pragma once
#include "chat/outbox.h"
#include "matrix/account.h"

namespace openclaw::matrix {

/// The way to one room. Each part of a text is an event under a key of its own, sealed before it is
/// sent and sent with the same transaction id however often: it arrives once.
class RoomChannel : public chat::Channel {
 public:
  RoomChannel(Account& account, std::string room) : account_(account), room_(std::move(room)) {}
  std::string send(const chat::Message& message, const std::string& text,
                   chat::Parts& parts) override;
  bool is_idempotent() const override { return true; }

 private:
  std::string send_now(const chat::Message& message, const std::string& text, chat::Parts& parts);
  std::string send_file(const chat::Message& message, const std::string& bytes, chat::Parts& parts);
  Account& account_;
  std::string room_;
};

/// The content of a text: body, and formatted_body where there is something to format.
json::Value text_content(const std::string& text, bool inert, bool silent);

}  // namespace openclaw::matrix
