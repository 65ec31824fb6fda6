// SPDX-License-Identifier: MIT
#include "send.h"

#include <chrono>
#include <thread>

#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "channels.h"
#include "exit_code.h"
#include "output.h"
#include "paths.h"

namespace openclaw::cmd {
namespace {

constexpr std::size_t most_text = 1u << 20;
constexpr base::Millis useful{24 * 3600000};
constexpr int most_waits = 600;  // of a tenth of a second

std::string text_of_stdin() {
  if (stdin_is_terminal())
    throw base::UsageError("send takes its text from stdin", "borgmatic … || openclaw send ops");
  std::string text;
  try {
    text = base::valid_utf8(base::read_all(0, most_text));
  } catch (const base::LimitError&) {
    throw base::LimitError("stdin holds more than " + base::human_bytes(most_text));
  }
  if (base::trim(text).empty()) throw base::UsageError("stdin is empty: there is nothing to send");
  return base::redact(text);
}

int run(const Args& args) {
  const auto settings = load_settings(args);
  const std::string place = args.get("PLACE");
  if (!settings.places.contains(place)) {
    std::vector<std::string> names;
    for (const auto& [name, declared] : settings.places) names.push_back(name);
    throw base::UsageError(
        "there is no place '" + base::one_line(place) + "'" + base::did_you_mean(place, names),
        "places are declared in the configuration");
  }
  const std::string text = text_of_stdin();
  State state(state_folder(args, settings), settings);
  const auto now = base::wall_now();
  chat::Message message;
  message.owner = "send:" + base::new_ulid(now);
  message.key = message.owner + ":" + place;
  message.place = place;
  message.silent = args.has("silent") || settings.places.at(place).notify == "silent";
  message.expires = now + useful;
  chat::Outbox outbox(state.db);
  state.recorder.note("send",
                      json::Value::object({{"to", place},
                                           {"uid", static_cast<std::int64_t>(::getuid())},
                                           {"bytes", static_cast<std::int64_t>(text.size())}}),
                      now, [&] {
                        message.text_ref = state.bodies.put(text, now, true);
                        outbox.put(message, now);
                      });
  Channels channels(state, settings);
  hand_over(state, channels, message.key, {});
  // Another process may be sending it: what comes of that is this one's answer.
  for (int i = 0; i < most_waits && outbox.is_being_sent(message.key); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto after = outbox.find(message.key);
  if (!after || after->state == "refused")
    throw base::Error(
        fmt::format("'{}' did not take it: {}", place, after ? after->note : "it is gone"));
  if (after->state != "sent")
    throw base::TransientError(fmt::format("not sent to '{}' yet: {}", place, after->note),
                               "it is kept for a day, and sent by the next run-job --recover");
  if (args.has("json")) write_json(json::Value::object({{"place", place}, {"id", after->id}}));
  return done;
}

}  // namespace

int send_waiting(const Args& args, const settings::Settings& settings) {
  State state(state_folder(args, settings), settings);
  chat::Outbox outbox(state.db);
  int worst = done;
  for (const auto& message : outbox.expire(base::wall_now())) {
    if (message.owner.starts_with("job:")) continue;  // told when its slot is closed
    base::log::warning("send", "a text to {} is given up, it was never taken: {}", message.place,
                       message.note);
    state.recorder.note("given up",
                        json::Value::object({{"to", message.place}, {"key", message.key}}),
                        base::wall_now());
    worst = failed;
  }
  Channels channels(state, settings);
  for (const auto& message : outbox.open()) {
    // A slot's own messages are sent by whoever closes the slot after them.
    if (message.owner.starts_with("job:")) continue;
    if (message.not_before && *message.not_before > base::wall_now()) continue;
    hand_over(state, channels, message.key, {});
    const auto after = outbox.find(message.key);
    if (!after || after->state == "sent" || outbox.is_being_sent(message.key)) continue;
    base::log::warning("send", "to {}: {}", after->place, after->note);
    worst = later;
  }
  return worst;
}

Command send_command() {
  return {"send",
          "stdin into a room or chat, kept until it has arrived",
          {{"PLACE", "a place of the configuration", true, false}},
          {{"--silent", "", "nobody's phone makes a sound"},
           {"--json", "", "place and id as one record"}},
          {{"borgmatic create 2>&1 | tail -20 | openclaw send ops", "the end of a log"},
           {"df -h / | openclaw send --silent home", "without a sound"}},
          run};
}

}  // namespace openclaw::cmd
