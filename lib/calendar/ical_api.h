// SPDX-License-Identifier: MIT
#pragma once
#include <libical/ical.h>

/// The functions of libical that this room uses. The library is loaded when a calendar is first
/// read: with ICU behind it, linking it would cost every start of the program 2 ms and 2 MiB.
#define OPENCLAW_ICAL_FUNCTIONS(X)     \
  X(icalcomponent_free)                \
  X(icalcomponent_get_first_component) \
  X(icalcomponent_get_first_property)  \
  X(icalcomponent_get_next_component)  \
  X(icalcomponent_get_next_property)   \
  X(icalcomponent_get_status)          \
  X(icalcomponent_get_uid)             \
  X(icalcomponent_isa)                 \
  X(icaldurationtype_as_int)           \
  X(icalparameter_get_partstat)        \
  X(icalparameter_get_range)           \
  X(icalparameter_get_tzid)            \
  X(icalparser_parse_string)           \
  X(icalproperty_get_attendee)         \
  X(icalproperty_get_dtend)            \
  X(icalproperty_get_dtstart)          \
  X(icalproperty_get_due)              \
  X(icalproperty_get_duration)         \
  X(icalproperty_get_exdate)           \
  X(icalproperty_get_first_parameter)  \
  X(icalproperty_get_location)         \
  X(icalproperty_get_rdate)            \
  X(icalproperty_get_recurrenceid)     \
  X(icalproperty_get_rrule)            \
  X(icalproperty_get_summary)          \
  X(icalproperty_get_value_as_string)  \
  X(icalrecur_iterator_free)           \
  X(icalrecur_iterator_new)            \
  X(icalrecur_iterator_next)           \
  X(icalrecur_iterator_set_start)      \
  X(icaltime_is_null_time)             \
  X(icaltime_is_utc)

namespace openclaw::calendar {

struct IcalApi {
#define OPENCLAW_ICAL_MEMBER(name) decltype(&::name) name;
  OPENCLAW_ICAL_FUNCTIONS(OPENCLAW_ICAL_MEMBER)
#undef OPENCLAW_ICAL_MEMBER
};

/// Loaded once; throws base::UnavailableError when the library is not there.
const IcalApi& ical();

}  // namespace openclaw::calendar
