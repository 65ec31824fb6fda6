// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"

/// What the stand-in for the five vendors reads, and what it does not take.
namespace openclaw::test {

enum class Api { none, anthropic, chat, responses, gemini, ollama };

struct VendorRequest {
  std::string method, path, text;
  json::Value headers = json::Value::object();
  json::Value body;
  Api api = Api::none;
  std::string model;
  bool stream = false;
};

/// A request that the vendor would not take.
struct Refusal {
  int status;
  std::string type, message;
};

bool send_all(int fd, std::string_view bytes);
/// The next request of this connection; nullopt when the other side went away.
std::optional<VendorRequest> read_request(int fd);
/// Fills api, body, model and stream; throws Refusal for what the vendor documents as wrong.
void check(VendorRequest& request, const std::string& key);
/// The member that holds the turns.
const char* turns_name(Api api);

}  // namespace openclaw::test
