// SPDX-License-Identifier: MIT
// matrix_backlog FOLDER [MESSAGES]: a backlog of encrypted messages is decrypted, stored and
// dispatched, against bare decryption of the same messages. Prints the ratio of the rates.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <unistd.h>

#include "base/log.h"
#include "e2ee/people.h"
#include "json/parse.h"
#include "matrix_account.h"
#include "matrix_updates.h"
#include "settings/settings.h"

namespace {

using namespace openclaw;
using json::Value;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

constexpr int at_once = 50;  // events of one answer of /sync
constexpr const char* room = "!a:ex";

/// The bot learns who alice is, that she signs her device, and gets her room key.
void introduce(e2ee::Machine& bot, e2ee::Peer& alice) {
  const auto now = base::wall_now();
  const e2ee::Identity self{alice.user};
  bot.check_key();
  bot.create_account("@bot:ex", "BOT");
  const auto upload = bot.keys_to_upload(now).value();
  bot.keys_uploaded(
      Value::object({{"one_time_key_counts", Value::object({{"signed_curve25519", at_once}})}}));
  bot.track(alice.user);
  bot.take_query(
      bot.query(now),
      Value::object(
          {{"device_keys",
            Value::object({{alice.user, Value::object({{alice.device, self.signs(alice.keys())}})},
                           {"@bot:ex", Value::object({{"BOT", bot.device_keys()}})}})},
           {"master_keys", Value::object({{alice.user, self.master()}})},
           {"self_signing_keys", Value::object({{alice.user, self.self_signing()}})}}),
      now);
  const auto me = bot.own();
  alice.olm =
      ratchet::Session::outbound(alice.account, me.curve25519,
                                 upload["one_time_keys"].members().at(0).second["key"].as_string());
  bot.take_to_device(
      Value::array({alice.wrap(me, alice.payload(me, "m.room_key", alice.room_key(room)))}), now);
}

Value sync_of(Value events, int number) {
  return Value::object(
      {{"next_batch", "s" + std::to_string(number)},
       {"device_one_time_keys_count", Value::object({{"signed_curve25519", at_once}})},
       {"rooms",
        Value::object(
            {{"join",
              Value::object({{room, Value::object({{"timeline",
                                                    Value::object({{"events", events},
                                                                   {"limited", false}})}})}})}})}});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argv[1];
  const int messages = argc > 2 ? std::atoi(argv[2]) : 10000;
  std::ofstream(folder + "/password") << "pw";
  ::chmod((folder + "/password").c_str(), 0400);
  std::ofstream(folder + "/matrix.json")
      << R"({ "time_zone": "Europe/Amsterdam", "people": { "me": { "matrix": "@alice:ex" } },
  "providers": { "p": { "api": "openai-chat", "base_url": "http://127.0.0.1:9", "price": "free", "private_text": true } },
  "models": { "m": { "try": ["p:m"] } }, "agents": { "a": { "model": "m" } },
  "places": { "room": { "matrix": "!a:ex", "allow": [ {"who": ["me"], "agents": ["a"], "groups": "all"} ] } },
  "matrix": { "homeserver": "http://127.0.0.1:9", "user": "@bot:ex", "password": { "file": ")"
      << folder << R"(/password" } } })";
  const auto settings = settings::load_or_throw(folder + "/matrix.json");
  cmd::State state(folder, settings);
  state.db.let_log_grow();  // as the listener does
  cmd::MatrixAccount own(settings, folder);
  auto& account = own.account();
  e2ee::Peer alice{"@alice:ex", "ALICE"};
  account.db().transaction([&] { introduce(account.machine(), alice); });
  auto bare =
      ratchet::InboundGroup::from_session_key(alice.room_key(room)["session_key"].as_string());
  cmd::MatrixUpdates updates(state, settings, account);
  updates.take(sync_of(Value::array(), 0));  // what was before us

  std::vector<std::string> bodies;
  std::vector<std::string> answers;
  Value events = Value::array();
  for (int i = 0; i < messages; ++i) {
    auto event =
        alice.says(room, "message number " + std::to_string(i) + ", about as long as people write");
    event.set("origin_server_ts", base::to_ms(base::wall_now()));
    bodies.push_back(event["content"]["ciphertext"].as_string());
    events.push(event);
    if ((i + 1) % at_once != 0 && i + 1 != messages) continue;
    answers.push_back(json::dump(sync_of(events, i + 1)));
    events = Value::array();
  }

  auto begin = Clock::now();
  for (const auto& body : bodies) bare.decrypt(body);
  const double floor = seconds_since(begin);
  begin = Clock::now();
  for (const auto& answer : answers) updates.take(json::parse(answer, {.max_depth = 1000}));
  const double ours = seconds_since(begin);
  const auto taken = store::row(state.db, "SELECT count(*) FROM inbox")->integer(0);
  std::printf(
      "matrix: %d messages decrypted, stored and dispatched at %.0f/s; bare: %.0f/s; ratio %.2f\n",
      messages, messages / ours, messages / floor, floor / ours);
  return taken == messages ? 0 : 1;
}
