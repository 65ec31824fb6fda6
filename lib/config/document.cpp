// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include "config/node.h"
#include "json/parse.h"

namespace openclaw::config {

Document::Document(std::string file, const std::string& text) : file_(std::move(file)) {
  try {
    root_ = json::parse(
        text, {.comments = true, .unique_keys = true, .max_bytes = 4u << 20, .lines = &lines_});
  } catch (const json::ParseError& e) {
    root_ = json::Value::object();
    problems_.push_back({e.line, e.pointer, e.what()});
  }
}

Document Document::describing() {
  Document document;
  document.root_ = json::Value::object();
  document.describing_ = true;
  return document;
}

Node Document::root() { return Node(*this, root_, ""); }

std::size_t Document::line_of(std::string pointer) const {
  while (true) {
    if (const auto at = lines_.find(pointer); at != lines_.end()) return at->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string::npos) return 1;
    pointer.resize(slash);
  }
}

namespace {

void walk(const json::Value& value, const std::string& at,
          const std::function<void(const std::string&, const std::string&)>& fn) {
  if (value.is_string()) fn(at, value.as_string());
  for (const auto& [key, member] : value.members())
    walk(member, at + "/" + json::pointer_step(key), fn);
  for (std::size_t i = 0; i < value.items().size(); ++i)
    walk(value.items()[i], at + "/" + std::to_string(i), fn);
}

}  // namespace

void Document::each_text(
    const std::function<void(const std::string&, const std::string&)>& fn) const {
  walk(root_, "", fn);
}

void Document::problem(const std::string& pointer, const std::string& text) {
  if (describing_) return;
  problems_.push_back({line_of(pointer), pointer, text});
}

Problem Document::note(const std::string& pointer, const std::string& text) const {
  return {line_of(pointer), pointer, text};
}

std::string Document::element(const std::string& list, const std::string& text) const {
  std::string found = list;
  each_text([&](const std::string& where, const std::string& content) {
    if (found == list && content == text && where.starts_with(list + "/") &&
        where.find('/', list.size() + 1) == std::string::npos)
      found = where;
  });
  return found;
}

std::vector<Problem> Document::problems() const {
  auto out = problems_;
  std::stable_sort(out.begin(), out.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::set<std::pair<std::string, std::string>> seen;
  std::erase_if(out, [&](const Problem& p) { return !seen.emplace(p.pointer, p.text).second; });
  return out;
}

}  // namespace openclaw::config
