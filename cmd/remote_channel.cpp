// SPDX-License-Identifier: MIT
#include "base/error.h"
#include "channels.h"

namespace openclaw::cmd {

std::unique_ptr<chat::Channel> remote_channel(const settings::Settings& settings,
                                              const std::string& place) {
  throw base::UnavailableError(settings.places.at(place).kind + " is not served by this version");
}

}  // namespace openclaw::cmd
