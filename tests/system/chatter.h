// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bot_api_server.h"
#include "support/service.h"
#include "support/temp_dir.h"
#include "system/program.h"

namespace openclaw::test {

/// A vendor with the openai-chat format that does what the last message of a person says:
/// "say WORDS", "call TOOL ARGUMENTS" (then it tells the result), "twice TOOL ARGUMENTS" (two calls
/// in one message), "chain TOOL ARGUMENTS ;; TOOL ARGUMENTS" (one after the other), "context" (what
/// it was sent), "nod" ("ok"), "wait" (until release()); anything else is said back. Where a
/// message says "slowly", the second half of its texts waits until release().
class Talker {
 public:
  std::string url() const { return server_.url("/v1"); }
  int asked() const { return asked_; }
  int answered() const { return answered_; }
  void release() { released_ = true; }
  /// Messages of the last request, as JSON.
  std::string last() const;

 private:
  void answer(const HttpAsk& ask, const HttpPeer& peer);
  std::atomic<int> asked_{0}, answered_{0};
  std::atomic<bool> released_{false};
  mutable std::mutex mutex_;
  std::string last_;
  HttpServer server_{[this](const HttpAsk& ask, const HttpPeer& peer) { answer(ask, peer); },
                     HttpServer::Family::v4, HttpServer::Order::at_once};
};

/// A listener between a stand-in for Telegram and one for a vendor.
class Chatter : public testing::Test {
 protected:
  static constexpr std::int64_t me = 12345, eva = 67890, stranger = 666, family = -1001;

  Chatter();
  ~Chatter() override;
  void start();
  /// The exit code after SIGTERM.
  int stop();
  void kill();
  /// So much time passes for the listener.
  void pass(std::int64_t ms);
  void replace(const std::string& what, const std::string& with);
  /// So many more chats of mine, from that number on.
  void add_chats(std::int64_t first, std::int64_t count);
  /// Waits for the n-th message of the bot in a chat; its text, or what is there instead.
  std::string told(std::int64_t chat, std::size_t number = 1);
  /// Waits until nothing is under way any more: all updates taken, all messages closed and sent.
  bool settles();
  /// How often the side effect with that name has happened.
  std::size_t effects(const std::string& name) const;
  std::string log() const;
  std::vector<std::string> rows(const std::string& sql) const;

  TempDir dir_;
  BotApiServer telegram;
  Talker talker;
  House house_;
  std::unique_ptr<Program> listener_;
};

}  // namespace openclaw::test
