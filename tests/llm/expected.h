// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json/value.h"
#include "llm/message.h"
#include "llm/wire.h"

/// What an answer says, worked out from the raw JSON without the library's readers and decoders.
namespace openclaw::test {

struct Tokens {
  std::int64_t input = 0, cache_read = 0, cache_write = 0, cache_write_1h = 0, output = 0,
               reasoning = 0;
  bool operator==(const Tokens&) const = default;
};

struct Expected {
  std::string text;
  std::vector<std::pair<std::string, json::Value>> calls;  ///< names and arguments
  std::optional<llm::Finish> finish;                       ///< none where the recording has no end
  Tokens tokens;
  std::optional<std::int64_t> total;  ///< the vendor's own sum
  std::string id, model;
  std::vector<json::Value> keep;  ///< signed or sealed pieces that an echo must carry
  bool error = false;             ///< the vendor broke off with an error
};

/// From an unstreamed body.
Expected expected_of(const llm::Wire& wire, const json::Value& body);
/// From the raw bytes of a stream.
Expected expected_of_stream(const llm::Wire& wire, const std::string& raw);

/// The data of each event of a stream in the WHATWG framing, read in the plainest way.
std::vector<std::string> events_of(const std::string& raw);

/// Differences between what was expected and what was read, one a line; empty when there are none.
std::string differences(const llm::Wire& wire, const Expected& expected, const llm::Reply& reply);

/// The normal form as Tokens.
Tokens tokens_of(const llm::Usage& usage);
std::string show(const Tokens& tokens);

/// The usage object of a vendor in the normal form, by the identities of each vendor.
Tokens expected_tokens(const llm::Wire& wire, const json::Value& usage);

}  // namespace openclaw::test
