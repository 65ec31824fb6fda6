// SPDX-License-Identifier: MIT
// The JSON schema and the manual's table, both from what the reader asks for.
#include <set>

#include "base/text.h"
#include "docs/documents.h"
#include "json/value.h"
#include "settings/settings.h"

namespace openclaw::test {
namespace {

using config::Described;
using json::Value;

Value leaf(const Described& d) {
  Value out = Value::object();
  if (d.type == "text" || d.type == "duration" || d.type == "money") out.set("type", "string");
  if (d.type == "flag") out.set("type", "boolean");
  if (d.type == "integer") out.set("type", "integer");
  if (d.type == "texts") out.set("type", "array").set("items", Value::object({{"type", "string"}}));
  if (d.type == "secret") out.set("$ref", "#/definitions/secret");
  if (d.type == "map" || d.type == "object") out.set("type", "object");
  if (d.type == "list") out.set("type", "array");
  for (const auto& word : d.words) out.member("enum").push(word);
  if (!d.doc.empty()) out.set("description", d.doc);
  return out;
}

/// The node at a pointer of the description, made on the way.
Value& at(Value& root, const std::string& pointer) {
  Value* node = &root;
  for (const auto step : base::split(std::string_view(pointer).substr(1), '/')) {
    if (step == "*") {
      node = &node->member("additionalProperties");
    } else if (step == "-") {
      node = &node->member("items");
    } else {
      node = &node->member("properties").member(step);
    }
  }
  return *node;
}

void close_objects(Value& node) {
  if (node.contains("properties") && !node.contains("additionalProperties")) {
    node.set("type", "object");
    node.set("additionalProperties", false);
  }
  for (auto& [key, member] : node.members_mutable())
    if (member.is_object()) close_objects(member);
}

std::string shown(const std::string& pointer) {
  std::string out;
  for (const auto step : base::split(std::string_view(pointer).substr(1), '/')) {
    if (step == "-")
      out += "[]";
    else
      out += (out.empty() ? "" : ".") + (step == "*" ? std::string("NAME") : std::string(step));
  }
  return out;
}

}  // namespace

std::string config_schema() {
  auto root = Value::object({{"$schema", "http://json-schema.org/draft-07/schema#"},
                             {"title", "openclaw.json"},
                             {"type", "object"}});
  std::set<std::string> seen;
  for (const auto& d : settings::describe()) {
    if (!seen.insert(d.pointer).second) {
      for (const auto& word : d.words) at(root, d.pointer).member("enum").push(word);
      continue;
    }
    Value& node = at(root, d.pointer);
    const Value content = leaf(d);
    for (const auto& [key, value] : content.members()) node.set(key, value);
    if (!d.required) continue;
    const auto slash = d.pointer.rfind('/');
    if (slash > 0)
      at(root, d.pointer.substr(0, slash)).member("required").push(d.pointer.substr(slash + 1));
  }
  // Two keys have two spellings: a text or a reference, "all" or a list.
  Value& base_url = at(root, "/providers/*/base_url");
  base_url =
      Value::object({{"anyOf", Value::array({Value::object({{"type", "string"}}),
                                             Value::object({{"$ref", "#/definitions/secret"}})})},
                     {"description", "where it is; a text, or from a credential"}});
  Value& groups = at(root, "/places/*/allow/-/groups");
  groups = Value::object({{"anyOf", Value::array({Value::object({{"const", "all"}}), groups})}});
  Value& url = at(root, "/sources/*/url");
  url =
      Value::object({{"anyOf", Value::array({Value::object({{"type", "string"}}),
                                             Value::object({{"$ref", "#/definitions/secret"}})})}});
  root.member("properties").set("$schema", Value::object({{"type", "string"}}));
  close_objects(root);
  const auto text = Value::object({{"type", "string"}});
  root.set(
      "definitions",
      Value::object(
          {{"secret",
            Value::object({{"type", "object"},
                           {"minProperties", 1},
                           {"maxProperties", 1},
                           {"additionalProperties", false},
                           {"properties",
                            Value::object({{"credential", text},
                                           {"file", text},
                                           {"env", text},
                                           {"command", Value::object({{"type", "array"},
                                                                      {"items", text}})}})}})}}));
  return json::dump_pretty(root) + "\n";
}

std::string config_page() {
  std::string out =
      ".\\\" SPDX-License-Identifier: MIT\n.Dd November 23, 2026\n.Dt OPENCLAW.JSON 5\n.Os "
      "openclaw\n"
      ".Sh NAME\n.Nm openclaw.json\n.Nd the configuration of openclaw\n.Sh DESCRIPTION\n" +
      prose_of("openclaw.json") + ".Ss Keys\n.Bl -tag -width Ds\n";
  std::set<std::string> seen;
  for (const auto& d : settings::describe()) {
    if (d.doc.empty() || !seen.insert(d.pointer).second) continue;
    out += ".It Va " + mdoc(shown(d.pointer)) + " Pq " + d.type + (d.required ? ", required" : "") +
           "\n" + mdoc(d.doc);
    if (!d.words.empty()) out += ": " + mdoc(base::join(d.words, ", "));
    out += "\n";
  }
  return out + ".El\n" + prose_of("openclaw.json rest") +
         ".Sh SEE ALSO\n.Xr openclaw 1 ,\n.Xr openclaw-check 1\n";
}

}  // namespace openclaw::test
