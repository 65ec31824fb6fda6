// SPDX-License-Identifier: MIT
#include "chat_floor.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/core.h>
#include <poll.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "chat/approvals.h"
#include "chat_commands.h"
#include "chat_context.h"
#include "chat_turn.h"
#include "json/parse.h"
#include "wake.h"

namespace openclaw::cmd {
namespace {

constexpr base::Millis scan{30000};  // the net below the bell
constexpr base::Millis typing_every{4000};
constexpr base::Millis slow_after{110000};  // a person hears within 120 s
constexpr base::Millis useful{24LL * 3600000};
constexpr std::size_t most_together = 20;

std::string room_of(const chat::Incoming& message) { return message.place + "\n" + message.thread; }

void put_text(State& state, chat::Message message, const std::string& text, base::Time now) {
  message.text_ref = state.bodies.put(text, now, true);
  if (!message.expires) message.expires = now + useful;
  chat::Outbox(state.db).put(message, now);
}

}  // namespace

ChatFloor::ChatFloor(Setup setup)
    : setup_(std::move(setup)),
      jobs_({setup_.settings, setup_.folder, setup_.channel, setup_.run_job,
             [this] { wake_sender(); }, [this](const std::exception& e) { fail(e); }}) {}

ChatFloor::~ChatFloor() {
  drain(base::Millis(0));
  for (auto& thread : threads_) thread.join();
}

void ChatFloor::start() {
  constexpr int workers = 2;
  {
    State state(setup_.folder, setup_.settings);
    jobs_.recover(state);
    if (!chat::Inbox(state.db).waiting().empty()) news_ = 1;
  }
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  threads_.emplace_back([this] { send(); });
}

void ChatFloor::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++news_;
  }
  news_came_.notify_one();
  wake_sender();
}

std::string ChatFloor::bell() const { return setup_.folder + "/" + setup_.channel + ".wake"; }

void ChatFloor::wake_sender() const { ring(bell()); }

void ChatFloor::cancel(const std::vector<std::string>& keys) {
  const std::lock_guard lock(mutex_);
  for (const auto& [room, active] : active_) {
    if (std::find(keys.begin(), keys.end(), active->message.key) == keys.end()) continue;
    active->cancelled = true;
    active->stop.request();
  }
}

void ChatFloor::drain(base::Millis most) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  news_came_.notify_all();
  changed_.wait_for(lock, most, [this] { return active_.empty(); });
  for (const auto& [room, active] : active_) active->stop.request();
  changed_.wait_for(lock, std::chrono::seconds(2), [this] { return active_.empty(); });
  lock.unlock();
  end_sender_.request();
}

void ChatFloor::fail(const std::exception& e) {
  base::log::write(base::log::Level::error, setup_.channel, base::describe(e));
  failed_ = true;
  setup_.failed();
  changed_.notify_all();
  news_came_.notify_all();
}

void ChatFloor::work() {
  try {
    {
      // Nothing is opened before there is something to do: most listeners are idle.
      std::unique_lock lock(mutex_);
      news_came_.wait(lock, [this] { return stopping_ || news_ > 0; });
    }
    State state(setup_.folder, setup_.settings);
    const auto http = net::make_http_client();
    Models models(setup_.settings, *http);
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      const auto seen = news_;
      lock.unlock();
      base::Millis wait = scan;
      const auto message = take(state, wait);
      if (message) answer(state, *http, models, *message);
      lock.lock();
      if (message) {
        active_.erase(room_of(*message));
        changed_.notify_all();
        lock.unlock();
        wake_sender();
        lock.lock();
        continue;
      }
      news_came_.wait_for(lock, wait, [&] { return stopping_ || news_ != seen; });
    }
  } catch (const std::exception& e) {
    fail(e);
  }
}

/// The oldest message whose room is free; what its writer sent right after goes with it. wait:
/// until when there is one, where all are held back.
std::optional<chat::Incoming> ChatFloor::take(State& state, base::Millis& wait) {
  chat::Inbox inbox(state.db);
  auto waiting = inbox.waiting();
  std::erase_if(waiting,
                [&](const chat::Incoming& m) { return !m.key.starts_with(setup_.channel + ":"); });
  for (auto& message : waiting) {
    if (const auto left = message.not_before - base::wall_now(); left.count() > 0) {
      wait = std::min(wait, std::max(left, base::Millis(10)));
      continue;
    }
    if (!setup_.settings.places.contains(message.place)) {
      base::log::warning(setup_.channel, "{}: there is no place '{}' any more, will not answer",
                         message.key, message.place);
      state.db.transaction([&] { inbox.set_state(message.key, "failed"); });
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || active_.contains(room_of(message))) continue;
      auto active = std::make_shared<Active>();
      active->message = message;
      active->since = base::boot_now();
      active_.emplace(room_of(message), std::move(active));
    }
    // It may have been answered between the look and the claim.
    auto now = inbox.find(message.key);
    if (!now || now->state != "new") {
      const std::lock_guard lock(mutex_);
      active_.erase(room_of(message));
      continue;
    }
    absorb(state, *now, waiting);
    wake_sender();                                    // it shows that the message is being read
    if (waiting.size() > 1) news_came_.notify_one();  // another worker may find one for itself
    return now;
  }
  return std::nullopt;
}

/// A burst is one turn.
void ChatFloor::absorb(State& state, chat::Incoming& first,
                       const std::vector<chat::Incoming>& waiting) {
  if (first.runs > 0 || !first.kept_ref.empty()) return;
  const auto said_in = [&](const chat::Incoming& m) {
    return said_from(json::parse(state.bodies.open(m.text_ref).value_or("{}")));
  };
  Said all = said_in(first);
  if (chat_command(all.text) || waiting.size() < 2) return;
  state.db.transaction([&] {
    chat::Inbox inbox(state.db);
    std::vector<std::string> keys, spent;
    for (const auto& seen : waiting) {
      if (seen.key == first.key || room_of(seen) != room_of(first)) continue;
      // Another worker may have ended it since the look.
      const auto more = inbox.find(seen.key);
      if (!more || more->state != "new" || more->runs > 0 || !more->kept_ref.empty() ||
          more->person != first.person || !more->reply_to.empty() || more->at < first.at ||
          keys.size() >= most_together)
        continue;
      const Said said = said_in(*more);
      if (chat_command(said.text)) break;
      if (!said.text.empty()) all.text += (all.text.empty() ? "" : "\n") + said.text;
      if (!said.quoted.empty()) all.quoted += (all.quoted.empty() ? "" : "\n\n") + said.quoted;
      all.attachments.insert(all.attachments.end(), said.attachments.begin(),
                             said.attachments.end());
      all.is_forward |= said.is_forward;
      first.untrusted |= more->untrusted;
      keys.push_back(more->key);
      spent.push_back(more->text_ref);
    }
    if (keys.empty()) return;
    const std::string before = first.text_ref;
    first.text_ref = state.bodies.put(json::dump(to_json(all, first.key)), base::wall_now(), true);
    inbox.absorb(first, keys);
    for (const auto& ref : spent) state.bodies.drop(ref);
    if (before != first.text_ref) state.bodies.drop(before);
  });
}

void ChatFloor::answer(State& state, net::HttpClient& http, Models& models,
                       const chat::Incoming& message) {
  std::shared_ptr<Active> active;
  {
    const std::lock_guard lock(mutex_);
    active = active_.at(room_of(message));
  }
  const auto said = said_from(json::parse(state.bodies.open(message.text_ref).value_or("{}")));
  const auto command = chat_command(said.text);
  if (command && command->name == "job") return jobs_.begin(state, message, command->rest);
  ChatWork work{state,
                setup_.settings,
                http,
                models,
                setup_.channel,
                [&](const chat::Attachment& attachment, std::size_t most) {
                  return setup_.fetch(http, attachment, most, active->stop);
                },
                {}};
  if (setup_.preview && setup_.settings.places.at(message.place).preview)
    work.preview = [&](std::string_view piece) {
      if (previews_.add(message, piece)) wake_sender();
    };
  try {
    answer_message(work, message, active->stop, [&] {
      const std::lock_guard lock(mutex_);
      return active->cancelled;
    });
    previews_.end(message.key);
    end_note(state, message, *active);
  } catch (const base::StorageError&) {
    throw;
  } catch (const SQLite::Exception&) {
    throw;
  } catch (const std::exception& e) {
    previews_.end(message.key);
    base::log::warning(setup_.channel, "{}: {}, will say so", message.key, base::describe(e));
    state.db.transaction([&] {
      chat::Inbox(state.db).set_state(message.key, "failed");
      say(state, message, answer_key(message),
          "That did not work: " + base::one_line(base::describe(e)), base::wall_now());
    });
  }
}

void ChatFloor::end_note(State& state, const chat::Incoming& message, const Active& active) {
  {
    const std::lock_guard lock(mutex_);
    if (!active.noted) return;
  }
  state.db.transaction([&] {
    chat::Message end;
    end.key = "noted:" + message.key;
    end.owner = end.key;
    end.place = message.place;
    end.edits = "note:" + message.key;
    put_text(state, end, "Done.", base::wall_now());
  });
}

void ChatFloor::send() {
  try {
    State state(setup_.folder, setup_.settings);
    const auto remote = setup_.remote();
    Channels channels(state, setup_.settings, {}, remote.get());
    Bell rung(bell());
    while (!end_sender_.requested()) {
      close_questions(state);
      tell_slow_ones(state);
      if (setup_.requests) setup_.requests(state);
      base::Millis wait = send_round(state, channels);
      show_typing();
      if (setup_.preview) previews_.show(setup_.preview, base::boot_now());
      wait = std::min(wait, previews_.wait());
      {
        const std::lock_guard lock(mutex_);
        if (!active_.empty()) wait = std::min(wait, typing_every);
      }
      std::array<pollfd, 2> fds{pollfd{rung.fd(), POLLIN, 0}, pollfd{end_sender_.fd(), POLLIN, 0}};
      ::poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
      rung.hear();
    }
    send_round(state, channels);
  } catch (const std::exception& e) {
    fail(e);
  }
}

/// Sends all that may go now; how long the next may have to wait at most.
base::Millis ChatFloor::send_round(State& state, Channels& channels) {
  chat::Outbox outbox(state.db);
  base::Millis wait = scan;
  std::set<std::string> held;  // places where the server asked for patience: order is kept there
  for (const auto& message : outbox.open()) {
    const auto place = setup_.settings.places.find(message.place);
    if (place == setup_.settings.places.end() || place->second.kind != setup_.channel) continue;
    const auto now = base::wall_now();
    if (message.expires && *message.expires < now) continue;  // run-job --recover closes it
    if (message.not_before && *message.not_before > now) {
      wait = std::min(wait, *message.not_before - now);
      if (message.attempts > 0) held.insert(message.place);
      continue;
    }
    if (held.contains(message.place)) continue;
    if (end_sender_.requested() && message.not_before) continue;
    hand_over(state, channels, message.key, {});
    const auto after = outbox.find(message.key);
    if (after && after->state == "refused")
      base::log::warning(setup_.channel, "{} will never arrive: {}", message.key, after->note);
    if (!after || !after->is_open()) continue;
    base::log::info(setup_.channel, "{} waits: {}", message.key, after->note);
    if (after->not_before) held.insert(message.place);
    wait = std::min(wait, after->not_before ? std::max(base::Millis(10), *after->not_before - now)
                                            : base::Millis(after->attempts < 5 ? 1000 : 15000));
  }
  return std::max(wait, base::Millis(1));
}

void ChatFloor::show_typing() {
  std::vector<chat::Incoming> rooms;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [room, active] : active_) rooms.push_back(active->message);
  }
  const auto now = base::boot_now();
  for (const auto& message : rooms) {
    auto& last = typing_[room_of(message)];
    if (last.count() != 0 && now - last < typing_every) continue;
    last = now;
    try {
      setup_.typing(message.place, message.thread);
    } catch (const std::exception& e) {
      base::log::debug(setup_.channel, "typing: {}", base::describe(e));
    }
  }
}

/// One silent note, which becomes "Done." later; the answer itself is new and loud.
void ChatFloor::tell_slow_ones(State& state) {
  std::vector<chat::Incoming> slow;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [room, active] : active_) {
      if (active->noted || base::boot_now() - active->since < slow_after) continue;
      active->noted = true;
      slow.push_back(active->message);
    }
  }
  for (const auto& message : slow)
    state.db.transaction([&] {
      chat::Message note;
      note.key = "note:" + message.key;
      note.owner = note.key;
      note.place = message.place;
      note.thread = message.thread;
      note.silent = true;
      put_text(state, note, "Still at it.", base::wall_now());
    });
}

void ChatFloor::close_questions(State& state) {
  chat::Approvals approvals(state.db);
  const auto now = base::wall_now();
  if (approvals.next_expiry() > now) return;
  state.db.transaction([&] {
    for (const auto& late : approvals.expire(now)) {
      chat::Inbox(state.db).set_state(late.message, "new");
      chat::Message m;
      m.key = "closed:" + late.id;
      m.owner = m.key;
      m.place = late.place;
      m.edits = "question:" + late.id;
      put_text(state, m, "✗ Nobody answered in time: " + late.tool, now);
    }
  });
  {
    const std::lock_guard lock(mutex_);
    ++news_;
  }
  news_came_.notify_one();
}

}  // namespace openclaw::cmd
