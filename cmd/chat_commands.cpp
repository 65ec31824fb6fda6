// SPDX-License-Identifier: MIT
#include "chat_commands.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.h"
#include "base/id.h"
#include "base/text.h"
#include "chat/approvals.h"
#include "chat/outbox.h"
#include "chat_context.h"
#include "chat_forget.h"
#include "jobs/memory.h"
#include "paths.h"
#include "when.h"

namespace openclaw::cmd {
namespace {

std::string at_text(const zone::Zone& zone, base::Time t) {
  const auto local = zone.local(t);
  return fmt::format("{} {} {:02}:{:02}", zone::day_name(local.weekday(), true),
                     zone::iso_date(local.date), local.hour, local.minute);
}

/// A part of a sentence that Markdown leaves alone.
std::string code(const std::string& text) {
  std::string out = base::one_line(text);
  std::replace(out.begin(), out.end(), '`', '\'');
  return "`" + out + "`";
}

class Desk {
 public:
  Desk(State& state, const settings::Settings& settings, const chat::Incoming& message,
       base::Time now)
      : state_(state),
        settings_(settings),
        message_(message),
        now_(now),
        inbox_(state.db),
        agents_(agents_for(settings, message.place, message.person)) {}

  std::string answer(const ChatCommand& command) {
    if (command.name == "help" || command.name == "start") return help();
    if (command.name == "new") return begin_anew();
    if (command.name == "forget") return forget();
    if (command.name == "agent") return agent(command.rest);
    if (command.name == "model") return model();
    if (command.name == "status") return status();
    if (command.name == "cost") return cost();
    if (command.name == "jobs") return jobs();
    if (command.name == "ack") return acknowledge(command.rest);
    if (command.name == "remind") return remind(command.rest);
    if (command.name == "whoami") return who();
    return "There is no command " + code("/" + command.name) + ". /help lists them.";
  }

 private:
  std::string current_agent() {
    const auto thread = inbox_.thread(message_.place, message_.thread);
    const bool chosen =
        thread && std::find(agents_.begin(), agents_.end(), thread->agent) != agents_.end();
    return chosen ? thread->agent : agents_.empty() ? std::string() : agents_.front();
  }

  static std::string help() {
    std::string out;
    for (const auto& [name, words] : chat_command_list())
      out += "- /" + name + " – " + words + "\n";
    return out;
  }

  std::string begin_anew() {
    inbox_.set_thread(message_.place, message_.thread, {{}, current_agent(), now_});
    return "A new conversation.";
  }

  std::string forget() {
    const auto thread = inbox_.thread(message_.place, message_.thread);
    inbox_.set_thread(message_.place, message_.thread, {{}, current_agent(), now_});
    if (!thread || thread->conversation.empty()) return "There is nothing to forget.";
    for (const auto& open : inbox_.open_of(message_.place, message_.person))
      if (open.conversation == thread->conversation)
        return "Something is being answered still: /cancel it first.";
    const auto texts = forget_conversation(state_, thread->conversation, now_);
    return texts == 0 ? "There is nothing to forget."
                      : "Forgotten: what was said here is erased. What it cost stays on record.";
  }

  std::string agent(const std::string& wanted) {
    if (wanted.empty()) {
      std::string out;
      for (const auto& name : agents_)
        out += "- " + code(name) + (name == current_agent() ? " answers now" : "") + "\n";
      return out;
    }
    if (std::find(agents_.begin(), agents_.end(), wanted) == agents_.end())
      return "You reach no agent " + code(wanted) + " here.";
    inbox_.set_thread(message_.place, message_.thread, {{}, wanted, now_});
    return code(wanted) + " answers from now on, in a new conversation.";
  }

  std::string model() {
    const auto name = current_agent();
    if (name.empty()) return "No agent answers you here.";
    const auto& line = settings_.agents.at(name).model;
    std::string out = code(name) + " asks " + code(line);
    const auto declared = settings_.models.find(line);
    if (declared == settings_.models.end()) return out + ".";
    for (const auto& [provider, id] : declared->second.tries)
      out += "\n- " + code(provider + ":" + id);
    return out;
  }

  std::string status() {
    const zone::Zone zone(zone_name(settings_));
    std::int64_t waiting = 0;
    for (const auto& m : inbox_.waiting()) waiting += m.place == message_.place ? 1 : 0;
    std::int64_t unsent = 0;
    for (const auto& m : chat::Outbox(state_.db).open()) unsent += m.not_before ? 0 : 1;
    const auto questions = chat::Approvals(state_.db).open(message_.place).size();
    return fmt::format(
        "{} · {}\n- {} to be answered here\n- {} to be sent, everywhere\n- {} open "
        "here",
        base::one_line(host_name()), at_text(zone, now_), base::counted(waiting, "message"),
        base::counted(unsent, "message"),
        base::counted(static_cast<std::int64_t>(questions), "question"));
  }

  /// What this person spends here, and what is left of that.
  std::string cost() {
    const auto name = current_agent();
    if (name.empty()) return "No agent answers you here.";
    const auto* rule = limits_for(settings_.places.at(message_.place), message_.person, name);
    const policy::Caller caller{message_.place, message_.person, {}};
    std::string out;
    for (const auto& limit :
         money_limits(settings_, name, caller, rule, base::new_ulid(now_), now_)) {
      if (!limit.run.empty()) continue;
      out +=
          fmt::format("- {}: {} of {}\n", limit.words,
                      base::human_usd(audit::spent(state_.db, limit)), base::human_usd(limit.most));
    }
    return out.empty() ? "No limit is declared for a day or a month." : out;
  }

  std::string jobs() {
    const zone::Zone zone(zone_name(settings_));
    std::string out;
    for (const auto& [name, job] : settings_.jobs) {
      if (!may_run_job(settings_, name, message_)) continue;
      const auto timer = job.timer();
      const auto next = timer ? timer->next(zone, now_) : std::nullopt;
      const auto rows = jobs::Ledger(state_.db).latest(name, 1);
      out += "- " + code(name) + (next ? ": next " + at_text(zone, *next) : "") +
             (rows.empty() ? "" : ", last " + rows[0].slot + " " + rows[0].state) + "\n";
    }
    return out.empty() ? "You reach no job here." : out;
  }

  std::string acknowledge(const std::string& rest) {
    const auto until = rest.find(" until ");
    const std::string id{base::trim(rest.substr(0, until))};
    if (until == std::string::npos || id.empty())
      return "Write it like /ack vda until friday: the three letters stand beside the line.";
    const zone::Zone zone(zone_name(settings_));
    const auto when = parse_coming(rest.substr(until + 7), zone, now_);
    std::vector<std::string> reachable;
    for (const auto& [name, job] : settings_.jobs)
      if (may_run_job(settings_, name, message_)) reachable.push_back(name);
    const auto titles = jobs::quiet(state_.db, reachable, base::lower(id), when);
    if (titles.empty()) return "No line has the id " + code(id) + " now.";
    const bool show = settings_.places.at(message_.place).may_hold_private();
    return "Quiet until " + at_text(zone, when) + ": " + code(show ? titles.front() : id);
  }

  /// "2h call the dentist", "friday 9:00 bins": the longest beginning that is a time.
  std::string remind(const std::string& rest) {
    const zone::Zone zone(zone_name(settings_));
    const auto words = base::split(rest, ' ');
    for (std::size_t n = std::min<std::size_t>(2, words.size()); n > 0; --n) {
      std::string time(words[0]);
      if (n == 2) time += " " + std::string(words[1]);
      const std::string text{
          base::trim(std::string_view(rest).substr(std::min(rest.size(), time.size())))};
      base::Time when;
      try {
        when = parse_coming(time, zone, now_);
      } catch (const base::UsageError&) {
        if (n > 1) continue;
        throw;
      }
      if (text.empty()) break;
      put_reminder(text, when);
      return "I will remind you on " + at_text(zone, when) + ": " + code(text);
    }
    return "Write it like /remind 2h call the dentist, or /remind friday 9:00 bins.";
  }

  void put_reminder(const std::string& text, base::Time when) {
    chat::Message m;
    m.owner = "remind:" + message_.key;
    m.key = m.owner;
    m.place = message_.place;
    m.thread = message_.thread;
    m.not_before = when;
    m.expires = when + base::Millis(24 * 3600000);
    m.text_ref = state_.bodies.put("⏰ " + text, now_, true);
    chat::Outbox(state_.db).put(m, now_);
  }

  std::string who() {
    std::string out = "You are " + code(message_.person) + " in " + code(message_.place) + ".";
    if (const auto name = current_agent(); !name.empty()) out += " " + code(name) + " answers.";
    return out;
  }

  State& state_;
  const settings::Settings& settings_;
  const chat::Incoming& message_;
  base::Time now_;
  chat::Inbox inbox_;
  std::vector<std::string> agents_;
};

}  // namespace

std::optional<ChatCommand> chat_command(const std::string& text) {
  if (!text.starts_with('/')) return std::nullopt;
  ChatCommand out;
  const auto end = text.find_first_of(" \n\t");
  std::string name = text.substr(1, end == std::string::npos ? end : end - 1);
  name = name.substr(0, name.find('@'));
  if (name.empty() || name.size() > 32 ||
      !std::all_of(name.begin(), name.end(), [](char c) { return base::is_alnum(c) || c == '_'; }))
    return std::nullopt;  // a path, a fraction: words
  out.name = base::lower(name);
  if (end != std::string::npos) out.rest = std::string(base::trim(text.substr(end)));
  return out;
}

const std::vector<std::pair<std::string, std::string>>& chat_command_list() {
  static const std::vector<std::pair<std::string, std::string>> list{
      {"new", "begin a new conversation"},
      {"agent", "who answers; /agent NAME changes it"},
      {"model", "which models are asked"},
      {"status", "what waits"},
      {"cost", "what was spent, of what is allowed"},
      {"jobs", "what runs when"},
      {"job", "run a job now: /job NAME"},
      {"ack", "quiet a line of a briefing: /ack vda until friday"},
      {"remind", "/remind 2h call the dentist"},
      {"cancel", "stop what is being answered here"},
      {"forget", "erase this conversation"},
      {"whoami", "who you are to me"},
      {"help", "this list"}};
  return list;
}

std::string run_chat_command(State& state, const settings::Settings& settings,
                             const ChatCommand& command, const chat::Incoming& message,
                             base::Time now) {
  try {
    return Desk(state, settings, message, now).answer(command);
  } catch (const base::UsageError& e) {
    return "I did not understand that: " + base::one_line(e.what()) +
           (e.hint().empty() ? "" : "; " + e.hint()) + ".";
  }
}

bool may_run_job(const settings::Settings& settings, const std::string& job,
                 const chat::Incoming& message) {
  const auto declared = settings.jobs.find(job);
  if (declared == settings.jobs.end()) return false;
  const auto agents = agents_for(settings, message.place, message.person);
  return std::find(agents.begin(), agents.end(), declared->second.agent) != agents.end();
}

}  // namespace openclaw::cmd
