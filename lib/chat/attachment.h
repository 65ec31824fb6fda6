// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

namespace openclaw::chat {

/// What came with a message beside its text. Everything but `ref` is what the sender says.
struct Attachment {
  std::string kind;        ///< photo, document, voice, audio, video, sticker, location…
  std::string name;        ///< of the file, or empty
  std::string media_type;  ///< or empty
  std::int64_t size = 0;   ///< bytes; 0 = not said
  std::string ref;         ///< how the channel gets it
};

}  // namespace openclaw::chat
