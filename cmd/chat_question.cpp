// SPDX-License-Identifier: MIT
#include "chat_question.h"

#include <fmt/core.h>
#include <poll.h>

#include "base/error.h"
#include "base/text.h"
#include "channels.h"
#include "chat/approvals.h"
#include "chat/outbox.h"
#include "policy/engine.h"

namespace openclaw::cmd {
namespace {

constexpr int look_every = 300;  // ms

class JobAsker {
 public:
  JobAsker(State& state, const settings::Settings& settings, std::string job, std::string scope,
           const base::Stop& stop)
      : state_(state),
        settings_(settings),
        place_(settings.jobs.at(job).confirm_in),
        scope_(std::move(scope)),
        stop_(stop) {}

  bool operator()(const tools::Question& question) {
    const auto digest = chat::call_digest(question.tool, json::canonical(question.args));
    const auto policy = approval_policy(settings_, question.tool);
    auto known = chat::Approvals(state_.db).of(scope_, digest);
    if (known && known->policy != policy) known.reset();
    if (!known) known = put(question, digest, policy);
    return settle(*known);
  }

 private:
  chat::Approval put(const tools::Question& question, const std::string& digest,
                     const std::string& policy) {
    const auto& place = settings_.places.at(place_);
    if (place.kind == "cli") throw tools::Unconfirmed("nobody can be asked in a shell's place");
    if (question.taint.private_text && !place.may_hold_private())
      throw tools::Unconfirmed("its arguments may hold private text, which '" + place_ +
                               "' may not show");
    Channels channels(state_, settings_);
    bool nobody_listens = true;
    try {
      nobody_listens = channels.is_ours(place_);
    } catch (const base::UnavailableError&) {
    }
    if (nobody_listens)
      throw tools::Unconfirmed("nobody listens at '" + place_ + "' now, so nobody can say yes");
    const auto now = base::wall_now();
    chat::Approval asked{
        chat::Approvals::new_id(), scope_, place_, {}, digest, policy, question.tool,
        now + approval_time};
    chat::Message message;
    message.key = "question:" + asked.id;
    message.owner = message.key;
    message.place = place_;
    message.question = asked.id;
    message.inert = true;
    message.expires = asked.expires;
    state_.db.transaction([&] {
      const std::string words = "For the job `" + job_of_question(scope_) + "`:\n\n";
      message.text_ref = state_.bodies.put(words + question_text(question), now, true);
      chat::Approvals(state_.db).ask(asked);
      chat::Outbox(state_.db).put(message, now);
    });
    channels.wake(place_);
    return asked;
  }

  bool settle(const chat::Approval& asked) {
    chat::Approvals approvals(state_.db);
    while (true) {
      const auto now = approvals.find(asked.id);
      if (!now) throw tools::Unconfirmed("the question is gone");
      if (now->state == "no") return false;
      if (now->state == "used")
        throw tools::Unconfirmed("the yes was for one call, which may have been made");
      if (now->state == "yes") {
        bool used = false;
        // Before the call: a crash after it must not make it twice.
        state_.db.transaction([&] { used = approvals.use(scope_, asked.digest); });
        if (used) return true;
      } else if (now->state == "expired" || now->expires <= base::wall_now()) {
        throw tools::Unconfirmed("nobody answered the question in time");
      }
      pollfd fd{stop_.fd(), POLLIN, 0};
      ::poll(&fd, 1, look_every);
      if (stop_.requested()) throw tools::Unconfirmed("interrupted");
    }
  }

  State& state_;
  const settings::Settings& settings_;
  std::string place_, scope_;
  const base::Stop& stop_;
};

}  // namespace

std::string question_text(const tools::Question& question) {
  std::string out = fmt::format("**Run {}?**\n\n", base::one_line(question.tool));
  if (question.args.members().empty()) return out + "It takes no arguments.\n\nFor ten minutes.";
  out += "```\n";
  for (const auto& [name, value] : question.args.members()) {
    std::string shown = base::one_line(value.is_string() ? value.as_string() : json::dump(value));
    // A fence in it would end ours.
    for (auto at = shown.find("```"); at != std::string::npos; at = shown.find("```"))
      shown.replace(at, 3, "'''");
    out += fmt::format("{:12} {}\n", base::one_line(name), shown);
  }
  return out + "```\nGood for ten minutes, and for this call only.";
}

std::string approval_policy(const settings::Settings& settings, const std::string& tool) {
  std::string definition;
  for (const auto& command : settings.commands)
    if ("command_" + command.name == tool)
      for (const auto* list : {&command.argv, &command.readable, &command.writable})
        definition += base::join(*list, "\n") + "\n\n";
  return policy::digest(settings.policy) + ":" + chat::call_digest(tool, definition);
}

tools::Asker asker_in_chat(State& state, const settings::Settings& settings, const std::string& job,
                           const std::string& scope, const base::Stop& stop) {
  return JobAsker(state, settings, job, scope, stop);
}

std::string job_of_question(const std::string& message) {
  const auto parts = base::split(message, ':');
  return parts.size() < 3 || parts[0] != "job" ? std::string() : std::string(parts[1]);
}

}  // namespace openclaw::cmd
