// SPDX-License-Identifier: MIT
#include "json/parse.h"

#include <iterator>
#include <unordered_set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace openclaw::json {
namespace {

/// Counts lines as the parser reads. The parser looks one character past a number, so the line of
/// the last non-blank character is the one that counts.
struct Cursor {
  std::size_t line = 1;
  std::size_t line_of_last_ink = 1;
  void saw(char c) {
    if (c == '\n')
      ++line;
    else if (c != ' ' && c != '\t' && c != '\r' && c != ',' && c != ']' && c != '}')
      line_of_last_ink = line;
  }
};

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Cursor* cursor) : at_(at), cursor_(cursor) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    cursor_->saw(*at_++);
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  Cursor* cursor_;
};

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(const ParseOptions& options, const Cursor* cursor) : options_(options), cursor_(cursor) {}

  bool null() override { return put(Value()); }
  bool boolean(bool b) override { return put(Value(b)); }
  bool number_integer(number_integer_t n) override {  // only what has a sign comes here
    return put(n == 0 ? Value(Real{-0.0, "-0"}) : Value(std::int64_t{n}));
  }
  bool number_unsigned(number_unsigned_t n) override {
    if (n <= static_cast<number_unsigned_t>(INT64_MAX))
      return put(Value(static_cast<std::int64_t>(n)));
    return put(Value(Real{static_cast<double>(n), std::to_string(n)}));
  }
  bool number_float(number_float_t d, const string_t& text) override {
    return put(Value(Real{d, text}));
  }
  bool string(string_t& s) override { return put(Value(std::move(s))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value::object()); }
  bool start_array(std::size_t) override { return open(Value::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& k) override {
    Frame& frame = stack_.back();
    frame.repeated = !frame.keys.insert(k).second;
    if (frame.repeated && options_.unique_keys)
      throw ParseError("the key '" + k + "' stands here twice", cursor_->line_of_last_ink,
                       path() + "/" + pointer_step(k));
    frame.key = std::move(k);
    if (options_.lines) lines_at(path() + "/" + pointer_step(frame.key));
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    std::string why = e.what();
    if (const auto at = why.find(": "); at != std::string::npos) why = why.substr(at + 2);
    if (const auto at = why.find("; last read"); at != std::string::npos) why.resize(at);
    throw ParseError(why, cursor_->line);
  }

  Value take() { return std::move(root_); }

 private:
  struct Frame {
    Value value;
    std::string key;
    std::unordered_set<std::string> keys;
    bool repeated = false;
  };

  std::string path() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < stack_.size(); ++i) out += step(stack_[i]);
    return out;
  }
  static std::string step(const Frame& frame) {
    return "/" +
           (frame.value.is_array() ? std::to_string(frame.value.size()) : pointer_step(frame.key));
  }
  void lines_at(std::string where) {
    options_.lines->emplace(std::move(where), cursor_->line_of_last_ink);
  }

  bool put(Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Frame& top = stack_.back();
    if (options_.lines && top.value.is_array()) lines_at(path() + step(top));
    if (top.value.is_array())
      top.value.push(std::move(value));
    else if (top.repeated)
      top.value.set(top.key, std::move(value));
    else
      top.value.members_mutable().emplace_back(std::move(top.key), std::move(value));
    return true;
  }
  bool open(Value container) {
    if (stack_.size() >= options_.max_depth)
      throw ParseError(fmt::format("nested deeper than {}", options_.max_depth), cursor_->line);
    if (options_.lines && !stack_.empty() && stack_.back().value.is_array())
      lines_at(path() + step(stack_.back()));
    stack_.push_back(Frame{std::move(container), {}, {}, false});
    return true;
  }
  bool close() {
    Value done = std::move(stack_.back().value);
    stack_.pop_back();
    if (options_.lines && !stack_.empty() && stack_.back().value.is_array()) {
      stack_.back().value.push(std::move(done));
      return true;
    }
    return put(std::move(done));
  }

  const ParseOptions& options_;
  const Cursor* cursor_;
  std::vector<Frame> stack_;
  Value root_;
};

}  // namespace

namespace {

/// Reads it slowly, knowing the line at each moment.
Value parse_by_lines(std::string_view text, const ParseOptions& options) {
  Cursor cursor;
  Builder builder(options, &cursor);
  nlohmann::json::sax_parse(CountingIterator(text.data(), &cursor),
                            CountingIterator(text.data() + text.size(), &cursor), &builder,
                            nlohmann::json::input_format_t::json, true, options.comments);
  return builder.take();
}

}  // namespace

Value parse(std::string_view text, const ParseOptions& options) {
  if (text.size() > options.max_bytes)
    throw ParseError(fmt::format("more than {} bytes", options.max_bytes), 1);
  // The parser stops silently at a NUL byte after the value.
  if (text.find('\0') != std::string_view::npos) throw ParseError("a NUL byte in the text", 1);
  if (options.lines) {
    options.lines->emplace("", 1);
    return parse_by_lines(text, options);
  }
  try {
    const Cursor nowhere;
    Builder builder(options, &nowhere);
    nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                              nlohmann::json::input_format_t::json, true, options.comments);
    return builder.take();
  } catch (const ParseError&) {
    return parse_by_lines(text, options);  // throws the same, with its line
  }
}

std::string pointer_step(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace openclaw::json
