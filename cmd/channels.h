// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <string>

#include "chat/outbox.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// Every way by which a text leaves this process.
class Channels {
 public:
  /// pretty: what a terminal is shown instead of the stored text.
  explicit Channels(const settings::Settings& settings, std::string pretty = {});
  /// "-", "/file" or a place. Throws base::UnavailableError when nothing leads there.
  chat::Channel& to(const std::string& place);

 private:
  std::unique_ptr<chat::Channel> make(const std::string& place) const;
  const settings::Settings& settings_;
  std::string pretty_;
  std::map<std::string, std::unique_ptr<chat::Channel>> made_;
};

/// The way to a place that is no terminal. Throws base::UnavailableError.
std::unique_ptr<chat::Channel> remote_channel(const settings::Settings& settings,
                                              const std::string& place);

/// Sends one message unless somebody else does, and writes down what came of it; run: whose audit
/// names the delivery. Throws base::StorageError and ClosedPipe.
void hand_over(State& state, Channels& channels, const std::string& key, const std::string& run);

/// "stdout", the file, or the place's name.
std::string shown_place(const std::string& place);

}  // namespace openclaw::cmd
