// SPDX-License-Identifier: MIT
#include "chat_intake.h"

#include <fmt/core.h>

#include "chat/outbox.h"
#include "chat_attachments.h"
#include "chat_forget.h"
#include "chat_question.h"
#include "chat_turn.h"
#include "paths.h"

namespace openclaw::cmd {
namespace {

constexpr base::Millis useful{24LL * 3600000};

}  // namespace

void Intake::take(chat::Incoming message, const Said& said, base::Time now, Taken& taken) {
  chat::Inbox inbox(state_.db);
  const auto command = said.is_forward ? std::nullopt : chat_command(said.text);
  const bool at_once = command && command->name != "job";
  const bool is_only_file = said.text.empty() && said.quoted.empty() && !said.attachments.empty();
  const std::string why =
      is_only_file ? why_unreadable(settings_, said.attachments.front()) : std::string();
  const auto full = at_once ? std::string() : over_quota(state_, settings_, message, now);
  if (at_once || !why.empty() || !full.empty()) message.state = "done";
  message.untrusted |= !said.quoted.empty();
  message.text_ref = state_.bodies.put(json::dump(to_json(said, message.key)), now, true);
  if (!inbox.put(message)) return;  // it came before
  taken.any = true;
  if (at_once)
    say(state_, message, answer_key(message), run(*command, message, now, taken), now);
  else if (!full.empty() || !why.empty())
    say(state_, message, answer_key(message), full.empty() ? why : full, now);
}

void Intake::edit(const chat::Incoming& message, const Said& said, base::Time now) {
  if (chat_command(said.text)) return;
  chat::Inbox(state_.db).replace_text(
      message.key, state_.bodies.put(json::dump(to_json(said, message.key)), now, true));
}

void Intake::retract(const std::string& key, base::Time now, Taken& taken) {
  const auto message = chat::Inbox(state_.db).find(key);
  if (!message) return;
  // Of a burst that became one turn the turn goes: its words are in it.
  if (message->state == "merged" && !message->turn.empty())
    return retract(message->turn, now, taken);
  if (message->state == "new" || message->state == "asking") cancel({*message}, now, taken);
  chat::Outbox(state_.db).supersede(answer_key(*message), "taken back");
  forget_message(state_, key, now);
}

int Intake::cancel(const std::vector<chat::Incoming>& messages, base::Time now, Taken& taken) {
  chat::Inbox inbox(state_.db);
  for (const auto& open : messages) {
    inbox.set_state(open.key, "cancelled");
    taken.cancelled.push_back(open.key);
    for (const auto& question : chat::Approvals(state_.db).close(open.key))
      close_question(question, "✗ Cancelled: " + question.tool, now);
  }
  return static_cast<int>(messages.size());
}

std::string Intake::run(const ChatCommand& command, const chat::Incoming& message, base::Time now,
                        Taken& taken) {
  if (command.name != "cancel") return run_chat_command(state_, settings_, command, message, now);
  const auto open = chat::Inbox(state_.db).open_of(message.place, message.person);
  return cancel(open, now, taken) == 0 ? "There is nothing to stop." : "Stopped.";
}

std::string Intake::press(const std::string& place, const std::string& person,
                          const std::string& id, bool yes, base::Time now, Taken& taken) {
  taken.any = true;
  chat::Approvals approvals(state_.db);
  const auto question = approvals.find(id);
  if (!question || question->place != place) return "That is no question of mine.";
  chat::Incoming presser;
  presser.place = place;
  presser.person = person;
  const bool may_answer = question->person.empty()
                              ? may_run_job(settings_, job_of_question(question->message), presser)
                              : question->person == person;
  if (!may_answer) return "This question is for somebody else.";
  if (!approvals.answer(id, person, yes, now)) return "It is closed already.";
  chat::Inbox(state_.db).set_state(question->message, "new");
  const zone::Zone zone(zone_name(settings_));
  const auto local = zone.local(now);
  close_question(*question,
                 fmt::format("{} {}, {:02}:{:02}: {}", yes ? "✓" : "✗", person, local.hour,
                             local.minute, question->tool),
                 now);
  return yes ? "Yes." : "No.";
}

void Intake::close_question(const chat::Approval& question, const std::string& text,
                            base::Time now) {
  chat::Message edit;
  edit.key = "closed:" + question.id;
  edit.owner = edit.key;
  edit.place = question.place;
  edit.edits = "question:" + question.id;
  edit.expires = now + useful;
  edit.text_ref = state_.bodies.put(text, now, true);
  chat::Outbox(state_.db).put(edit, now);
}

}  // namespace openclaw::cmd
