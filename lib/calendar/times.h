// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <string>

#include "calendar/ical_api.h"
#include "zone/zone.h"

namespace openclaw::calendar {

/// The zones that properties of one calendar name; each name is looked for once.
class Zones {
 public:
  explicit Zones(const zone::Zone& here) : here_(here) {}
  struct Found {
    const zone::Zone* zone;
    bool unknown = false;  ///< the name was not understood; it is the zone of here
  };
  /// The zone of the property's TZID: an IANA name, one at the end of a path such as
  /// "/freeassociation.sourceforge.net/Europe/Amsterdam", or a name of Windows.
  Found of(icalproperty* property);
  const zone::Zone& here() const { return here_; }

 private:
  const zone::Zone& here_;
  std::map<std::string, std::unique_ptr<zone::Zone>> known_;
};

/// A real date between 1900 and 2200.
bool sane(const icaltimetype& t);
zone::Civil civil(const icaltimetype& t);
/// UTC when the value says so, else the wall clock of the zone; an hour that clocks skip is the one
/// after it.
base::Time instant(const icaltimetype& t, const zone::Zone& zone);
/// The instant's wall clock in the zone, without a zone of its own.
icaltimetype floating(base::Time at, const zone::Zone& zone, bool is_date);

/// The IANA name of a zone of Windows ("W. Europe Standard Time"), or empty.
std::string_view iana_of_windows(std::string_view name);

}  // namespace openclaw::calendar
