// SPDX-License-Identifier: MIT
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/stop.h"
#include "channels.h"
#include "chat/attachment.h"
#include "chat/inbox.h"
#include "chat_jobs.h"
#include "chat_previews.h"
#include "net/http.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// What a listener has beside its way to the server: two threads that answer messages and one that
/// sends. They meet the listener in rows; wake() says that there are new ones.
class ChatFloor {
 public:
  struct Setup {
    const settings::Settings& settings;
    std::string folder;   ///< of the state
    std::string channel;  ///< telegram, matrix: the kind of place, and how keys begin
    /// The sender's own way out; called once, in its thread.
    std::function<std::unique_ptr<Remote>()> remote;
    /// Shows that something is being written; called in the sender's thread, may throw.
    std::function<void(const std::string& place, const std::string& thread)> typing;
    /// Gets a file that somebody sent; called in the threads that answer.
    std::function<std::string(net::HttpClient&, const chat::Attachment&, std::size_t most,
                              const base::Stop&)>
        fetch;
    /// Runs a job for "/job NAME"; true = it went well.
    std::function<bool(const std::string& job)> run_job;
    /// A thread has ended because nothing can be recorded any more: the listener has to end.
    std::function<void()> failed;
    /// Requests of other processes; called in the sender's thread after each ring. May be empty.
    std::function<void(State&)> requests{};
    /// Shows what a model is writing; called in the sender's thread. Empty: the channel cannot.
    ChatPreviews::Show preview{};
  };
  explicit ChatFloor(Setup setup);
  /// Ends at once; drain() before is what is kind.
  ~ChatFloor();
  ChatFloor(const ChatFloor&) = delete;
  ChatFloor& operator=(const ChatFloor&) = delete;

  void start();
  /// There are new rows.
  void wake();
  /// Stops those of these messages that are being answered.
  void cancel(const std::vector<std::string>& keys);
  /// Begins nothing new, gives what runs so much time, then stops it and sends what is ready.
  void drain(base::Millis most);
  /// Whether a thread has ended because nothing could be recorded any more.
  bool has_failed() const { return failed_; }

 private:
  /// One message that is being answered.
  struct Active {
    chat::Incoming message;
    base::Millis since{0};
    base::Stop stop;
    bool cancelled = false;
    bool noted = false;
  };
  void work();
  void send();
  std::optional<chat::Incoming> take(State& state, base::Millis& wait);
  void absorb(State& state, chat::Incoming& first, const std::vector<chat::Incoming>& waiting);
  void answer(State& state, net::HttpClient& http, Models& models, const chat::Incoming& message);
  void end_note(State& state, const chat::Incoming& message, const Active& active);
  base::Millis send_round(State& state, Channels& channels);
  void show_typing();
  void tell_slow_ones(State& state);
  void close_questions(State& state);
  /// Where the sender is woken.
  std::string bell() const;
  void wake_sender() const;
  void fail(const std::exception& e);

  Setup setup_;
  std::mutex mutex_;
  std::condition_variable news_came_;  ///< for the workers
  std::condition_variable changed_;    ///< for drain()
  std::uint64_t news_ = 0;             ///< counts wake(); a worker that saw the latest sleeps
  bool stopping_ = false;
  std::atomic<bool> failed_{false};
  std::map<std::string, std::shared_ptr<Active>> active_;  ///< by place and thread
  std::map<std::string, base::Millis> typing_;
  ChatPreviews previews_;
  base::Stop end_sender_;
  ChatJobs jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace openclaw::cmd
