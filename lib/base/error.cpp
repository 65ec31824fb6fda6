// SPDX-License-Identifier: MIT
#include "base/error.h"

namespace openclaw::base {

StorageError disk_full() {
  return StorageError("the disk is full: nothing runs until there is room again");
}

std::string describe(const std::exception& e) {
  std::string text = e.what();
  try {
    std::rethrow_if_nested(e);
  } catch (const std::exception& inner) {
    text += ": " + describe(inner);
  } catch (...) {
  }
  return text;
}

std::string hint_of(const std::exception& e) {
  if (const auto* own = dynamic_cast<const Error*>(&e); own && !own->hint().empty())
    return own->hint();
  try {
    std::rethrow_if_nested(e);
  } catch (const std::exception& inner) {
    return hint_of(inner);
  } catch (...) {
  }
  return {};
}

}  // namespace openclaw::base
