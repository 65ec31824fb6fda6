// SPDX-License-Identifier: MIT
#include "calendar/ical_api.h"

#include "base/late.h"

namespace openclaw::calendar {
namespace {

IcalApi load() {
  IcalApi api{};
#define OPENCLAW_ICAL_FIND(name) api.name = OPENCLAW_LATE(OPENCLAW_LIBICAL, name);
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
