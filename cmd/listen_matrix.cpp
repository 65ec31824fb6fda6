// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>

#include <fmt/core.h>
#include <poll.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "chat_floor.h"
#include "command.h"
#include "exit_code.h"
#include "interrupt.h"
#include "matrix/room_channel.h"
#include "matrix_account.h"
#include "matrix_desk.h"
#include "matrix_updates.h"
#include "paths.h"
#include "run_child.h"
#include "service_state.h"

namespace openclaw::cmd {
namespace {

using json::Value;

constexpr base::Millis sync_time{30000}, short_sync_time{2000};
constexpr base::Millis longest_pause{60000};
constexpr base::Millis drain_time{7000};

/// The way out of the sender's thread, with an account of its own on the same rows.
class OwnRooms : public Remote {
 public:
  OwnRooms(const settings::Settings& settings, const std::string& folder)
      : settings_(settings), account_(settings, folder) {
    account_.account().read_token();
  }
  bool is_ours(const std::string&) override { return true; }
  std::unique_ptr<chat::Channel> channel(State&, const std::string& place) override {
    return std::make_unique<matrix::RoomChannel>(account_.account(),
                                                 settings_.places.at(place).address);
  }
  void wake(const std::string&) override {}
  matrix::Account& account() { return account_.account(); }

 private:
  const settings::Settings& settings_;
  MatrixAccount account_;
};

class Listener {
 public:
  Listener(const Args& args, const settings::Settings& settings)
      : settings_(settings), folder_(state_folder(args, settings)), state_(folder_, settings) {}

  int go() {
    own_the_device();
    state_.db.let_log_grow();
    own_ = std::make_unique<MatrixAccount>(settings_, folder_);
    if (!with_patience([&] { account().log_in(&interrupt_.stop()); })) return done;
    if (!with_patience([&] { settle(); })) return done;
    ChatFloor floor(
        {settings_, folder_, "matrix",
         [this] {
           auto rooms = std::make_unique<OwnRooms>(settings_, folder_);
           sender_ = &rooms->account();
           return rooms;
         },
         [this](const std::string& place, const std::string&) { show_typing(place); },
         [this](net::HttpClient& http, const chat::Attachment& file, std::size_t most,
                const base::Stop& stop) { return own_->download(http, file.ref, most, stop); },
         [this](const std::string& job) { return run_job(settings_, folder_, job); },
         [this] { interrupt_.stop().request(); },
         [this](State& state) {
           if (sender_) answer_matrix_requests(state, *sender_);
         }});
    listen(floor);
    tell_systemd("STOPPING=1");
    floor.drain(drain_time);
    if (floor.has_failed())
      throw base::TransientError("the listener cannot record what it does", "see its log");
    return done;
  }

 private:
  matrix::Account& account() { return own_->account(); }

  void own_the_device() {
    lock_ = own_matrix(folder_);
    if (!lock_)
      throw base::TransientError("another process has this Matrix device",
                                 "systemctl status openclaw-listen-matrix");
  }

  bool pause(base::Millis time) {
    pollfd fd{interrupt_.stop().fd(), POLLIN, 0};
    ::poll(&fd, 1, static_cast<int>(time.count()));
    return !interrupt_.stop().requested();
  }

  /// Until it works; what trying cannot mend is thrown. False: the stop came first.
  template <typename Work>
  bool with_patience(Work work) {
    base::Millis wait{1000};
    while (true) {
      try {
        work();
        return true;
      } catch (const base::CancelledError&) {
        return false;
      } catch (const base::StorageError&) {
        throw;
      } catch (const base::ConfigError&) {
        throw;
      } catch (const matrix::Rejected& e) {
        if (e.status() == 403)
          throw base::ConfigError(std::string("the homeserver refuses the login: ") + e.what());
        base::log::warning("matrix", "{}, will try again", base::describe(e));
      } catch (const chat::TooSoon& e) {
        wait = std::max(wait, e.wait());
      } catch (const base::Error& e) {
        base::log::warning("matrix", "{}, will try again in {}", base::describe(e),
                           base::human_duration(wait));
      }
      if (!pause(wait)) return false;
      wait = std::min(wait * 2, longest_pause);
    }
  }

  void settle() {
    account().db().transaction([&] { account().machine().try_out(); });
    const auto trouble = account().settle_identity(base::wall_now());
    if (trouble.empty()) return;
    base::log::warning("matrix", "{}; people will see the bot as not verified", trouble);
  }

  void listen(ChatFloor& floor) {
    MatrixUpdates updates(state_, settings_, account());
    base::Millis wait{1000};
    bool ready = false;
    while (!interrupt_.stop().requested()) {
      try {
        const auto sync = account().sync(time_to_wait(ready), &interrupt_.stop());
        take(updates, floor, sync);
        if (!ready) {
          // Before it nothing is sent: what comes back of our own shows whether the keys are old.
          floor.start();
          tell([&] { account().send_queued(base::wall_now()); });  // what an earlier process left
          tell_ready();
          base::log::info("matrix", "listening as {}", settings_.matrix->user);
        }
        ready = true;
        wait = base::Millis(1000);
        tell_systemd("WATCHDOG=1");
        account().pump(base::wall_now(), &interrupt_.stop());
        account().back_up();
        account().tidy(base::wall_now());
        continue;
      } catch (const base::CancelledError&) {
        return;
      } catch (const base::StorageError&) {
        throw;
      } catch (const base::ConfigError&) {
        throw;
      } catch (const matrix::LoggedOut& e) {
        if (!e.soft())
          throw base::ConfigError("the homeserver has ended this login for good",
                                  "openclaw matrix login");
        with_patience([&] { account().renew_token(); });
        continue;
      } catch (const chat::TooSoon& e) {
        wait = std::max(wait, e.wait());
      } catch (const base::Error& e) {
        base::log::warning("matrix", "{}, will try again in {}", base::describe(e),
                           base::human_duration(wait));
      }
      tell_systemd("WATCHDOG=1");
      if (!pause(wait)) return;
      wait = std::min(wait * 2, longest_pause);
    }
  }

  /// Not long where a message waits for keys that have just been asked for.
  base::Millis time_to_wait(bool ready) {
    if (!ready) return base::Millis(0);
    return account().has_fresh_unread(base::wall_now()) ? short_sync_time : sync_time;
  }

  void take(MatrixUpdates& updates, ChatFloor& floor, const Value& sync) {
    const auto after = updates.take(sync, &interrupt_.stop());
    floor.cancel(after.taken.cancelled);
    if (after.taken.any) floor.wake();
    if (after.has_verification) tell([&] { account().send_queued(base::wall_now()); });
    for (const auto& [room, event] : after.read) tell([&] { account().mark_read(room, event); });
    for (const auto& room : after.join) tell([&] { account().join(room); });
    for (const auto& room : after.refuse) tell([&] { account().refuse(room); });
  }

  template <typename Work>
  static void tell(Work work) {
    try {
      work();
    } catch (const base::CancelledError&) {
      throw;
    } catch (const base::Error& e) {
      base::log::info("matrix", "{}", base::describe(e));
    }
  }

  void show_typing(const std::string& place) {
    sender_->api().call("PUT",
                        matrix::client_v3 + "/rooms/" +
                            matrix::part(settings_.places.at(place).address) + "/typing/" +
                            matrix::part(settings_.matrix->user),
                        Value::object({{"typing", true}, {"timeout", 6000}}), base::Millis(5000));
  }

  const settings::Settings& settings_;
  std::string folder_;
  State state_;
  std::optional<base::FileLock> lock_;
  std::unique_ptr<MatrixAccount> own_;
  matrix::Account* sender_ = nullptr;
  Interrupt interrupt_;
};

int run(const Args& args) {
  harden_process();
  const auto settings = load_settings(args);
  if (!settings.matrix)
    throw base::ConfigError("the configuration has no \"matrix\"", "openclaw check --next");
  return Listener(args, settings).go();
}

}  // namespace

Command listen_matrix_command() {
  return {"listen-matrix",
          "end-to-end-encrypted Matrix rooms, as a service",
          {},
          {},
          {{"systemctl enable --now openclaw-listen-matrix", "as a service"},
           {"openclaw listen-matrix", "in a terminal, to see how it goes"}},
          run};
}

}  // namespace openclaw::cmd
