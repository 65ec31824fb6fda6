// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <string>

#include "chat/outbox.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// The ways to places that are no terminal: one account of the bot for each kind of them.
class Remote {
 public:
  virtual ~Remote() = default;
  /// Whether this process may send for that place now. One process at a time owns an account: while
  /// a listener runs, it does. Asking takes the account when it is free. Throws
  /// base::UnavailableError where only a listener can send, and none runs.
  virtual bool is_ours(const std::string& place) = 0;
  /// Throws base::UnavailableError when nothing leads there.
  virtual std::unique_ptr<chat::Channel> channel(State& state, const std::string& place) = 0;
  /// Tells the process that owns the place's account that there is something to send.
  virtual void wake(const std::string& place) = 0;
};

std::unique_ptr<Remote> make_remote(const settings::Settings& settings,
                                    const std::string& state_folder);

/// Every way by which a text leaves this process.
class Channels {
 public:
  /// pretty: what a terminal is shown instead of the stored text. remote: what leads to chats; made
  /// when needed where none is given.
  Channels(State& state, const settings::Settings& settings, std::string pretty = {},
           Remote* remote = nullptr);
  /// "-", "/file" or a place. Throws base::UnavailableError when nothing leads there.
  chat::Channel& to(const std::string& place);
  /// As of Remote; true for terminals and files.
  bool is_ours(const std::string& place);
  void wake(const std::string& place) { remote().wake(place); }

 private:
  Remote& remote();
  bool is_local(const std::string& place) const;
  std::unique_ptr<chat::Channel> make(const std::string& place);
  State& state_;
  const settings::Settings& settings_;
  std::string pretty_;
  std::unique_ptr<Remote> own_;
  Remote* remote_;
  std::map<std::string, std::unique_ptr<chat::Channel>> made_;
};

/// Sends one message unless somebody else does, and writes down what came of it; run: whose audit
/// names the delivery. Where another process owns the account, it is woken and waited for. Throws
/// base::StorageError and ClosedPipe.
void hand_over(State& state, Channels& channels, const std::string& key, const std::string& run);

/// To "-" (stdout) or into a file, which is replaced as a whole.
void write_locally(const std::string& place, const std::string& text);

/// "stdout", the file, or the place's name.
std::string shown_place(const std::string& place);

}  // namespace openclaw::cmd
