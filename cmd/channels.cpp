// SPDX-License-Identifier: MIT
#include "channels.h"

#include "audit/process.h"
#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "output.h"

namespace openclaw::cmd {
namespace {

class Terminal : public chat::Channel {
 public:
  explicit Terminal(std::string pretty) : pretty_(std::move(pretty)) {}
  std::string send(const chat::Message& message, const std::string& text, chat::Parts&) override {
    const auto& shown = pretty_.empty() || message.repeat || !message.whole ? text : pretty_;
    const auto whole = shown.ends_with('\n') ? shown : shown + "\n";
    try {
      write_stdout(stdout_is_terminal() && !use_colour() ? base::printable(whole) : whole);
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
    base::write_atomically(message.place, text, 0640);
    return message.place;
  }
  bool is_idempotent() const override { return true; }
};

}  // namespace

Channels::Channels(const settings::Settings& settings, std::string pretty)
    : settings_(settings), pretty_(std::move(pretty)) {}

std::unique_ptr<chat::Channel> Channels::make(const std::string& place) const {
  if (place.starts_with('/')) return std::make_unique<File>();
  const auto declared = settings_.places.find(place);
  if (place == "-" || (declared != settings_.places.end() && declared->second.kind == "cli"))
    return std::make_unique<Terminal>(pretty_);
  if (declared == settings_.places.end())
    throw base::ConfigError("there is no place '" + place + "' any more");
  return remote_channel(settings_, place);
}

chat::Channel& Channels::to(const std::string& place) {
  auto& made = made_[place];
  if (!made) made = make(place);
  return *made;
}

void hand_over(State& state, Channels& channels, const std::string& key, const std::string& run) {
  chat::Outbox outbox(state.db);
  const auto waiting = outbox.find(key);
  if (!waiting) return;
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

std::string shown_place(const std::string& place) { return place == "-" ? "stdout" : place; }

}  // namespace openclaw::cmd
