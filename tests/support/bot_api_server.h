// SPDX-License-Identifier: MIT
#pragma once
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "json/value.h"
#include "support/http_server.h"

namespace openclaw::test {

/// A stand-in for Telegram's Bot API server (10.1) as tdlib/telegram-bot-api behaves: a queue whose
/// updates are forgotten when a later offset is asked for, long polls that a second poller ends
/// with 409, sticky allowed_updates, lengths in UTF-16 units, and every parameter checked against
/// the method's list. Nothing that is sent twice is one.
class BotApiServer {
 public:
  static constexpr const char* token = "4242:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

  BotApiServer();

  // What people do.
  /// A message of a user in a chat; more: further members of the message. Its id.
  int say(std::int64_t chat, std::int64_t from, const std::string& text,
          const json::Value& more = {});
  void edit(std::int64_t chat, int message, const std::string& text);
  /// Presses a button of a message by its label's beginning; false when there is none such.
  bool press(std::int64_t chat, int message, std::int64_t from, const std::string& label);
  /// A file as people send one, to be named in a message's photo, document or voice: its file_id.
  std::string keep_file(const std::string& bytes);
  /// Any update, as it is.
  void push(json::Value update);
  /// The next update id is another, as after a week of silence.
  void reseed(std::int64_t next);
  void block(std::int64_t chat);
  void move(std::int64_t from, std::int64_t to);

  // What the chat shows.
  struct Shown {
    int id = 0;
    std::string text;
    json::Value entities, buttons;
    int reply_to = 0, thread = 0;
    bool silent = false;
    std::vector<std::string> before;  ///< earlier texts, oldest first: the first is what rang
    std::string file_name, file;      ///< of a document: its bytes
  };
  /// The bot's messages of a chat, oldest first.
  std::vector<Shown> shown(std::int64_t chat);
  /// What was shown of messages that were being written.
  std::vector<std::string> drafts(std::int64_t chat);
  std::vector<std::string> left_chats();
  /// Answers to presses: callback id -> text.
  std::map<std::string, std::string> press_answers();

  // Faults.
  double lost_answers = 0;   ///< of writes: done, and the connection is cut
  double lost_requests = 0;  ///< of writes: cut before anything is done
  int html_answers = 0;      ///< so many answers are a proxy's 502 page
  int floods = 0;            ///< so many sends get 429
  int retry_after = 1;
  bool webhook = false;  ///< set by another program: polls get 409

  /// Whether all updates were fetched and confirmed by a later offset.
  bool is_drained();
  /// Methods called so far, in order.
  std::vector<std::string> calls();
  int count(const std::string& method);
  /// What the schema or the queue's rules were broken with; empty in a good run.
  std::vector<std::string> complaints();
  std::string origin() const { return server_.origin(); }

 private:
  struct Chat {
    int next_message = 1;
    std::map<int, Shown> messages;
    std::map<int, json::Value> said;  ///< of people
    std::vector<std::string> drafts;
  };
  template <typename Work>
  auto with(Work work) {
    const std::lock_guard lock(mutex_);
    return work();
  }
  void answer(const HttpAsk& ask, const HttpPeer& peer);
  void poll(const json::Value& params, const HttpPeer& peer);
  /// {"ok":…}; empty = cut the connection.
  std::pair<int, json::Value> perform(const std::string& method, const json::Value& params);
  std::pair<int, json::Value> send_message(const json::Value& params);
  std::pair<int, json::Value> send_document(const json::Value& params);
  /// Why nothing can be sent to that chat now; {0, …} = it can.
  std::pair<int, json::Value> chat_fault(std::int64_t chat);
  std::pair<int, json::Value> edit_message(const json::Value& params);
  std::string text_fault(const json::Value& params) const;
  bool chance(double share);
  void queue(json::Value update);
  json::Value message_json(std::int64_t chat, const Shown& shown) const;

  std::mutex mutex_;
  std::condition_variable came_;  ///< an update
  std::mt19937 random_{7};
  std::deque<json::Value> queue_;
  std::int64_t next_update_ = 700000;
  std::map<std::int64_t, Chat> chats_;
  std::map<std::int64_t, bool> blocked_;
  std::map<std::int64_t, std::int64_t> moved_;
  std::vector<std::string> allowed_;
  std::vector<std::string> calls_, complaints_, left_;
  std::map<std::string, std::string> presses_;
  std::map<std::string, std::string> files_;
  int pollers_ = 0;
  int next_press_ = 1;
  HttpServer server_;
};

}  // namespace openclaw::test
