// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"
#include "chat/inbox.h"

namespace openclaw::cmd {

/// What models are just writing, for places with "preview": the threads that answer put it here,
/// the sender shows it. Nothing of it is stored; the answer itself comes as ever.
class ChatPreviews {
 public:
  /// Throws chat::TooSoon to be left alone with that message; other errors are of no consequence.
  using Show = std::function<void(const chat::Incoming& message, const std::string& text)>;

  /// More text of the answer to this message; empty = a text of the model begins or ends. True for
  /// the first of a text: the sender is to be woken.
  bool add(const chat::Incoming& message, std::string_view piece);
  /// Nothing more is shown for it.
  void end(const std::string& key);
  /// Shows what has grown, each at most once in a while.
  void show(const Show& show, base::Millis now);
  /// Until when show() has something to do; nothing = far away.
  base::Millis wait() const;

 private:
  struct Preview {
    chat::Incoming message;
    std::string text;
    std::size_t shown = 0;  ///< bytes
    base::Millis last{0};
    bool is_off = false;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Preview> previews_;  ///< by key of the message
};

}  // namespace openclaw::cmd
