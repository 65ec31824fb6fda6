// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "settings/read.h"
#include "url/url.h"

namespace openclaw::settings {
namespace {

void read_kind(config::Node& n, Place& place) {
  const auto matrix = n.text("matrix", "a room id, !…");
  const auto telegram = n.integer("telegram", "a chat id", INT64_MIN, INT64_MAX);
  const bool cli = n.flag("cli", "the shell");
  place.kind = !matrix.empty() ? "matrix" : telegram ? "telegram" : cli ? "cli" : "";
  place.address = !matrix.empty() ? matrix : telegram ? std::to_string(*telegram) : "";
  if (n.describing()) return;
  if (int{!matrix.empty()} + int{telegram.has_value()} + int{cli} != 1)
    n.problem("a place is exactly one of matrix, telegram, cli");
  if (!matrix.empty() && !matrix.starts_with('!'))
    n.problem_at("matrix", "must be a room id that begins with '!'; an alias can change hands");
}

Allow read_allow(config::Node& n) {
  Allow allow;
  for (const auto& person : n.texts("who", "people")) allow.rule.who.insert(person);
  allow.agents = n.texts("agents", "the first answers, others by name");
  allow.rule.agents.insert(allow.agents.begin(), allow.agents.end());
  if (n.has("groups") && n.any("groups", "").is_string()) {
    allow.rule.all_groups = n.text("groups", "") == "all";
    if (!allow.rule.all_groups) n.problem_at("groups", "must be \"all\" or a list of groups");
  } else {
    for (const auto& group : n.texts("groups", "\"all\", or which of the agent's groups"))
      allow.rule.groups.insert(group);
  }
  allow.limits = read_limits(n, "what these people may spend here");
  if (!n.describing() && allow.rule.who.empty()) n.problem("'who' is missing, so it allows nobody");
  if (!n.describing() && allow.rule.agents.empty())
    n.problem("'agents' is missing, so it allows nothing");
  return allow;
}

}  // namespace

void read_people(config::Node& root, Settings& out) {
  root.map("people", "who you are to each channel", [&](const std::string& name, config::Node& n) {
    check_name(n, name);
    Person person;
    person.matrix = n.text("matrix", "full user id, @name:server");
    if (!person.matrix.empty() &&
        (person.matrix.front() != '@' || person.matrix.find(':') == std::string::npos))
      n.problem_at("matrix", "must be a full user id, like @me:example.org");
    person.telegram = n.integer("telegram", "numeric user id", 1, INT64_MAX);
    person.uid = n.integer("uid", "user id on this machine", 0, 4294967294);
    out.people.emplace(name, person);
  });
}

void read_places(config::Node& root, Settings& out) {
  root.map("places", "who may reach which agent, where",
           [&](const std::string& name, config::Node& n) {
             check_name(n, name);
             Place place;
             read_kind(n, place);
             place.reply = n.word("reply", {"all", "mentioned"}, "in shared rooms", "all");
             place.memory = n.flag("memory", "conversations go on", true);
             place.keep = n.word("keep", {"full", "digests"}, "how texts of this place are kept");
             place.private_text = n.flag(
                 "private_text", "calendars and tickets may go there though it is not end-to-end");
             place.notify = n.word("notify", {"loud", "silent"}, "of deliveries", "loud");
             place.allow_unverified_devices = n.flag(
                 "allow_unverified_devices", "devices that their owner has not signed read along");
             place.preview = n.flag("preview", "answers are shown while they are written");
             if (place.preview && (place.kind != "telegram" || place.address.starts_with('-')))
               n.problem_at("preview", "only a private Telegram chat can show that");
             auto& rules = out.policy.places[name];
             n.list("allow", "rules; absence means no", [&](config::Node& rule) {
               place.allow.push_back(read_allow(rule));
               rules.push_back(place.allow.back().rule);
             });
             out.places.emplace(name, std::move(place));
           });
}

void read_channels(config::Node& root, Settings& out) {
  root.object("matrix", "the bot's Matrix account", [&out](config::Node& n) {
    Matrix matrix;
    matrix.homeserver = n.required_text("homeserver", "https URL");
    if (!matrix.homeserver.empty() && !url::parse(matrix.homeserver))
      n.problem_at("homeserver", "must be a plain https URL, without a user in it");
    while (matrix.homeserver.ends_with('/')) matrix.homeserver.pop_back();
    matrix.user = n.required_text("user", "full user id of the bot");
    matrix.password = read_secret(n, "password", "its password");
    matrix.recovery_key = read_secret(n, "recovery_key", "recovery key of its secret storage");
    matrix.store_key =
        read_secret(n, "store_key", "seals matrix.db; left out = store.key in the state");
    out.matrix = std::move(matrix);
  });
  root.object("telegram", "the Telegram bot", [&out](config::Node& n) {
    Telegram telegram;
    telegram.token = read_secret(n, "token", "token of the bot");
    const auto server = n.text("base_url", "a Bot API server of your own");
    if (!server.empty()) {
      if (!url::parse(server)) n.problem_at("base_url", "must be a plain https URL");
      telegram.base_url = server;
      while (telegram.base_url.ends_with('/')) telegram.base_url.pop_back();
    }
    if (!n.describing() && !n.has("token")) n.problem("'token' is missing");
    out.telegram = std::move(telegram);
  });
  root.not_in_this_version("mcp");
}

void read_files(config::Node& root, Settings& out) {
  const auto program = [](config::Node& n, const char* key, const char* doc) {
    const auto argv = n.texts(key, doc);
    if (!n.describing() && !argv.empty() && !argv[0].starts_with('/'))
      n.problem_at(key, "must begin with the absolute path of a program");
    return argv;
  };
  root.object("documents", "files that people send", [&](config::Node& n) {
    auto& documents = out.documents;
    documents.most_bytes =
        n.integer("most_mib", "largest file that is read or sent, default 10", 1, 50).value_or(10)
        << 20;
    documents.pdf = program(n, "pdf", "program and arguments: PDF on its input, text comes out");
    documents.timeout =
        n.duration("timeout", "of the program, default 30s").value_or(documents.timeout);
  });
  root.object("voice", "voice notes that people send", [&](config::Node& n) {
    auto& voice = out.voice;
    voice.command =
        program(n, "command", "program and arguments: Ogg on its input, words come out");
    voice.readable = n.texts("read", "folders it may read, besides programs and libraries");
    voice.timeout = n.duration("timeout", "of the program, default 120s").value_or(voice.timeout);
    if (!n.describing() && voice.command.empty()) n.problem("'command' is missing");
  });
}

void read_audit(config::Node& root, Settings& out) {
  root.object("audit", "what is kept, and how long", [&out](config::Node& n) {
    Audit& audit = out.audit;
    audit.keep = n.word("keep", {"full", "digests"}, "texts, or only their digests", "full");
    audit.bodies =
        n.duration("bodies", "texts are erased after, default 90d").value_or(audit.bodies);
    audit.rows = n.duration("rows", "rows are removed after, default 5y").value_or(audit.rows);
    audit.body_key =
        read_secret(n, "body_key", "seals the texts; left out = body.key in the state");
    n.object("drift", "watch for a drifting agent", [&audit](config::Node& d) {
      audit.drift_tell = d.text("tell", "place that hears of it");
    });
  });
}

}  // namespace openclaw::settings
