// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "agent/loop.h"
#include "chat/attachment.h"
#include "chat/inbox.h"
#include "settings/settings.h"
#include "wiring.h"

namespace openclaw::cmd {

/// What a person wrote, as it rests sealed with its row.
struct Said {
  std::string text;
  std::string quoted;  ///< of somebody else: a forward, a quote
  std::vector<chat::Attachment> attachments;
  bool is_forward = false;
};
/// key: of the message; with it no other message has the same text at rest.
json::Value to_json(const Said& said, const std::string& key);
Said said_from(const json::Value& value);

/// Text of others between marks that it cannot close itself.
std::string fenced(const std::string& name, const std::string& text);

/// What a turn begins with.
struct ChatContext {
  std::string agent, conversation;
  std::vector<llm::Message> messages;  ///< with the new one, or up to where a run stopped
  policy::Labels taint;
  bool tools_begun = false;
  bool is_resumed = false;  ///< messages come from an earlier run of this message
  std::string from;         ///< where the conversation's text was when the first run began
  std::size_t known = 0;    ///< how many of the messages come from there
};

/// The agents that this person may reach at this place, the first answers.
std::vector<std::string> agents_for(const settings::Settings& settings, const std::string& place,
                                    const std::string& person);

/// The limits of the rule that lets this person reach the agent there; nullptr = none does.
const settings::Limits* limits_for(const settings::Place& place, const std::string& person,
                                   const std::string& agent);

/// Why this message is one too many of its writer here, in a sentence; empty = it is not.
std::string over_quota(State& state, const settings::Settings& settings,
                       const chat::Incoming& message, base::Time now);

/// Inside a transaction: a text of ours into the room that a message came from.
void say(State& state, const chat::Incoming& room, const std::string& key, const std::string& text,
         base::Time now);

/// Why there is no answer, for a person.
std::string sentence_for(const agent::Output& output);

/// The conversation that a message belongs to: what it replies to, or the place's latest. A reply
/// to a job's delivery brings that text and its facts. Throws base::DeniedError when no agent
/// answers this person here.
ChatContext context_of(State& state, const settings::Settings& settings,
                       const chat::Incoming& message, base::Time now);

}  // namespace openclaw::cmd
