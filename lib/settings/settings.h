// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/node.h"
#include "llm/prices.h"
#include "llm/provider.h"
#include "policy/model.h"
#include "tools/tool.h"
#include "zone/schedule.h"

/// settings may use everything below it. It is the one schema of the configuration file: plain
/// structs, read through config::Node, checked as a whole. Only cmd sees it.
namespace openclaw::settings {

/// Where a secret is to be found; never the secret.
struct SecretRef {
  enum class Kind { none, credential, file, command, env };
  Kind kind = Kind::none;
  std::string name;               ///< credential, path or variable
  std::vector<std::string> argv;  ///< command
  std::string pointer;            ///< of the key that asked
  explicit operator bool() const { return kind != Kind::none; }
};

struct Person {
  std::string matrix;
  std::optional<std::int64_t> telegram;
  std::optional<std::int64_t> uid;
};

struct Provider {
  llm::Endpoint endpoint;
  SecretRef key;
  SecretRef base_url;  ///< a base URL may come from a credential
  bool private_text = false;
  bool free = false;
  std::string price_list;
};

struct Model {
  std::vector<std::pair<std::string, std::string>> tries;  ///< provider, model
  std::int64_t output_tokens = 4096;
  std::string effort;
  bool images = false;  ///< it takes pictures
};

struct Limits {
  std::optional<base::Usd> usd_per_request, usd_per_run, usd_per_day, usd_per_month;
  std::optional<std::int64_t> turns, tool_calls, tokens, result_bytes;
  std::optional<base::Millis> deadline;
  std::optional<std::int64_t> messages_per_hour;  ///< of one person at a place
};

struct Agent {
  std::string model;
  std::string prompt;  ///< path of the prompt file, absolute
  Limits limits;
};

struct Allow {
  policy::AllowRule rule;
  std::vector<std::string> agents;  ///< in the order of the file: the first answers
  Limits limits;
};

struct Place {
  std::string kind;  ///< matrix, telegram, cli
  std::string address;
  std::string reply = "all";
  bool memory = true;
  std::string keep;  ///< full, digests; empty = as the audit
  bool private_text = false;
  bool allow_unverified_devices = false;
  std::string notify = "loud";
  bool preview = false;  ///< answers are shown while they are written
  std::vector<Allow> allow;
  /// Whether private text may go there: where it is end-to-end encrypted, the shell, or declared.
  bool may_hold_private() const { return kind != "telegram" || private_text; }
};

struct Source {
  std::string kind;
  std::map<std::string, std::string> texts;
  std::vector<std::string> projects;
  std::vector<std::string> command;  ///< of another host: prints its facts
  std::map<std::string, SecretRef> secrets;
  std::string to_model = "full";  ///< full, times, nothing
};

struct Gather {
  std::string from;
  std::map<std::string, std::string> options;
};

struct Delivery {
  std::string to;
  std::string as = "full";  ///< full, headlines
};

struct Job {
  std::string schedule;  ///< empty: only by hand, or with an event
  std::optional<zone::Schedule> timer() const {
    return schedule.empty() ? std::nullopt : std::optional<zone::Schedule>(schedule);
  }
  std::optional<base::Millis> max_late;
  std::string agent, prompt, else_place, confirm_in;
  std::set<std::string> groups;
  std::vector<Gather> gather;
  std::vector<Delivery> deliver;
  Limits limits;
  SecretRef ping;
  bool skip_when_empty = false;
};

struct Audit {
  std::string keep = "full";  ///< full, digests
  base::Millis bodies{90LL * 86400000};
  base::Millis rows{5LL * 365 * 86400000};
  SecretRef body_key;
  std::string drift_tell;
};

struct Matrix {
  std::string homeserver, user;
  SecretRef password, recovery_key, store_key;
};

/// What reads the files that people send. A program gets the file as its input and prints text.
struct Documents {
  std::int64_t most_bytes = 10LL << 20;
  std::vector<std::string> pdf;  ///< empty = PDFs are not read
  base::Millis timeout{30000};
};

struct Voice {
  std::vector<std::string> command;  ///< empty = voice notes are not heard
  std::vector<std::string> readable;
  base::Millis timeout{120000};
};

struct Telegram {
  SecretRef token;
  std::string base_url = "https://api.telegram.org";
};

struct Settings {
  std::string file;  ///< empty = the embedded default
  std::string folder;
  std::string time_zone;
  std::string state_dir;
  std::string log = "";
  std::map<std::string, Person> people;
  std::map<std::string, Provider> providers;
  std::map<std::string, Model> models;
  std::map<std::string, llm::Price> prices;  ///< "provider:model"
  Limits limits;
  std::vector<tools::DeclaredCommand> commands;
  std::map<std::string, std::string> accept_risk;  ///< group -> reason
  std::map<std::string, Agent> agents;
  std::map<std::string, Place> places;
  std::map<std::string, Source> sources;
  std::map<std::string, Job> jobs;
  Audit audit;
  std::optional<Telegram> telegram;
  std::optional<Matrix> matrix;
  Documents documents;
  Voice voice;
  policy::Policy policy;
};

/// What a check says.
struct Report {
  std::vector<config::Problem> problems;
  std::vector<config::Problem> notes;  ///< declared, but not served by this version, and the like
};

/// Reads and checks the whole file; everything wrong is in the report. Touches nothing but the file
/// and the prompt files it names.
Settings load(const std::string& file, const std::string& text, Report& report);

/// load(), but throws base::ConfigError with the first problems when there are any.
Settings load_or_throw(const std::string& file);

/// The embedded default: no file, no model, the sample data.
Settings embedded();

/// Everything the reader asks for, in order: what the JSON schema and the manual are made from.
std::vector<config::Described> describe();

}  // namespace openclaw::settings
