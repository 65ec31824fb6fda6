// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/stop.h"
#include "chat/attachment.h"
#include "llm/message.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// Gets a file of a channel, at most so many bytes; throws base::Error.
using FetchFile = std::function<std::string(const chat::Attachment&, std::size_t most)>;

/// What the files of a message came to, for a model.
struct Attached {
  std::vector<llm::Part> images;
  std::string spoken;               ///< what voice notes say: the sender's own words
  std::string files;                ///< the text of documents: somebody else's, between marks
  std::vector<std::string> unread;  ///< a sentence for each that could not be read
  bool is_foreign() const { return !images.empty() || !files.empty(); }
  bool has_content() const { return is_foreign() || !spoken.empty(); }
};

/// Why a file of this kind cannot be read here, in a sentence; empty = it may be tried.
std::string why_unreadable(const settings::Settings& settings, const chat::Attachment& attachment);

/// Fetches and reads. Images go to models that take them, text and PDF become text, voice notes are
/// transcribed by the declared command; each program runs confined, with the file as its input.
Attached read_attachments(const settings::Settings& settings,
                          const std::vector<chat::Attachment>& attachments, bool model_sees,
                          const FetchFile& fetch, const base::Stop& stop);

}  // namespace openclaw::cmd
