// SPDX-License-Identifier: MIT
// This machine's facts as JSON lines, one a reading, and those of another machine read back.
#include <cstdlib>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "jail/jail.h"
#include "json/parse.h"
#include "sources/host.h"

namespace openclaw::sources {
namespace {

using json::Value;

constexpr std::size_t most_output = 4u << 20;
constexpr std::size_t most_items = 500;

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::critical: return "critical";
  }
  return "info";
}

std::string line(const Value& value) {
  constexpr std::size_t longest = 300;
  return base::one_line(base::valid_utf8(base::prefix_bytes(value.as_string(), longest)));
}

/// "disk:/var" of vps2 is "disk:vps2:/var": the kind stays first.
std::string key_of(const std::string& source, const std::string& kind, const std::string& key) {
  const auto colon = key.find(':');
  return kind + ":" + source + ":" + (colon == std::string::npos ? key : key.substr(colon + 1));
}

Item item_from(const std::string& source, const Value& value) {
  Item item;
  item.source = source;
  item.kind = line(value["kind"]);
  item.key = key_of(source, item.kind, line(value["key"]));
  const auto& severity = value["severity"].as_string();
  if (severity == "warning") item.severity = Severity::warning;
  if (severity == "critical") item.severity = Severity::critical;
  item.title = source + ": " + line(value["title"]);
  item.link = line(value["link"]);
  item.at = base::parse_rfc3339(value["at"].as_string());
  item.untrusted = true;  // another machine says so
  return item;
}

Reading reading_from(const std::string& source, const Value& value) {
  Reading out;
  out.source = source;
  const auto& state = value["state"].as_string();
  if (state != "ok" && state != "failed" && state != "absent")
    throw base::ProtocolError("its facts are not what `openclaw host --json` prints");
  if (state != "ok") {
    out.state = state == "failed" ? Reading::State::failed : Reading::State::absent;
    out.reason = source + ": " + line(value["reason"]);
    return out;
  }
  for (const auto& item : value["items"].items())
    if (out.items.size() < most_items) out.items.push_back(item_from(source, item));
  for (const auto& fact : value["quiet"].items()) out.quiet.push_back(source + ": " + line(fact));
  for (const auto& doubt : value["doubts"].items()) out.doubts.push_back(line(doubt));
  return out;
}

}  // namespace

std::string host_as_json(const std::vector<Reading>& readings) {
  std::string out;
  for (const auto& reading : readings) {
    auto items = Value::array(), quiet = Value::array(), doubts = Value::array();
    for (const auto& item : reading.items) {
      auto one = Value::object({{"kind", item.kind},
                                {"key", item.key},
                                {"severity", word(item.severity)},
                                {"title", item.title},
                                {"link", item.link}});
      if (item.at) one.set("at", base::rfc3339(*item.at));
      items.push(std::move(one));
    }
    for (const auto& fact : reading.quiet) quiet.push(fact);
    for (const auto& doubt : reading.doubts) doubts.push(doubt);
    const char* state = reading.state == Reading::State::ok       ? "ok"
                        : reading.state == Reading::State::failed ? "failed"
                                                                  : "absent";
    out += json::dump(Value::object({{"state", state},
                                     {"reason", reading.reason},
                                     {"items", items},
                                     {"quiet", quiet},
                                     {"doubts", doubts}})) +
           "\n";
  }
  return out;
}

std::vector<Reading> read_other_host(const std::string& source,
                                     const std::vector<std::string>& argv, base::Millis timeout) {
  jail::Command command;
  command.argv = argv;
  command.confined = false;  // it dials: ssh, for instance
  command.drop_stderr = true;
  command.timeout = timeout;
  command.most_output = most_output;
  command.environment = {"LC_ALL=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  for (const char* name : {"HOME", "USER", "SSH_AUTH_SOCK", "CREDENTIALS_DIRECTORY"})
    if (const char* value = std::getenv(name))
      command.environment.push_back(std::string(name) + "=" + value);
  const auto result = jail::run(command, nullptr);
  if (result.timed_out)
    throw base::UnavailableError("its command did not end within " + base::human_duration(timeout));
  if (result.status != 0)
    throw base::UnavailableError(fmt::format("its command ended with status {}", result.status));
  if (result.truncated) throw base::ProtocolError("its command printed too much");
  std::vector<Reading> out;
  for (const auto text : base::split(result.output, '\n')) {
    if (base::trim(text).empty()) continue;
    try {
      out.push_back(reading_from(source, json::parse(text, {.max_depth = 8})));
    } catch (const json::ParseError&) {
      throw base::ProtocolError("its facts are not what `openclaw host --json` prints");
    }
  }
  if (out.empty()) throw base::ProtocolError("its command printed nothing");
  return out;
}

}  // namespace openclaw::sources
