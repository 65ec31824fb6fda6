// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/stop.h"
#include "base/time.h"
#include "json/schema.h"
#include "net/http.h"
#include "policy/permit.h"
#include "sources/read.h"

/// tools may use sources, policy, jail, markup, net, url, zone, json and base. One file per tool,
/// one line each in catalogue.cpp. A tool's body is reached only through Gate, which alone makes
/// permits.
namespace openclaw::tools {

struct Result {
  bool ok = true;
  std::string text;
  policy::Labels labels;  ///< added to the run, also when ok is false
  bool truncated = false;
};

/// Gives a file to whoever asked; the same id twice is one file. Throws base::Error.
using GiveFile =
    std::function<void(const std::string& name, const std::string& bytes, const std::string& id)>;

/// What a tool may use besides its arguments.
struct Context {
  net::HttpClient& http;
  const base::Stop* stop = nullptr;
  base::Time now;
  std::string zone_name;
  base::Millis timeout{30000};
  std::size_t most_bytes = 64u << 10;  ///< of the result
  /// The declared sources of these kinds, with their secrets.
  std::function<std::vector<sources::Declared>(const std::vector<std::string>& kinds)> sources{};
  /// What makes a call with the same arguments the same call: a job's slot. Empty = the run.
  std::string effect_scope{};
  /// Empty where nobody is there to take a file.
  GiveFile give_file{};
};

/// A tool of the catalogue. Labels, effect and destinations are fixed here, in code.
struct Tool {
  policy::ToolInfo info;
  std::string description;
  json::Value schema;  ///< of the arguments
  std::function<Result(policy::Permit, const json::Value& args, const std::string& run,
                       const Context&)>
      body;
  /// The same call in the same effect_scope has its effect once, however often it is made.
  bool is_repeatable = false;
};

/// A program that the configuration declares; it becomes the tool command_<name>. "{x}" in argv is
/// the argument x.
struct DeclaredCommand {
  std::string name;
  std::string description;
  std::vector<std::string> argv;
  std::vector<std::string> readable, writable;
  base::Millis timeout{30000};
};

/// All tools by name: the built-in ones and the declared commands.
class Catalogue {
 public:
  explicit Catalogue(const std::vector<DeclaredCommand>& commands);
  const Tool* find(const std::string& name) const;
  /// What the policy needs to know.
  std::map<std::string, policy::ToolInfo> infos() const;
  const std::map<std::string, Tool>& all() const { return tools_; }

 private:
  std::map<std::string, Tool> tools_;
};

Tool clock_tool();
Tool file_read_tool();
Tool file_list_tool();
Tool http_get_tool();
Tool send_file_tool();
Tool alerts_list_tool();
Tool silence_alert_tool();
Tool calendar_list_tool();
Tool feeds_list_tool();
Tool tasks_list_tool();
Tool tasks_comment_tool();
Tool tasks_create_tool();
Tool commitments_list_tool();
Tool commitments_add_tool();
Tool command_tool(const DeclaredCommand& command);

/// Cuts text to most bytes: head and tail with a line between that says how much is missing.
std::string shorten(const std::string& text, std::size_t most, bool& truncated);

/// A schema of an object with string properties: name, description, required.
struct Property {
  std::string name, type, description;
  bool required = true;
};
json::Value object_schema(const std::vector<Property>& properties);

}  // namespace openclaw::tools
