// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <utility>

#include "calendar/times.h"

namespace openclaw::calendar {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// The territory-neutral rows of CLDR's windowsZones, by name.
constexpr std::array zones = {
    Pair{"AUS Central Standard Time", "Australia/Darwin"},
    Pair{"AUS Eastern Standard Time", "Australia/Sydney"},
    Pair{"Afghanistan Standard Time", "Asia/Kabul"},
    Pair{"Alaskan Standard Time", "America/Anchorage"},
    Pair{"Arab Standard Time", "Asia/Riyadh"},
    Pair{"Arabian Standard Time", "Asia/Dubai"},
    Pair{"Arabic Standard Time", "Asia/Baghdad"},
    Pair{"Argentina Standard Time", "America/Argentina/Buenos_Aires"},
    Pair{"Atlantic Standard Time", "America/Halifax"},
    Pair{"Azores Standard Time", "Atlantic/Azores"},
    Pair{"Canada Central Standard Time", "America/Regina"},
    Pair{"Cape Verde Standard Time", "Atlantic/Cape_Verde"},
    Pair{"Cen. Australia Standard Time", "Australia/Adelaide"},
    Pair{"Central America Standard Time", "America/Guatemala"},
    Pair{"Central Asia Standard Time", "Asia/Almaty"},
    Pair{"Central Europe Standard Time", "Europe/Budapest"},
    Pair{"Central European Standard Time", "Europe/Warsaw"},
    Pair{"Central Standard Time", "America/Chicago"},
    Pair{"Central Standard Time (Mexico)", "America/Mexico_City"},
    Pair{"China Standard Time", "Asia/Shanghai"},
    Pair{"E. Africa Standard Time", "Africa/Nairobi"},
    Pair{"E. Australia Standard Time", "Australia/Brisbane"},
    Pair{"E. Europe Standard Time", "Europe/Chisinau"},
    Pair{"E. South America Standard Time", "America/Sao_Paulo"},
    Pair{"Eastern Standard Time", "America/New_York"},
    Pair{"Egypt Standard Time", "Africa/Cairo"},
    Pair{"FLE Standard Time", "Europe/Kiev"},
    Pair{"GMT Standard Time", "Europe/London"},
    Pair{"GTB Standard Time", "Europe/Bucharest"},
    Pair{"Georgian Standard Time", "Asia/Tbilisi"},
    Pair{"Greenland Standard Time", "America/Godthab"},
    Pair{"Greenwich Standard Time", "Atlantic/Reykjavik"},
    Pair{"Hawaiian Standard Time", "Pacific/Honolulu"},
    Pair{"India Standard Time", "Asia/Calcutta"},
    Pair{"Iran Standard Time", "Asia/Tehran"},
    Pair{"Israel Standard Time", "Asia/Jerusalem"},
    Pair{"Jordan Standard Time", "Asia/Amman"},
    Pair{"Korea Standard Time", "Asia/Seoul"},
    Pair{"Middle East Standard Time", "Asia/Beirut"},
    Pair{"Morocco Standard Time", "Africa/Casablanca"},
    Pair{"Mountain Standard Time", "America/Denver"},
    Pair{"Myanmar Standard Time", "Asia/Rangoon"},
    Pair{"N. Central Asia Standard Time", "Asia/Novosibirsk"},
    Pair{"Nepal Standard Time", "Asia/Katmandu"},
    Pair{"New Zealand Standard Time", "Pacific/Auckland"},
    Pair{"Newfoundland Standard Time", "America/St_Johns"},
    Pair{"North Asia Standard Time", "Asia/Krasnoyarsk"},
    Pair{"Pacific SA Standard Time", "America/Santiago"},
    Pair{"Pacific Standard Time", "America/Los_Angeles"},
    Pair{"Pakistan Standard Time", "Asia/Karachi"},
    Pair{"Paraguay Standard Time", "America/Asuncion"},
    Pair{"Romance Standard Time", "Europe/Paris"},
    Pair{"Russian Standard Time", "Europe/Moscow"},
    Pair{"SA Eastern Standard Time", "America/Cayenne"},
    Pair{"SA Pacific Standard Time", "America/Bogota"},
    Pair{"SA Western Standard Time", "America/La_Paz"},
    Pair{"SE Asia Standard Time", "Asia/Bangkok"},
    Pair{"Singapore Standard Time", "Asia/Singapore"},
    Pair{"South Africa Standard Time", "Africa/Johannesburg"},
    Pair{"Sri Lanka Standard Time", "Asia/Colombo"},
    Pair{"Taipei Standard Time", "Asia/Taipei"},
    Pair{"Tasmania Standard Time", "Australia/Hobart"},
    Pair{"Tokyo Standard Time", "Asia/Tokyo"},
    Pair{"Turkey Standard Time", "Europe/Istanbul"},
    Pair{"US Eastern Standard Time", "America/Indianapolis"},
    Pair{"US Mountain Standard Time", "America/Phoenix"},
    Pair{"UTC", "UTC"},
    Pair{"Venezuela Standard Time", "America/Caracas"},
    Pair{"W. Australia Standard Time", "Australia/Perth"},
    Pair{"W. Central Africa Standard Time", "Africa/Lagos"},
    Pair{"W. Europe Standard Time", "Europe/Berlin"},
    Pair{"West Asia Standard Time", "Asia/Tashkent"},
    Pair{"West Pacific Standard Time", "Pacific/Port_Moresby"},
};
static_assert(std::is_sorted(zones.begin(), zones.end()));

}  // namespace

std::string_view iana_of_windows(std::string_view name) {
  const auto at = std::lower_bound(zones.begin(), zones.end(), name,
                                   [](const Pair& p, std::string_view n) { return p.first < n; });
  return at != zones.end() && at->first == name ? at->second : std::string_view();
}

}  // namespace openclaw::calendar
