// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// json may be used by all libraries above base; it is the only room that sees a JSON library.
/// Values keep the order of members and the spelling of numbers, so what a vendor sent can be
/// echoed verbatim.
namespace openclaw::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;

/// A number that is no int64: the double and the text it was read from.
struct Real {
  double value = 0;
  std::string text;
  bool operator==(const Real& other) const { return value == other.value; }
};

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool b) : data_(b) {}
  Value(int n) : data_(std::int64_t{n}) {}
  Value(unsigned n) : data_(std::int64_t{n}) {}
  Value(std::int64_t n) : data_(n) {}
  Value(std::uint64_t n) : data_(static_cast<std::int64_t>(n)) {}
  Value(double d) : data_(Real{d, {}}) {}
  Value(Real r) : data_(std::move(r)) {}
  Value(const char* s) : data_(std::string(s)) {}
  Value(std::string_view s) : data_(std::string(s)) {}
  Value(std::string s) : data_(std::move(s)) {}
  Value(Array a) : data_(std::move(a)) {}
  Value(Object o) : data_(std::move(o)) {}

  static Value array(std::initializer_list<Value> items = {}) { return Value(Array(items)); }
  static Value object(std::initializer_list<Member> members = {}) { return Value(Object(members)); }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(data_); }
  bool is_number() const { return is_int() || std::holds_alternative<Real>(data_); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_array() const { return std::holds_alternative<Array>(data_); }
  bool is_object() const { return std::holds_alternative<Object>(data_); }
  /// "null", "boolean", "number", "string", "array" or "object".
  std::string_view type_name() const;

  /// The content when it is of that type, otherwise the given default (or an empty one).
  bool as_bool(bool otherwise = false) const;
  std::int64_t as_int(std::int64_t otherwise = 0) const;
  double as_double(double otherwise = 0) const;
  const std::string& as_string() const;
  const Array& items() const;
  const Object& members() const;
  const Real* real() const { return std::get_if<Real>(&data_); }

  /// The member, or a null value when there is none or this is no object.
  const Value& operator[](std::string_view key) const;
  const Value& operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  /// The element, or a null value.
  const Value& at(std::size_t index) const;
  bool contains(std::string_view key) const;
  std::size_t size() const;

  /// Sets or replaces a member; a null value becomes an object first.
  Value& set(std::string_view key, Value value);
  /// Removes a member when it is there.
  void erase(std::string_view key);
  /// Appends an element; a null value becomes an array first.
  Value& push(Value value);
  Value& member(std::string_view key);
  Array& items_mutable();
  Object& members_mutable();

  bool operator==(const Value& other) const;

 private:
  std::variant<std::monostate, bool, std::int64_t, Real, std::string, Array, Object> data_;
};

/// Compact JSON. Invalid UTF-8 is replaced, never thrown on. ascii escapes everything above 0x7E.
std::string dump(const Value& value, bool ascii = false);
/// Indented by two, for people.
std::string dump_pretty(const Value& value);
/// Compact with sorted members: the form that is hashed.
std::string canonical(const Value& value);

}  // namespace openclaw::json
