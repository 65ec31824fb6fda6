// SPDX-License-Identifier: MIT
#include "channels.h"

#include <chrono>
#include <thread>

#include "audit/process.h"
#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "output.h"

namespace openclaw::cmd {
namespace {

constexpr int most_waits = 300;  // of a tenth of a second

class Terminal : public chat::Channel {
 public:
  explicit Terminal(std::string pretty) : pretty_(std::move(pretty)) {}
  std::string send(const chat::Message& message, const std::string& text, chat::Parts&) override {
    try {
      write_locally("-", pretty_.empty() || message.repeat || !message.whole ? text : pretty_);
    } catch (const base::Error& e) {
      throw chat::OutcomeUnknown(e.what());  // a part of it may be there
    }
    return "stdout";
  }

 private:
  std::string pretty_;
};

/// Replaced as a whole, so that a repeat changes nothing.
class File : public chat::Channel {
 public:
  std::string send(const chat::Message& message, const std::string& text, chat::Parts&) override {
    write_locally(message.place, text);
    return message.place;
  }
  bool is_idempotent() const override { return true; }
};

}  // namespace

Channels::Channels(State& state, const settings::Settings& settings, std::string pretty,
                   Remote* remote)
    : state_(state), settings_(settings), pretty_(std::move(pretty)), remote_(remote) {}

Remote& Channels::remote() {
  if (!remote_) {
    own_ = make_remote(settings_, state_.folder);
    remote_ = own_.get();
  }
  return *remote_;
}

bool Channels::is_local(const std::string& place) const {
  const auto declared = settings_.places.find(place);
  return place == "-" || place.starts_with('/') ||
         (declared != settings_.places.end() && declared->second.kind == "cli");
}

std::unique_ptr<chat::Channel> Channels::make(const std::string& place) {
  if (place.starts_with('/')) return std::make_unique<File>();
  if (is_local(place)) return std::make_unique<Terminal>(pretty_);
  if (!settings_.places.contains(place))
    throw base::Error("there is no place '" + place + "' any more");
  return remote().channel(state_, place);
}

chat::Channel& Channels::to(const std::string& place) {
  auto& made = made_[place];
  if (!made) made = make(place);
  return *made;
}

bool Channels::is_ours(const std::string& place) {
  return is_local(place) || !settings_.places.contains(place) || remote().is_ours(place);
}

namespace {

/// True: the message is ours to send. Otherwise its owner has been woken and given time.
bool wait_for_owner(Channels& channels, chat::Outbox& outbox, const chat::Message& message) {
  for (int i = 0; i < most_waits; ++i) {
    try {
      if (channels.is_ours(message.place)) return true;
    } catch (const base::UnavailableError& e) {
      outbox.later(message.key, base::describe(e), false);
      return false;
    }
    if (i % 20 == 0) channels.wake(message.place);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto now = outbox.find(message.key);
    if (!now || !now->is_open()) return false;
  }
  return false;
}

}  // namespace

void hand_over(State& state, Channels& channels, const std::string& key, const std::string& run) {
  chat::Outbox outbox(state.db);
  const auto waiting = outbox.find(key);
  if (!waiting) return;
  if (waiting->not_before && *waiting->not_before > base::wall_now()) return;
  if (!wait_for_owner(channels, outbox, *waiting)) return;
  const auto text = state.bodies.open(waiting->text_ref);
  const auto message = outbox.begin(key, audit::own_process());
  if (!message) return;
  base::failpoint("sending begun");
  if (!text) return outbox.refused(key, "its text was erased");
  std::string id, whole;
  try {
    auto& channel = channels.to(message->place);
    whole = chat::marked(*message, channel, *text);
    chat::Parts parts(state.db, key);
    id = channel.send(*message, whole, parts);
  } catch (const ClosedPipe&) {
    outbox.later(key, "its reader went away", true);
    throw;
  } catch (const chat::OutcomeUnknown& e) {
    return outbox.later(key, base::describe(e), true);
  } catch (const chat::TooSoon& e) {
    return outbox.later(key, base::describe(e), false, base::wall_now() + e.wait());
  } catch (const base::TransientError& e) {
    return outbox.later(key, base::describe(e), false);
  } catch (const base::UnavailableError& e) {
    return outbox.later(key, base::describe(e), false);
  } catch (const base::ConfigError& e) {
    return outbox.later(key, base::describe(e), false);  // a secret that others may have
  } catch (const base::Error& e) {
    return outbox.refused(key, base::describe(e));
  }
  base::failpoint("sent, not stored");
  const auto now = base::wall_now();
  auto data = json::Value::object({{"to", shown_place(message->place)},
                                   {"sha256", base::hex(crypto::view(crypto::sha256(whole)))}});
  if (!run.empty()) data.set("run", run);
  if (id != data["to"].as_string()) data.set("id", id);
  state.recorder.note("delivery", data, now, [&] { outbox.sent(key, id, now); });
  base::failpoint("sent and stored");
}

void write_locally(const std::string& place, const std::string& text) {
  if (place != "-") return base::write_atomically(place, text, 0640);
  const auto whole = text.ends_with('\n') ? text : text + "\n";
  write_stdout(stdout_is_terminal() && !use_colour() ? base::printable(whole) : whole);
}

std::string shown_place(const std::string& place) { return place == "-" ? "stdout" : place; }

}  // namespace openclaw::cmd
