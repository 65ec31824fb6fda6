// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "agent/loop.h"

namespace openclaw::cmd {

/// Writes the answer as it comes: raw in a pipe; on a terminal made safe and rendered block by
/// block.
class AnswerWriter {
 public:
  AnswerWriter();
  void take(std::string_view piece);
  void finish();
  bool wrote() const { return wrote_; }

 private:
  void render(std::string_view block);
  bool terminal_;
  bool colour_;
  bool wrote_ = false;
  bool ended_with_newline_ = true;
  std::string held_;
};

/// The record of --json.
json::Value ask_record(const agent::Output& output, const std::string& agent,
                       const std::string& run, const std::string& conversation);
/// "1.2 k in (61 % cached), 38 out · 0.0042 USD · 1.3 s · run 01KB…"
std::string usage_line(const agent::Output& output, const std::string& run);
/// The first or the last fenced block of Markdown; nullopt when there is none.
std::optional<std::string> extract_fence(const std::string& text, bool last);

}  // namespace openclaw::cmd
