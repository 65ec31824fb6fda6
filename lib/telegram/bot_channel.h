// SPDX-License-Identifier: MIT
#pragma once
#include <map>

#include "chat/outbox.h"
#include "markdown/rich.h"
#include "telegram/api.h"

namespace openclaw::telegram {

const std::vector<store::Migration>& migrations();

/// Inside a transaction: a group became a supergroup with another id.
void remember_move(store::Database& db, const std::string& from, const std::string& to);
/// Whether a chat is what a known one became.
bool is_moved_to(store::Database& db, const std::string& chat);

/// Text of a message as the Bot API takes it: text and entities, never parse_mode.
json::Value text_params(const markdown::Rich& rich);

/// Keeps one bot within what Telegram tolerates: about a message a second in a chat with short
/// bursts, 20 a minute in a group, 30 a second in all. Not asked for precisely anywhere; a 429
/// rules.
class Pace {
 public:
  /// How long this chat is still to be left alone; zero = go, and one message is counted.
  base::Millis take(const std::string& chat, base::Millis now);

 private:
  struct Bucket {
    double tokens = 0;
    base::Millis at{0};
  };
  static base::Millis draw(Bucket& bucket, double most, double per_second, base::Millis now);
  std::map<std::string, Bucket> chats_;
  Bucket all_{30, base::Millis(0)};
};

/// sendMessageDraft: what is being written, its end where it is long, no address alive. Gone after
/// half a minute, or with the message that follows it.
json::Value draft_params(const std::string& chat, const std::string& message,
                         const std::string& markdown);

/// The way to one chat. Each part of a long text is sent as its first line, whose id is stored, and
/// then edited to the whole: an outcome that nobody knows repeats one line, which says so.
class BotChannel : public chat::Channel {
 public:
  BotChannel(Api& api, store::Database& db, Pace& pace, std::string chat)
      : api_(api), db_(db), pace_(pace), chat_(std::move(chat)) {}
  std::string send(const chat::Message& message, const std::string& text,
                   chat::Parts& parts) override;
  bool marks_repeats() const override { return true; }

 private:
  std::string send_new(const chat::Message& message, const markdown::Rich& rich, bool first);
  std::string send_file(const chat::Message& message, const std::string& bytes, chat::Parts& parts);
  void edit(const chat::Message& message, const std::string& id, const markdown::Rich& rich,
            bool with_buttons);
  json::Value call_here(const std::string& method, json::Value params,
                        const chat::Message* file = nullptr, const std::string& bytes = {});
  std::string chat_id();
  Api& api_;
  store::Database& db_;
  Pace& pace_;
  std::string chat_;
};

}  // namespace openclaw::telegram
