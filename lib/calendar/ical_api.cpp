// SPDX-License-Identifier: MIT
#include "calendar/ical_api.h"

#include <string>

#include <dlfcn.h>

#include "base/error.h"

namespace openclaw::calendar {
namespace {

IcalApi load() {
  void* library = ::dlopen(OPENCLAW_LIBICAL, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw base::UnavailableError("cannot read calendars: the library libical is not here");
  IcalApi api{};
#define OPENCLAW_ICAL_FIND(name)                                           \
  api.name = reinterpret_cast<decltype(&::name)>(::dlsym(library, #name)); \
  if (!api.name) throw base::UnavailableError(std::string("libical lacks ") + #name);
  OPENCLAW_ICAL_FUNCTIONS(OPENCLAW_ICAL_FIND)
#undef OPENCLAW_ICAL_FIND
  return api;
}

}  // namespace

const IcalApi& ical() {
  static const IcalApi api = load();
  return api;
}

}  // namespace openclaw::calendar
