// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>

#include <fmt/core.h>
#include <poll.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "chat_commands.h"
#include "chat_floor.h"
#include "command.h"
#include "exit_code.h"
#include "interrupt.h"
#include "output.h"
#include "paths.h"
#include "run_child.h"
#include "service_state.h"
#include "telegram_account.h"
#include "telegram_updates.h"

namespace openclaw::cmd {
namespace {

using json::Value;

constexpr std::int64_t poll_seconds = 50;   // the server's own most
constexpr base::Millis poll_margin{15000};  // then the socket is taken for dead
constexpr base::Millis longest_pause{60000};
constexpr base::Millis drain_time{7000};
constexpr int most_conflicts = 5;

Value allowed_updates() {
  return Value::array({"message", "edited_message", "callback_query", "my_chat_member"});
}

/// The way out of the sender's thread: the listener holds the account.
class OwnAccount : public Remote {
 public:
  explicit OwnAccount(const settings::Settings& settings)
      : settings_(settings), account_(*settings.telegram) {}
  bool is_ours(const std::string&) override { return true; }
  std::unique_ptr<chat::Channel> channel(State& state, const std::string& place) override {
    return account_.channel(state, settings_.places.at(place).address);
  }
  void wake(const std::string&) override {}
  TelegramAccount& account() { return account_; }

 private:
  const settings::Settings& settings_;
  TelegramAccount account_;
};

class Listener {
 public:
  Listener(const Args& args, const settings::Settings& settings)
      : args_(args),
        settings_(settings),
        folder_(state_folder(args, settings)),
        state_(folder_, settings),
        account_(*settings.telegram),
        bot_(account_.api().bot_id()) {}

  int go() {
    own_the_account();
    const auto me = introduce();
    TelegramUpdates updates(state_, settings_, bot_, me["username"].as_string());
    ChatFloor floor({settings_,
                     folder_,
                     "telegram",
                     [this] {
                       auto own = std::make_unique<OwnAccount>(settings_);
                       typing_ = &own->account();
                       return own;
                     },
                     [this](const std::string& place, const std::string& thread) {
                       show_typing(place, thread);
                     },
                     [this](net::HttpClient& http, const chat::Attachment& attachment,
                            std::size_t most, const base::Stop& stop) {
                       return account_.download(http, attachment.ref, most, stop);
                     },
                     [this](const std::string& job) { return run_job(settings_, folder_, job); },
                     [this] { interrupt_.stop().request(); },
                     {},
                     [this](const chat::Incoming& message, const std::string& text) {
                       show_preview(message, text);
                     }});
    floor.start();
    listen(updates, floor);
    tell_systemd("STOPPING=1");
    floor.drain(drain_time);
    if (floor.has_failed())
      throw base::TransientError("the listener cannot record what it does", "see its log");
    return done;
  }

 private:
  /// Another process may just be sending; a second listener is turned away.
  void own_the_account() {
    constexpr int tries = 30;
    for (int i = 0; i < tries; ++i) {
      if ((lock_ = own_telegram(folder_))) return;
      pause(base::Millis(100));
      if (interrupt_.stop().requested()) throw base::CancelledError("interrupted");
    }
    throw base::TransientError("another process owns this bot's account",
                               "one listener for each bot: systemctl status "
                               "openclaw-listen-telegram");
  }

  /// False when the stop came first.
  bool pause(base::Millis time) {
    pollfd fd{interrupt_.stop().fd(), POLLIN, 0};
    ::poll(&fd, 1, static_cast<int>(time.count()));
    return !interrupt_.stop().requested();
  }

  Value introduce() {
    base::Millis wait{1000};
    while (true) {
      try {
        const auto me =
            account_.api().call("getMe", Value::object(), base::Millis(15000), &interrupt_.stop());
        warn(me);
        return me;
      } catch (const base::CancelledError&) {
        throw;
      } catch (const base::ConfigError&) {
        throw;
      } catch (const base::Error& e) {
        base::log::warning("telegram", "{}, will try again in {}", base::describe(e),
                           base::human_duration(wait));
        if (!pause(wait)) throw base::CancelledError("interrupted");
        wait = std::min(wait * 2, longest_pause);
      }
    }
  }

  static void warn(const Value& me) {
    for (const auto* flag : {"can_read_all_group_messages", "supports_guest_queries",
                             "supports_inline_queries", "can_connect_to_business"})
      if (me[flag].as_bool())
        base::log::warning("telegram", "the bot has {}: @BotFather can switch it off", flag);
  }

  void listen(TelegramUpdates& updates, ChatFloor& floor) {
    base::Millis wait{1000};
    bool ready = false, in_trouble = false;
    int conflicts = 0;
    while (!interrupt_.stop().requested()) {
      try {
        const auto list = poll(updates.account(), ready ? poll_seconds : 0);
        take(updates, floor, list);
        if (!ready) begin();
        ready = true;
        if (in_trouble) base::log::info("telegram", "reached again");
        in_trouble = false;
        conflicts = 0;
        wait = base::Millis(1000);
        tell_systemd("WATCHDOG=1");
        continue;
      } catch (const base::CancelledError&) {
        return;
      } catch (const base::StorageError&) {
        throw;
      } catch (const base::ConfigError&) {
        throw;
      } catch (const telegram::Conflict& e) {
        if (std::string_view(e.what()).find("webhook") != std::string_view::npos)
          remove_webhook();
        else if (++conflicts >= most_conflicts)
          throw;
        base::log::warning("telegram", "{}, will try again in {}", base::describe(e),
                           base::human_duration(wait));
      } catch (const chat::TooSoon& e) {
        wait = std::max(wait, e.wait());
      } catch (const base::Error& e) {
        if (!in_trouble)
          base::log::warning("telegram", "{}, will try until it works", base::describe(e));
        in_trouble = true;
      }
      // The server is away, this loop is not.
      tell_systemd("WATCHDOG=1");
      for (base::Millis left = wait; left.count() > 0; left -= longest_pause) {
        if (!pause(std::min(left, longest_pause))) return;
        tell_systemd("WATCHDOG=1");
      }
      wait = std::min(wait * 2, longest_pause);
    }
  }

  json::Array poll(const std::string& account, std::int64_t seconds) {
    auto params = Value::object({{"timeout", seconds}, {"allowed_updates", allowed_updates()}});
    if (const auto position = chat::Inbox(state_.db).position(account))
      params.set("offset", *position);
    const auto list = account_.api().call(
        "getUpdates", params, base::Millis(seconds * 1000) + poll_margin, &interrupt_.stop());
    return list.items();
  }

  void take(TelegramUpdates& updates, ChatFloor& floor, const json::Array& list) {
    if (list.empty()) return;
    base::log::info("telegram", "{}",
                    base::counted(static_cast<std::int64_t>(list.size()), "update"));
    const auto after = updates.take(list);
    floor.cancel(after.taken.cancelled);
    if (after.taken.any) floor.wake();
    for (const auto& [press, text] : after.press_answers)
      tell("answerCallbackQuery", Value::object({{"callback_query_id", press}, {"text", text}}));
    for (const auto& chat : after.chats_to_leave)
      tell("leaveChat", Value::object({{"chat_id", std::int64_t{std::atoll(chat.c_str())}}}));
  }

  /// Of no consequence when it is lost.
  void tell(const std::string& method, const Value& params) {
    try {
      account_.api().call(method, params, base::Millis(10000), &interrupt_.stop());
    } catch (const base::CancelledError&) {
    } catch (const base::Error& e) {
      base::log::info("telegram", "{}: {}", method, base::describe(e));
    }
  }

  void begin() {
    tell_ready();
    base::log::info("telegram", "listening as bot {}", bot_);
    auto commands = Value::array();
    for (const auto& [name, words] : chat_command_list())
      commands.push(Value::object({{"command", name}, {"description", words}}));
    tell("setMyCommands", Value::object({{"commands", commands}}));
  }

  void remove_webhook() {
    base::log::warning("telegram", "a webhook is set for this bot, will remove it");
    tell("deleteWebhook", Value::object({{"drop_pending_updates", false}}));
  }

  void show_typing(const std::string& place, const std::string& thread) {
    auto params = Value::object(
        {{"chat_id", std::int64_t{std::atoll(settings_.places.at(place).address.c_str())}},
         {"action", "typing"}});
    if (!thread.empty()) params.set("message_thread_id", std::int64_t{std::atoll(thread.c_str())});
    typing_->api().call("sendChatAction", params, base::Millis(5000));
  }

  void show_preview(const chat::Incoming& message, const std::string& text) {
    auto params =
        telegram::draft_params(settings_.places.at(message.place).address, message.id, text);
    if (!message.thread.empty())
      params.set("message_thread_id", std::int64_t{std::atoll(message.thread.c_str())});
    typing_->api().call("sendMessageDraft", params, base::Millis(5000));
  }

  const Args& args_;
  const settings::Settings& settings_;
  std::string folder_;
  State state_;
  std::optional<base::FileLock> lock_;
  TelegramAccount account_;
  std::string bot_;
  TelegramAccount* typing_ = nullptr;  ///< the sender's
  Interrupt interrupt_;
};

/// --check: whether token, webhook, privacy mode and configuration fit.
int check(const settings::Settings& settings) {
  TelegramAccount account(*settings.telegram);
  const auto me = account.api().call("getMe", Value::object(), base::Millis(15000));
  std::string out = fmt::format("bot @{} ({})\n", base::one_line(me["username"].as_string()),
                                account.api().bot_id());
  bool good = true;
  const auto hook = account.api().call("getWebhookInfo", Value::object(), base::Millis(15000));
  if (!hook["url"].as_string().empty()) {
    good = false;
    out += "a webhook is set; the listener will remove it\n";
  }
  for (const auto& [flag, words] :
       {std::pair{"can_read_all_group_messages", "privacy mode is off: it sees whole groups"},
        {"supports_guest_queries", "guest mode is on: strangers can call it"},
        {"supports_inline_queries", "inline mode is on: strangers can call it"},
        {"can_connect_to_business", "business mode is on"}})
    if (me[flag].as_bool()) {
      good = false;
      out += fmt::format("{} (@BotFather)\n", words);
    }
  int places = 0;
  for (const auto& [name, place] : settings.places) {
    if (place.kind != "telegram") continue;
    ++places;
    std::string people;
    for (const auto& rule : place.allow)
      for (const auto& who : rule.rule.who) {
        const auto person = settings.people.find(who);
        const bool known = person != settings.people.end() && person->second.telegram;
        people += (people.empty() ? "" : ", ") + who + (known ? "" : " (no telegram number)");
        good = good && known;
      }
    out += fmt::format("place {}: chat {}, {}\n", name, place.address,
                       people.empty() ? "nobody may speak" : people);
  }
  if (places == 0) {
    good = false;
    out += "no place has \"telegram\"\n";
  }
  write_stdout(base::printable(out));
  return good ? done : found;
}

int run(const Args& args) {
  harden_process();
  const auto settings = load_settings(args);
  if (!settings.telegram)
    throw base::ConfigError("the configuration has no \"telegram\"", "openclaw check --next");
  if (args.has("check")) return check(settings);
  try {
    return Listener(args, settings).go();
  } catch (const base::CancelledError&) {
    return done;  // a stop before it was ready
  }
}

}  // namespace

Command listen_telegram_command() {
  return {"listen-telegram",
          "the private Telegram bot, as a service",
          {},
          {{"--check", "", "whether token, webhook, privacy mode and places fit; then end"}},
          {{"systemctl enable --now openclaw-listen-telegram", "as a service"},
           {"openclaw listen-telegram --check", "before that"}},
          run};
}

}  // namespace openclaw::cmd
