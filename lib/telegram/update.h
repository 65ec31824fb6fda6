// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "chat/attachment.h"
#include "json/value.h"

namespace openclaw::telegram {

/// One update of getUpdates, as far as it concerns us. Ids are text; they are int64 on the wire.
struct Update {
  std::int64_t id = 0;
  enum class Kind { message, edit, press, membership, other } kind = Kind::other;
  std::string chat, thread, message;  ///< thread: of a forum, where the message says so
  std::string chat_type;              ///< private, group, supergroup, channel
  std::string from;                   ///< numeric id of the sender; empty = nobody's
  std::string text;                   ///< or the caption
  std::string reply_to;               ///< message id, in the same chat
  bool reply_to_us = false;           ///< to a message of this bot
  std::string quoted;     ///< what somebody else wrote: a forward, a quote, the replied message
  bool mentions = false;  ///< the bot is named, or it is a command for it
  bool is_forward = false;
  std::optional<chat::Attachment> attachment;
  std::string album;            ///< the same for what was sent together
  std::string press, press_id;  ///< callback data and the id to answer it with
  std::string moved_to;         ///< the chat's new id
  std::string standing;         ///< membership: our new status in the chat
  std::string impostor;         ///< why nobody is taken to have said this; empty = `from` did
};

/// Reads one element of getUpdates' result. Unknown kinds give Kind::other: their id counts.
/// bot: our own numeric id; name: our username, without '@'.
Update read_update(const json::Value& update, const std::string& bot, const std::string& name);

/// What a chat is to us: the place and the person who speaks, or why neither.
struct Speaker {
  std::string place, person;
  std::string refusal;  ///< for the audit; empty = allowed
};

/// Who may speak where. Both ids are numbers as text.
struct Doors {
  std::function<std::string(const std::string& chat)> place;   ///< of a chat; empty = none
  std::function<std::string(const std::string& user)> person;  ///< of a user; empty = nobody
  std::function<bool(const std::string& place, const std::string& person)> allows;
};

/// Only a declared chat and a declared, allowed person together are let in; a press is judged by
/// who pressed.
Speaker judge(const Update& update, const Doors& doors);

}  // namespace openclaw::telegram
