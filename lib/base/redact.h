// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace openclaw::base {

/// Makes every later redact() remove this value in raw, JSON-escaped, percent, hex and base64
/// forms. Values shorter than six bytes are not registered: they would erase ordinary text.
void register_secret(std::string_view value);

/// text with every registered secret replaced by "[secret]". Applied before audit, log and reply.
std::string redact(std::string_view text);

/// As redact(), of a text that was cut at its end: where a secret may begin there, that goes too.
std::string redact_cut(std::string_view text);

/// Removes secrets from text that arrives in pieces. Holds back only what could be the start of a
/// secret, so ordinary text leaves at once.
class StreamRedactor {
 public:
  /// Takes the next piece and gives what may leave now.
  std::string feed(std::string_view piece);
  /// What was held back, at the end of the text.
  std::string finish();

 private:
  std::string held_;
};

/// For the control run of tests: switches redaction off and on.
void set_redaction(bool on);

}  // namespace openclaw::base
