// SPDX-License-Identifier: MIT
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "json/parse.h"
#include "json/schema.h"
#include "support/tier.h"

/// Random schemas and values, decided by Schema and by a small reader of draft 7 in another style.
namespace openclaw::test {
namespace {

using json::Value;

std::size_t letters(const std::string& s) {
  std::size_t n = 0;
  for (const char c : s) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1U : 0U;
  return n;
}

bool has_type(const Value& v, const std::string& type) {
  if (type == "integer") return v.is_int();
  return v.type_name() == type;
}

std::size_t u(const Value& v) { return static_cast<std::size_t>(v.as_int()); }

/// One keyword; true when v passes it.
bool passes(const Value& s, const std::string& word, const Value& v);

bool fits(const Value& s, const Value& v) {
  if (s.is_bool()) return s.as_bool();
  for (const auto& member : s.members())
    if (!passes(s, member.first, v)) return false;
  return true;
}

std::size_t count_fitting(const Value& list, const Value& v) {
  std::size_t n = 0;
  for (const auto& s : list.items()) n += fits(s, v) ? 1U : 0U;
  return n;
}

bool object_passes(const Value& s, const std::string& word, const Value& v) {
  const Value& k = s[word];
  bool good = true;
  if (word == "required")
    for (const auto& name : k.items()) good &= v.contains(name.as_string());
  if (word == "properties")
    for (const auto& [name, inner] : k.members()) good &= !v.contains(name) || fits(inner, v[name]);
  if (word == "additionalProperties")
    for (const auto& [name, inner] : v.members())
      good &= s["properties"].contains(name) || fits(k, inner);
  if (word == "minProperties") good = v.size() >= u(k);
  if (word == "maxProperties") good = v.size() <= u(k);
  return good;
}

bool array_passes(const std::string& word, const Value& k, const Value& v) {
  bool good = true;
  if (word == "items")
    for (const auto& item : v.items()) good &= fits(k, item);
  if (word == "minItems") good = v.size() >= u(k);
  if (word == "maxItems") good = v.size() <= u(k);
  if (word == "uniqueItems" && k.as_bool())
    for (std::size_t i = 0; i < v.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) good &= !(v.at(i) == v.at(j));
  return good;
}

bool passes(const Value& s, const std::string& word, const Value& v) {
  const Value& k = s[word];
  if (word == "type") {
    if (k.is_string()) return has_type(v, k.as_string());
    bool any = false;
    for (const auto& type : k.items()) any |= has_type(v, type.as_string());
    return any;
  }
  if (word == "enum") {
    bool any = false;
    for (const auto& one : k.items()) any |= one == v;
    return any;
  }
  if (word == "const") return k == v;
  if (word == "anyOf") return count_fitting(k, v) > 0;
  if (word == "oneOf") return count_fitting(k, v) == 1;
  if (word == "allOf") return count_fitting(k, v) == k.size();
  if (word == "not") return !fits(k, v);
  if (v.is_number()) {
    const double n = v.as_double();
    const double limit = k.as_double();
    if (word == "minimum") return n >= limit;
    if (word == "maximum") return n <= limit;
    if (word == "exclusiveMinimum") return n > limit;
    if (word == "exclusiveMaximum") return n < limit;
    if (word == "multipleOf" && v.is_int()) return v.as_int() % k.as_int() == 0;
  }
  if (v.is_string() && word == "minLength") return letters(v.as_string()) >= u(k);
  if (v.is_string() && word == "maxLength") return letters(v.as_string()) <= u(k);
  if (v.is_object()) return object_passes(s, word, v);
  if (v.is_array()) return array_passes(word, k, v);
  return true;
}

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  Value value(int depth) {
    switch (pick(depth > 0 ? 8 : 6)) {
      case 0: return Value();
      case 1: return Value(pick(2) == 0);
      case 2: return Value(static_cast<int>(pick(7)) - 2);
      case 3: return Value(json::Real{0.5 + static_cast<double>(pick(3)), {}});
      case 4:
      case 5: {
        static const char* const words[] = {"", "a", "b", "éé", "😀😀😀", "1"};
        return Value(words[pick(6)]);
      }
      case 6: {
        auto out = Value::array();
        for (std::size_t n = pick(4); n > 0; --n) out.push(value(depth - 1));
        return out;
      }
      default: {
        auto out = Value::object();
        for (std::size_t n = pick(4); n > 0; --n) out.set(name(), value(depth - 1));
        return out;
      }
    }
  }

  Value schema(int depth) {
    if (pick(12) == 0 && depth < 3) return Value(pick(3) != 0);
    auto out = Value::object();
    for (std::size_t n = 1 + pick(2); n > 0; --n) keyword(out, depth);
    return out;
  }

 private:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::string name() { return std::string(1, static_cast<char>('a' + pick(3))); }
  Value small() { return Value(static_cast<int>(pick(4))); }
  Value type() {
    static const char* const types[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};
    return Value(types[pick(7)]);
  }
  Value list(int depth) {
    auto out = Value::array({schema(depth)});
    for (std::size_t n = pick(2); n > 0; --n) out.push(schema(depth));
    return out;
  }

  void keyword(Value& out, int depth) {
    static const char* const sizes[] = {"minItems",  "maxItems",      "minLength",
                                        "maxLength", "minProperties", "maxProperties"};
    static const char* const ends[] = {"minimum", "maximum", "exclusiveMinimum",
                                       "exclusiveMaximum"};
    static const char* const lists[] = {"anyOf", "oneOf", "allOf"};
    switch (pick(depth > 0 ? 13 : 7)) {
      case 0: out.set("type", type()); break;
      case 1: out.set("type", Value::array({type(), Value("string")})); break;
      case 2: out.set(sizes[pick(6)], small()); break;
      case 3: out.set(ends[pick(4)], small()); break;
      case 4: out.set("enum", Value::array({value(1), value(1), value(0)})); break;
      case 5: out.set("required", Value::array({Value(name())})); break;
      case 6: out.set("uniqueItems", true); break;
      case 7: out.set("items", schema(depth - 1)); break;
      case 8:
      case 9:
        out.set("properties", Value::object({{"a", schema(depth - 1)}, {"b", schema(depth - 1)}}));
        break;
      case 10: out.set("additionalProperties", schema(depth - 1)); break;
      case 11: out.set("not", schema(depth - 1)); break;
      default: out.set(lists[pick(3)], list(depth - 1)); break;
    }
  }

  std::mt19937_64 random_;
};

TEST(JsonSchema, AgreesWithAnotherReader) {
  Maker make(seed());
  std::size_t fitting = 0;
  const int schemas = times(2500, 200'000);
  for (int i = 0; i < schemas; ++i) {
    const Value text = make.schema(3);
    if (!text.is_object()) continue;
    const json::Schema schema(text);
    for (int k = 0; k < 12; ++k) {
      const Value v = make.value(3);
      const bool mine = fits(text, v);
      fitting += mine ? 1U : 0U;
      ASSERT_EQ(schema.faults(v).empty(), mine) << json::dump(text) << " with " << json::dump(v);
    }
  }
  EXPECT_GT(fitting, static_cast<std::size_t>(schemas));
}

}  // namespace
}  // namespace openclaw::test
