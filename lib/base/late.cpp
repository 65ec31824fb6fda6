// SPDX-License-Identifier: MIT
#include "base/late.h"

#include <string>

#include <dlfcn.h>

#include "base/error.h"

namespace openclaw::base {

void* late_symbol(const char* library, const char* name) {
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);  // for the process's life
  if (!handle) throw UnavailableError(std::string("the library ") + library + " is not here");
  void* found = ::dlsym(handle, name);
  if (!found) throw UnavailableError(std::string(library) + " lacks " + name);
  return found;
}

}  // namespace openclaw::base
