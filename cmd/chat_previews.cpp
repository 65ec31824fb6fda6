// SPDX-License-Identifier: MIT
#include "chat_previews.h"

#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "chat/outbox.h"

namespace openclaw::cmd {
namespace {

constexpr base::Millis every{1500};
constexpr base::Millis far_away{3600000};

}  // namespace

bool ChatPreviews::add(const chat::Incoming& message, std::string_view piece) {
  const std::lock_guard lock(mutex_);
  auto& preview = previews_[message.key];
  if (preview.message.key.empty()) preview.message = message;
  if (piece.empty()) {
    preview.text.clear();
    preview.shown = 0;
  }
  preview.text += piece;
  return !piece.empty() && preview.text.size() == piece.size();
}

void ChatPreviews::end(const std::string& key) {
  const std::lock_guard lock(mutex_);
  previews_.erase(key);
}

void ChatPreviews::show(const Show& show, base::Millis now) {
  std::vector<std::pair<chat::Incoming, std::string>> grown;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [key, preview] : previews_) {
      if (preview.is_off || preview.text.size() <= preview.shown || now - preview.last < every)
        continue;
      preview.last = now;
      preview.shown = preview.text.size();
      grown.emplace_back(preview.message, preview.text);
    }
  }
  for (const auto& [message, text] : grown) {
    try {
      show(message, text);
    } catch (const chat::TooSoon& e) {
      base::log::info("chat", "{}: no more previews of it: {}", message.key, e.what());
      const std::lock_guard lock(mutex_);
      if (const auto found = previews_.find(message.key); found != previews_.end())
        found->second.is_off = true;
    } catch (const base::Error& e) {
      base::log::debug("chat", "preview: {}", base::describe(e));
    }
  }
}

base::Millis ChatPreviews::wait() const {
  const std::lock_guard lock(mutex_);
  return previews_.empty() ? far_away : every;
}

}  // namespace openclaw::cmd
