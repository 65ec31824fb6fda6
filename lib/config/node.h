// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "json/value.h"

/// config may use json and base. It reads one JSON file with comments and collects every error with
/// file, line and JSON pointer. What keys mean is said by the reader on top (settings).
namespace openclaw::config {

struct Problem {
  std::size_t line = 0;
  std::string pointer;
  std::string text;
};

/// What a reader asked for: the source of the JSON schema and of the manual's table.
struct Described {
  std::string pointer;  ///< "/agents/*/limits/turns"; '*' is a name, '-' an element
  std::string
      type;  ///< text, flag, integer, duration, money, map, object, list, texts, any, secret
  bool required = false;
  std::vector<std::string> words;  ///< the only values, where there are few
  std::string doc;
};

class Node;

class Document {
 public:
  /// Syntax errors become the one problem of the document.
  Document(std::string file, const std::string& text);
  /// A document without content that records what is asked of it.
  static Document describing();

  Node root();
  const std::string& file() const { return file_; }
  void problem(const std::string& pointer, const std::string& text);
  /// A remark on the file that is no error.
  Problem note(const std::string& pointer, const std::string& text) const;
  /// Where in a list of texts this one stands; the list itself when it is none or not there.
  std::string element(const std::string& list, const std::string& text) const;
  /// Calls fn with the pointer and the content of every text in the document.
  void each_text(
      const std::function<void(const std::string& pointer, const std::string& text)>& fn) const;
  /// In the order of lines, each once.
  std::vector<Problem> problems() const;
  const std::vector<Described>& described() const { return described_; }
  bool is_describing() const { return describing_; }

 private:
  friend class Node;
  Document() = default;
  std::size_t line_of(std::string pointer) const;
  std::string file_;
  json::Value root_;
  std::map<std::string, std::size_t> lines_;
  std::vector<Problem> problems_;
  std::vector<Described> described_;
  bool describing_ = false;
};

/// One object of the file. Every accessor names the key and says what it is for; at the end of a
/// Node's life, keys that nobody asked for are errors with the nearest known name.
class Node {
 public:
  Node(Document& document, const json::Value& value, std::string pointer);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const std::string& pointer() const { return pointer_; }
  bool describing() const { return document_.is_describing(); }
  bool has(const std::string& key) const { return value_.contains(key); }
  void problem(const std::string& text) { document_.problem(pointer_, text); }
  void problem_at(const std::string& key, const std::string& text);
  /// As problem_at(), for one text of the list under that key.
  void problem_in(const std::string& key, const std::string& text, const std::string& what);
  /// As problem_at(), for a member of the value of that key.
  void problem_inside(const std::string& key, const std::string& member, const std::string& text);

  std::string text(const std::string& key, const char* doc, const std::string& otherwise = {});
  std::string required_text(const std::string& key, const char* doc);
  /// One of a few words.
  std::string word(const std::string& key, const std::vector<std::string>& words, const char* doc,
                   const std::string& otherwise = {});
  bool flag(const std::string& key, const char* doc, bool otherwise = false);
  std::optional<std::int64_t> integer(const std::string& key, const char* doc, std::int64_t least,
                                      std::int64_t most);
  std::optional<base::Millis> duration(const std::string& key, const char* doc);
  std::optional<base::Usd> money(const std::string& key, const char* doc);
  std::vector<std::string> texts(const std::string& key, const char* doc);
  /// Any JSON value; null when absent.
  json::Value any(const std::string& key, const char* doc);
  /// An object with fixed keys; fn is called when it is there (or while describing).
  bool object(const std::string& key, const char* doc, const std::function<void(Node&)>& fn);
  /// An object whose keys are names.
  void map(const std::string& key, const char* doc,
           const std::function<void(const std::string& name, Node&)>& fn);
  /// A list of objects.
  void list(const std::string& key, const char* doc, const std::function<void(Node&)>& fn);
  /// Allows a key without reading it here.
  void known(const std::string& key) { known_.insert(key); }
  /// A key that is planned: using it is an error that says so.
  void not_in_this_version(const std::string& key);
  /// Marks a secret reference for the description; the value is read with object().
  void describe_secret(const std::string& key, const char* doc);

 private:
  const json::Value* get(const std::string& key, const char* type, bool required, const char* doc,
                         const std::vector<std::string>& words = {});
  std::string below(const std::string& key) const;
  Document& document_;
  const json::Value& value_;
  std::string pointer_;
  std::set<std::string> known_;
};

}  // namespace openclaw::config
