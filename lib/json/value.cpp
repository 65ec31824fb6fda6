// SPDX-License-Identifier: MIT
#include "json/value.h"

#include <algorithm>
#include <cmath>

namespace openclaw::json {
namespace {

const Value nothing;
const std::string no_text;
const Array no_items;
const Object no_members;

}  // namespace

std::string_view Value::type_name() const {
  if (is_null()) return "null";
  if (is_bool()) return "boolean";
  if (is_number()) return "number";
  if (is_string()) return "string";
  return is_array() ? "array" : "object";
}

bool Value::as_bool(bool otherwise) const {
  const auto* b = std::get_if<bool>(&data_);
  return b ? *b : otherwise;
}

std::int64_t Value::as_int(std::int64_t otherwise) const {
  if (const auto* n = std::get_if<std::int64_t>(&data_)) return *n;
  if (const auto* r = real(); r && std::abs(r->value) < 9e15)
    return static_cast<std::int64_t>(r->value);
  return otherwise;
}

double Value::as_double(double otherwise) const {
  if (const auto* n = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*n);
  const auto* r = real();
  return r ? r->value : otherwise;
}

const std::string& Value::as_string() const {
  const auto* s = std::get_if<std::string>(&data_);
  return s ? *s : no_text;
}

const Array& Value::items() const {
  const auto* a = std::get_if<Array>(&data_);
  return a ? *a : no_items;
}

const Object& Value::members() const {
  const auto* o = std::get_if<Object>(&data_);
  return o ? *o : no_members;
}

const Value& Value::operator[](std::string_view key) const {
  for (const auto& [name, value] : members())
    if (name == key) return value;
  return nothing;
}

const Value& Value::at(std::size_t index) const {
  return index < items().size() ? items()[index] : nothing;
}

bool Value::contains(std::string_view key) const {
  return std::any_of(members().begin(), members().end(),
                     [key](const Member& m) { return m.first == key; });
}

std::size_t Value::size() const { return is_array() ? items().size() : members().size(); }

Array& Value::items_mutable() {
  if (!is_array()) data_ = Array{};
  return std::get<Array>(data_);
}

Object& Value::members_mutable() {
  if (!is_object()) data_ = Object{};
  return std::get<Object>(data_);
}

Value& Value::member(std::string_view key) {
  for (auto& [name, value] : members_mutable())
    if (name == key) return value;
  return members_mutable().emplace_back(std::string(key), Value()).second;
}

Value& Value::set(std::string_view key, Value value) {
  member(key) = std::move(value);
  return *this;
}

void Value::erase(std::string_view key) {
  if (!is_object()) return;
  std::erase_if(members_mutable(), [key](const Member& m) { return m.first == key; });
}

Value& Value::push(Value value) {
  items_mutable().push_back(std::move(value));
  return *this;
}

bool Value::operator==(const Value& other) const {
  if (is_object() && other.is_object()) {  // the order of members does not matter
    return size() == other.size() &&
           std::all_of(members().begin(), members().end(), [&other](const Member& m) {
             return other.contains(m.first) && other[m.first] == m.second;
           });
  }
  if (is_number() && other.is_number() && is_int() != other.is_int())
    return as_double() == other.as_double();
  return data_ == other.data_;
}

}  // namespace openclaw::json
