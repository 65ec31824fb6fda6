// SPDX-License-Identifier: MIT
// `openclaw matrix …`: the bot's account, also while the listener runs.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

#include <fmt/core.h>

#include "base/error.h"
#include "base/id.h"
#include "base/text.h"
#include "chat/requests.h"
#include "command.h"
#include "crypto/digest.h"
#include "e2ee/secrets.h"
#include "exit_code.h"
#include "matrix_account.h"
#include "output.h"
#include "paths.h"
#include "store/rows.h"
#include "wake.h"

namespace openclaw::cmd {
namespace {

using json::Value;

constexpr base::Millis step{100};
constexpr int most_steps = 1200;  // two minutes for people

settings::Settings matrix_settings(const Args& args) {
  auto settings = load_settings(args);
  if (!settings.matrix)
    throw base::ConfigError("the configuration has no \"matrix\"", "openclaw check --next");
  return settings;
}

/// Asks the listener and waits; where it does not run, that is said.
class Asking {
 public:
  Asking(const Args& args, const settings::Settings& settings)
      : folder_(state_folder(args, settings)), state_(folder_, settings) {
    if (own_matrix(folder_))
      throw base::UnavailableError("openclaw-listen-matrix does not run",
                                   "systemctl start openclaw-listen-matrix");
  }

  chat::Request ask(const std::string& verb, const std::string& word) {
    chat::Request request;
    const auto now = base::wall_now();
    request.id = base::new_ulid(now);
    request.channel = "matrix";
    request.verb = verb;
    request.word = word;
    state_.db.transaction([&] { chat::Requests(state_.db).put(request, now); });
    for (int i = 0; i < most_steps; ++i) {
      if (i % 10 == 0) ring(folder_ + "/matrix.wake");
      std::this_thread::sleep_for(step);
      const auto found = chat::Requests(state_.db).find(request.id);
      if (!found) break;
      if (found->state == "failed") throw base::Error(found->answer);
      if (found->state == "done") return *found;
    }
    throw base::TransientError("nobody answered within two minutes");
  }

 private:
  std::string folder_;
  State state_;
};

int run_new_keys(const Args&) {
  harden_process();
  const auto key = crypto::random_bytes(32);
  write_stdout(e2ee::recovery_key(key) + "\n" + base::base64(crypto::random_bytes(32)) + "\n");
  write_stderr(
      "openclaw: the first line is the recovery key, the second the store key. Keep both, as the "
      "credentials that matrix.recovery_key and matrix.store_key name: with them a rebuilt machine "
      "is the same bot.\n");
  return done;
}

/// The device that is there ends at the server, as far as that can be had; its files are kept
/// under another name.
void leave_device(const settings::Settings& settings, const std::string& folder) {
  namespace fs = std::filesystem;
  const std::string file = folder + "/matrix.db";
  if (!store::exists(file)) return;
  try {
    MatrixAccount old(settings, folder);
    old.account().read_token();
    old.account().log_out();
  } catch (const base::Error& e) {
    write_stderr("openclaw: the old device stays in the account's list: " + base::describe(e) +
                 "\n");
  }
  const std::string kept = file + ".before-" + base::new_ulid(base::wall_now());
  for (const auto* end : {"", "-wal", "-shm"})
    if (fs::exists(file + end)) fs::rename(file + end, kept + end);
  write_stderr("openclaw: the old keys are in " + kept +
               "; delete it when nothing is missed any more\n");
}

/// The device for this command alone; the listener has to be stopped.
struct Alone {
  explicit Alone(const Args& args)
      : settings(matrix_settings(args)),
        folder(state_folder(args, settings)),
        state(folder, settings),
        lock(own_matrix(folder)) {
    if (!lock)
      throw base::TransientError("the listener runs and has the device",
                                 "systemctl stop openclaw-listen-matrix");
  }
  settings::Settings settings;
  std::string folder;
  State state;
  std::optional<base::FileLock> lock;
};

int run_reset_identity(const Args& args) {
  harden_process();
  Alone alone(args);
  if (!args.has("yes")) {
    write_stderr(
        "The bot gets a new identity; the old one, its backup of room keys and its secret storage "
        "cannot be had back, and everybody has to verify the bot anew. Go on? yes or no: ");
    std::string line;
    std::getline(std::cin, line);
    if (base::lower(base::trim(line)) != "yes") {
      write_stdout("nothing was changed\n");
      return found;
    }
  }
  MatrixAccount own(alone.settings, alone.folder);
  own.account().log_in(nullptr, true);
  const auto trouble = own.account().reset_identity(base::wall_now());
  if (!trouble.empty()) throw base::ConfigError(trouble);
  write_stdout("a new identity\n");
  return done;
}

int run_login(const Args& args) {
  harden_process();
  Alone alone(args);
  if (args.has("new-device")) leave_device(alone.settings, alone.folder);
  MatrixAccount own(alone.settings, alone.folder);
  own.account().log_in(nullptr, true);
  const auto trouble = own.account().settle_identity(base::wall_now());
  e2ee::OwnDevice me;
  own.account().db().transaction([&] { me = own.account().machine().own(); });
  write_stdout(fmt::format("{} with device {}{}\n", base::one_line(me.user),
                           base::one_line(me.device),
                           trouble.empty() ? ", signed by its identity" : ""));
  if (trouble.empty()) return done;
  throw base::ConfigError(trouble);
}

struct Seen {
  Seen(const Args& args, const settings::Settings& settings)
      : folder(state_folder(args, settings)), file(folder + "/matrix.db") {
    if (!store::exists(file))
      throw base::ConfigError("there is no login yet", "openclaw matrix login");
    db.emplace(file, store::Database::Access::read_only, matrix::migrations());
  }
  std::string one(const std::string& sql) {
    const auto row = store::row(*db, sql);
    return row ? row->text(0) : std::string();
  }
  std::string folder, file;
  std::optional<store::Database> db;
};

int run_status(const Args& args) {
  const auto settings = matrix_settings(args);
  Seen seen(args, settings);
  const auto user = seen.one("SELECT user FROM account"),
             device = seen.one("SELECT device FROM account");
  const bool is_signed =
      !seen.one(
               "SELECT 1 FROM devices d JOIN account a ON a.user=d.user AND a.device=d.device "
               "WHERE d.is_signed=1")
           .empty();
  const auto backup = seen.one("SELECT value FROM notes WHERE name='backup'");
  const bool runs = !own_matrix(seen.folder).has_value();
  auto out = Value::object(
      {{"user", user},
       {"device", device},
       {"listener_runs", runs},
       {"is_signed", is_signed},
       {"backup_version", backup.empty() ? Value() : Value(backup)},
       {"not_backed_up",
        std::int64_t{
            std::atoll(seen.one("SELECT count(*) FROM room_keys WHERE is_backed_up=0").c_str())}},
       {"one_time_keys",
        std::int64_t{std::atoll(seen.one("SELECT one_time_keys FROM account").c_str())}},
       {"rooms",
        std::int64_t{std::atoll(seen.one("SELECT count(*) FROM rooms WHERE is_joined=1").c_str())}},
       {"unreadable", std::int64_t{std::atoll(seen.one("SELECT count(*) FROM unread").c_str())}},
       {"changed_identities",
        std::int64_t{std::atoll(
            seen.one("SELECT count(*) FROM identities WHERE master<>pinned").c_str())}}});
  if (args.has("json")) {
    write_stdout(json::dump(out) + "\n");
  } else {
    write_stdout(fmt::format(
        "{} with device {}\nlistener {}\ndevice {}\nbackup of room keys {}, {} not in it yet\n"
        "{} one-time keys on the server\n{} joined, {} not readable\n",
        base::one_line(user), base::one_line(device), runs ? "runs" : "does not run",
        is_signed ? "signed by its identity" : "NOT signed: people see it as not verified",
        backup.empty() ? "none" : "version " + base::one_line(backup),
        out["not_backed_up"].as_int(), out["one_time_keys"].as_int(),
        base::counted(out["rooms"].as_int(), "room"),
        base::counted(out["unreadable"].as_int(), "message")));
  }
  return is_signed && out["changed_identities"].as_int() == 0 ? done : found;
}

int run_rooms(const Args& args) {
  const auto settings = matrix_settings(args);
  Seen seen(args, settings);
  std::string out;
  for (const auto& row : store::rows(
           *seen.db,
           "SELECT room, encryption, (SELECT count(*) FROM members m WHERE m.room=rooms.room AND "
           "membership='join') FROM rooms WHERE is_joined=1 ORDER BY room")) {
    std::string place = "no place";
    for (const auto& [name, declared] : settings.places)
      if (declared.kind == "matrix" && declared.address == row.text(0)) place = name;
    const bool open = row.text(1) == "none";
    out += fmt::format("{:16} {}  {}{}\n", place, base::one_line(row.text(0)),
                       base::counted(row.integer(2), "member"),
                       open ? ", NOT encrypted: nothing is heard there" : "");
  }
  write_stdout(out.empty() ? "no rooms\n" : out);
  return done;
}

int run_recover(const Args& args) {
  const auto settings = matrix_settings(args);
  write_stdout(Asking(args, settings).ask("recover", "").answer + "\n");
  return done;
}

int run_verify(const Args& args) {
  const auto settings = matrix_settings(args);
  const auto user = args.get("USER");
  if (!user.starts_with('@') || user.find(':') == std::string::npos)
    throw base::UsageError("a user is named like @me:example.org");
  bool is_ours = false;
  for (const auto& [name, person] : settings.people) is_ours |= person.matrix == user;
  if (!is_ours) throw base::UsageError("nobody among \"people\" is " + base::one_line(user));
  Asking listener(args, settings);
  write_stderr("openclaw: accept the request in your client, if it asks\n");
  const auto shown = listener.ask("verify", user).answer;
  const auto space = shown.find(' ');
  const auto flow = shown.substr(0, space);
  write_stdout(shown.substr(space + 1) + "\n");
  write_stderr("Does your client show the same? yes or no: ");
  std::string line;
  std::getline(std::cin, line);
  const auto word = base::lower(base::trim(line));
  const bool yes = word == "yes" || word == "y";
  listener.ask(yes ? "agree" : "disagree", flow);
  write_stdout(yes ? "verified\n" : "not verified\n");
  return yes ? done : found;
}

}  // namespace

std::vector<Command> matrix_commands() {
  std::vector<Command> out;
  out.push_back({"matrix new-keys",
                 "make a recovery key and a store key, once",
                 {},
                 {},
                 {{"openclaw matrix new-keys", "two lines: recovery key, store key"},
                  {"openclaw matrix new-keys | head -n 1 > recovery.key", "into a file"}},
                 run_new_keys});
  out.push_back({"matrix login",
                 "log in and make or take back the bot's identity",
                 {},
                 {{"--new-device", "", "leave the device that is there and begin as a new one"}},
                 {{"openclaw matrix login", "the listener does the same when it starts"},
                  {"openclaw matrix login && openclaw matrix status", "and look at it"}},
                 run_login});
  out.push_back({"matrix status",
                 "identity, device, backup, keys, rooms",
                 {},
                 {{"--json", "", "one record"}},
                 {{"openclaw matrix status", "exit 3 where something is wrong"},
                  {"openclaw matrix status --json | jq .is_signed", "for a script"}},
                 run_status});
  out.push_back({"matrix rooms",
                 "the rooms it is in, and their places",
                 {},
                 {},
                 {{"openclaw matrix rooms", "one line each"},
                  {"openclaw matrix rooms | grep 'no place'", "what could be left"}},
                 run_rooms});
  out.push_back(
      {"matrix verify",
       "compare emoji with somebody's client",
       {{"USER", "like @me:example.org", true}},
       {},
       {{"openclaw matrix verify @me:example.org", "asks their client, or takes its request"},
        {"openclaw matrix verify @eva:example.org", "also after their identity has changed"}},
       run_verify});
  out.push_back({"matrix reset-identity",
                 "a new identity, when the old one's keys are lost",
                 {},
                 {{"--yes", "", "do not ask"}},
                 {{"openclaw matrix reset-identity", "asks first"},
                  {"openclaw matrix verify @me:example.org", "afterwards, with each person"}},
                 run_reset_identity});
  out.push_back({"matrix recover",
                 "take identity and room keys back with the recovery key",
                 {},
                 {},
                 {{"openclaw matrix recover", "while the listener runs"},
                  {"openclaw matrix status", "what came of it"}},
                 run_recover});
  return out;
}

}  // namespace openclaw::cmd
