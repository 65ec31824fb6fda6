// SPDX-License-Identifier: MIT
#include "config/node.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "json/parse.h"

namespace openclaw::config {
namespace {

const json::Value no_value = json::Value::object();

}  // namespace

Node::Node(Document& document, const json::Value& value, std::string pointer)
    : document_(document), value_(value), pointer_(std::move(pointer)) {
  if (!value_.is_object() && !describing())
    document_.problem(pointer_, fmt::format("must be an object, not {}", value_.type_name()));
}

Node::~Node() {
  if (describing()) return;
  const std::vector<std::string> names(known_.begin(), known_.end());
  for (const auto& [key, member] : value_.members())
    if (!known_.contains(key))
      document_.problem(below(key),
                        fmt::format("unknown key '{}'{}", key, base::did_you_mean(key, names)));
}

std::string Node::below(const std::string& key) const {
  return pointer_ + "/" + json::pointer_step(key);
}

void Node::problem_at(const std::string& key, const std::string& text) {
  document_.problem(below(key), text);
}

void Node::problem_in(const std::string& key, const std::string& text, const std::string& what) {
  document_.problem(document_.element(below(key), text), what);
}

void Node::problem_inside(const std::string& key, const std::string& member,
                          const std::string& text) {
  document_.problem(below(key) + "/" + json::pointer_step(member), text);
}

const json::Value* Node::get(const std::string& key, const char* type, bool required,
                             const char* doc, const std::vector<std::string>& words) {
  known_.insert(key);
  if (describing()) {
    document_.described_.push_back({below(key), type, required, words, doc});
    return nullptr;
  }
  if (value_.contains(key)) return &value_[key];
  if (required && value_.is_object())
    document_.problem(pointer_, fmt::format("'{}' is missing", key));
  return nullptr;
}

std::string Node::text(const std::string& key, const char* doc, const std::string& otherwise) {
  const auto* value = get(key, "text", false, doc);
  if (!value) return otherwise;
  if (value->is_string()) return value->as_string();
  problem_at(key, fmt::format("must be a text, not {}", value->type_name()));
  return otherwise;
}

std::string Node::required_text(const std::string& key, const char* doc) {
  const auto* value = get(key, "text", true, doc);
  if (!value) return {};
  if (!value->is_string())
    problem_at(key, fmt::format("must be a text, not {}", value->type_name()));
  else if (value->as_string().empty())
    problem_at(key, "must not be empty");
  return value->as_string();
}

std::string Node::word(const std::string& key, const std::vector<std::string>& words,
                       const char* doc, const std::string& otherwise) {
  const auto* value = get(key, "text", false, doc, words);
  if (!value) return otherwise;
  const auto& text = value->as_string();
  if (value->is_string() && std::find(words.begin(), words.end(), text) != words.end()) return text;
  problem_at(key, fmt::format("must be one of {}{}", base::join(words, ", "),
                              base::did_you_mean(text, words)));
  return otherwise;
}

bool Node::flag(const std::string& key, const char* doc, bool otherwise) {
  const auto* value = get(key, "flag", false, doc);
  if (!value) return otherwise;
  if (!value->is_bool())
    problem_at(key, fmt::format("must be true or false, not {}", value->type_name()));
  return value->as_bool(otherwise);
}

std::optional<std::int64_t> Node::integer(const std::string& key, const char* doc,
                                          std::int64_t least, std::int64_t most) {
  const auto* value = get(key, "integer", false, doc);
  if (!value) return std::nullopt;
  if (!value->is_int() || value->as_int() < least || value->as_int() > most) {
    problem_at(key, fmt::format("must be a whole number from {} to {}", least, most));
    return std::nullopt;
  }
  return value->as_int();
}

std::optional<base::Millis> Node::duration(const std::string& key, const char* doc) {
  const auto* value = get(key, "duration", false, doc);
  if (!value) return std::nullopt;
  const auto parsed = base::parse_duration(value->as_string());
  if (!parsed) problem_at(key, "must be a duration like \"90s\", \"15m\", \"4h\", \"3d\"");
  return parsed;
}

std::optional<base::Usd> Node::money(const std::string& key, const char* doc) {
  const auto* value = get(key, "money", false, doc);
  if (!value) return std::nullopt;
  const auto parsed = base::parse_usd(value->as_string());
  if (!value->is_string() || !parsed) {
    problem_at(key, "must be an amount of US dollars as a text, like \"0.25\"");
    return std::nullopt;
  }
  return parsed;
}

std::vector<std::string> Node::texts(const std::string& key, const char* doc) {
  std::vector<std::string> out;
  const auto* value = get(key, "texts", false, doc);
  if (!value) return out;
  if (!value->is_array()) problem_at(key, "must be a list of texts");
  for (const auto& item : value->items()) {
    if (!item.is_string() || item.as_string().empty())
      problem_at(key, "must hold texts only");
    else if (std::find(out.begin(), out.end(), item.as_string()) != out.end())
      problem_at(key, fmt::format("'{}' stands there twice", item.as_string()));
    else
      out.push_back(item.as_string());
  }
  return out;
}

json::Value Node::any(const std::string& key, const char* doc) {
  const auto* value = get(key, "any", false, doc);
  return value ? *value : json::Value();
}

bool Node::object(const std::string& key, const char* doc, const std::function<void(Node&)>& fn) {
  const auto* value = get(key, "object", false, doc);
  if (!value && !describing()) return false;
  Node child(document_, value ? *value : no_value, below(key));
  fn(child);
  return value != nullptr;
}

void Node::map(const std::string& key, const char* doc,
               const std::function<void(const std::string&, Node&)>& fn) {
  const auto* value = get(key, "map", false, doc);
  if (describing()) {
    Node child(document_, no_value, below(key) + "/*");
    fn("*", child);
    return;
  }
  if (!value) return;
  if (!value->is_object())
    problem_at(key, fmt::format("must be an object of named entries, not {}", value->type_name()));
  for (const auto& [name, entry] : value->members()) {
    Node child(document_, entry, below(key) + "/" + json::pointer_step(name));
    fn(name, child);
  }
}

void Node::list(const std::string& key, const char* doc, const std::function<void(Node&)>& fn) {
  const auto* value = get(key, "list", false, doc);
  if (describing()) {
    Node child(document_, no_value, below(key) + "/-");
    fn(child);
    return;
  }
  if (!value) return;
  if (!value->is_array())
    problem_at(key, fmt::format("must be a list, not {}", value->type_name()));
  for (std::size_t i = 0; i < value->items().size(); ++i) {
    Node child(document_, value->items()[i], fmt::format("{}/{}", below(key), i));
    fn(child);
  }
}

void Node::not_in_this_version(const std::string& key) {
  known_.insert(key);
  if (!describing() && value_.contains(key))
    problem_at(key, fmt::format("'{}' is not in this version", key));
}

void Node::describe_secret(const std::string& key, const char* doc) {
  known_.insert(key);
  if (describing()) document_.described_.push_back({below(key), "secret", false, {}, doc});
}

}  // namespace openclaw::config
