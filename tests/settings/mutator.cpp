// SPDX-License-Identifier: MIT
#include "settings/mutator.h"

#include <algorithm>

namespace openclaw::test {
namespace {

using json::Value;

/// All values that hold something, deepest last.
void collect(Value& value, std::vector<Value*>& containers, std::vector<Value*>& leaves) {
  if (value.is_object() && value.size() > 0) {
    containers.push_back(&value);
    for (auto& member : value.members_mutable()) collect(member.second, containers, leaves);
  } else if (value.is_array() && value.size() > 0) {
    containers.push_back(&value);
    for (auto& item : value.items_mutable()) collect(item, containers, leaves);
  } else {
    leaves.push_back(&value);
  }
}

}  // namespace

Value Mutator::other(const Value& value) {
  const std::string& text = value.as_string();
  if (const auto digit = text.find_last_of("0123456789");
      digit != std::string::npos && pick(4) != 0) {
    std::string changed = text;  // another amount, hour, port or id
    changed[digit] = static_cast<char>('0' + (changed[digit] - '0' + 1) % 10);
    return Value(changed);
  }
  if (value.is_bool() && pick(2) == 0) return Value(!value.as_bool());
  if (value.is_int() && pick(2) == 0) return Value(value.as_int() + 1);
  switch (pick(9)) {
    case 0: return Value();
    case 1: return Value(true);
    case 2: return Value(static_cast<int>(pick(5)));
    case 3: return Value("all");
    case 4: return Value::array();
    case 5: return Value::object();
    case 6: return Value(text + "x");
    case 7: return Value(text.substr(0, text.size() / 2));
    default: return Value::array({value});
  }
}

void Mutator::change(Value& root) {
  std::vector<Value*> containers, leaves;
  collect(root, containers, leaves);
  Value& box = *containers[1 + pick(containers.size() - 1)];  // never the root itself
  const std::size_t at = pick(box.size());
  switch (pick(31)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:  // delete
      if (box.is_object())
        box.members_mutable().erase(box.members_mutable().begin() +
                                    static_cast<std::ptrdiff_t>(at));
      else
        box.items_mutable().erase(box.items_mutable().begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 10:  // rename
      if (box.is_object()) box.members_mutable()[at].first += "x";
      break;
    case 11:  // doubled under another name, or twice in a list
      if (box.is_object())
        box.set(box.members()[at].first + "-two", Value(box.members()[at].second));
      else
        box.push(Value(box.items()[at]));
      break;
    case 12:
    case 13:
    case 14: {  // swap two members
      const std::size_t b = pick(box.size());
      if (box.is_object())
        std::swap(box.members_mutable()[at].second, box.members_mutable()[b].second);
      else
        std::swap(box.items_mutable()[at], box.items_mutable()[b]);
      break;
    }
    case 15: {  // a value from elsewhere
      Value copy = *leaves[pick(leaves.size())];
      *leaves[pick(leaves.size())] = std::move(copy);
      break;
    }
    case 16:
    case 17:
    case 18:
    case 19:
    case 20:
    case 21:
    case 22:
    case 23:
    case 24:
    case 25: {  // another order
      const auto by = static_cast<std::ptrdiff_t>(at);
      if (box.is_object())
        std::rotate(box.members_mutable().begin(), box.members_mutable().begin() + by,
                    box.members_mutable().end());
      else
        std::rotate(box.items_mutable().begin(), box.items_mutable().begin() + by,
                    box.items_mutable().end());
      break;
    }
    default: {  // another type or value
      Value& leaf = *leaves[pick(leaves.size())];
      leaf = other(leaf);
    }
  }
}

std::string Mutator::flip(std::string text) {
  text[pick(text.size())] = "\"{}[]:,0aA/ \\*-~1x"[pick(18)];
  return text;
}

std::string Mutator::repeat_key(const Value& root) {
  std::string text = json::dump_pretty(root);
  const auto line = text.find('\n', pick(text.size() / 2));
  const auto end = text.find('\n', line + 1);
  const std::string copy = text.substr(line, end - line);
  return copy.ends_with(',') ? text.insert(line, copy) : text;
}

std::string Mutator::mutate(const Value& root) {
  if (pick(12) == 0) return flip(json::dump_pretty(root));
  if (pick(16) == 0) return repeat_key(root);
  Value changed = root;
  for (std::size_t n = pick(10) == 0 ? 2 : 1; n > 0; --n) change(changed);
  return json::dump_pretty(changed);
}

}  // namespace openclaw::test
