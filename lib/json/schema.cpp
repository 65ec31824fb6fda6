// SPDX-License-Identifier: MIT
// The only file that sees valijson.
#define VALIJSON_USE_EXCEPTIONS 1

#include "json/schema.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/error.h"

namespace openclaw::json {
namespace {

constexpr std::array checked{"type",
                             "properties",
                             "required",
                             "items",
                             "enum",
                             "const",
                             "minimum",
                             "maximum",
                             "minItems",
                             "maxItems",
                             "minLength",
                             "maxLength",
                             "anyOf",
                             "oneOf",
                             "allOf",
                             "not",
                             "uniqueItems",
                             "additionalProperties",
                             "multipleOf",
                             "exclusiveMinimum",
                             "exclusiveMaximum",
                             "minProperties",
                             "maxProperties"};
constexpr std::array notes{"description", "title", "default", "examples",
                           "$schema",     "$id",   "format",  "$comment"};

template <typename List>
bool in(const List& list, const std::string& word) {
  return std::any_of(list.begin(), list.end(), [&word](const char* w) { return word == w; });
}

void refuse_unknown(const Value& schema, const std::string& where) {
  if (schema.is_bool()) return;
  if (!schema.is_object()) throw base::ConfigError("schema " + where + " is no object");
  for (const auto& [key, value] : schema.members()) {
    if (in(notes, key)) continue;
    if (!in(checked, key))
      throw base::ConfigError("schema " + where + " uses the keyword '" + key +
                              "', which is not checked");
    const std::string inner = where + "/" + key;
    if (key == "multipleOf" && !(value.is_number() && value.as_double() > 0))
      throw base::ConfigError("schema " + inner + " is no number above zero");
    if (key == "properties") {
      for (const auto& [name, sub] : value.members()) refuse_unknown(sub, inner + "/" + name);
    } else if (key == "anyOf" || key == "oneOf" || key == "allOf") {
      for (const auto& sub : value.items()) refuse_unknown(sub, inner);
    } else if (key == "not" || key == "additionalProperties") {
      refuse_unknown(value, inner);
    } else if (key == "items") {
      if (value.is_array()) throw base::ConfigError("schema " + inner + " is a list of schemas");
      refuse_unknown(value, inner);
    }
  }
}

nlohmann::json convert(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_number()) return value.as_double();
  if (value.is_string()) return value.as_string();
  if (value.is_array()) {
    auto out = nlohmann::json::array();
    for (const auto& item : value.items()) out.push_back(convert(item));
    return out;
  }
  if (value.is_object()) {
    auto out = nlohmann::json::object();
    for (const auto& [key, member] : value.members()) out[key] = convert(member);
    return out;
  }
  return nullptr;
}

}  // namespace

struct Schema::Compiled {
  valijson::Schema schema;
};

Schema::Schema(const Value& schema) : compiled_(std::make_unique<Compiled>()) {
  refuse_unknown(schema, "");
  // valijson takes a root that is false for one that says nothing.
  const bool forbids_all = schema.is_bool() && !schema.as_bool();
  const nlohmann::json document =
      forbids_all ? nlohmann::json{{"not", nlohmann::json::object()}} : convert(schema);
  const valijson::adapters::NlohmannJsonAdapter adapter(document);
  try {
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(adapter, compiled_->schema);
  } catch (const std::runtime_error& e) {
    throw base::ConfigError(std::string("schema: ") + e.what());
  }
}

Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

std::vector<std::string> Schema::faults(const Value& value) const {
  const nlohmann::json document = convert(value);
  const valijson::adapters::NlohmannJsonAdapter adapter(document);
  valijson::ValidationResults results;
  std::vector<std::string> out;
  if (valijson::Validator().validate(compiled_->schema, adapter, &results)) return out;
  valijson::ValidationResults::Error error;
  while (results.popError(error) && out.size() < 8) {
    std::string where;
    for (const auto& step : error.context)
      if (step != "<root>") where += step;
    out.push_back((where.empty() ? std::string("/") : where) + ": " + error.description);
  }
  return out;
}

}  // namespace openclaw::json
