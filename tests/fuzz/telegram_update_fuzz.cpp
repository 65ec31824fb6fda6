// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "json/parse.h"
#include "telegram/update.h"

/// Any JSON is read, and only the one declared person in the one declared chat is let in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  json::Value value;
  try {
    value = json::parse({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception&) {
    return 0;
  }
  const auto update = telegram::read_update(value, "4242", "ops_bot");
  const telegram::Doors doors{[](const std::string& chat) { return chat == "5" ? "phone" : ""; },
                              [](const std::string& user) { return user == "5" ? "me" : ""; },
                              [](const std::string&, const std::string&) { return true; }};
  const auto speaker = telegram::judge(update, doors);
  if (!speaker.refusal.empty()) return 0;
  if (speaker.person != "me" || speaker.place != "phone" || !update.impostor.empty()) std::abort();
  const auto& body =
      update.kind == telegram::Update::Kind::edit ? value["edited_message"]
      : update.kind == telegram::Update::Kind::press
          ? value["callback_query"]
          : value[update.kind == telegram::Update::Kind::membership ? "my_chat_member" : "message"];
  if (body["from"]["id"].as_int() != 5 || body.contains("sender_chat")) std::abort();
  return 0;
}
