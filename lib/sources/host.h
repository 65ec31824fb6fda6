// SPDX-License-Identifier: MIT
#pragma once
#include "sources/item.h"
#include "zone/zone.h"

namespace openclaw::sources {

/// What this machine can tell of itself. since: journal errors from then on. Each part that is not
/// to be had here is named in a reading of its own.
std::vector<Reading> read_host(const std::string& source, base::Time since, base::Time now,
                               const zone::Zone& zone);

/// One line for each reading, for another machine's openclaw.
std::string host_as_json(const std::vector<Reading>& readings);
/// The facts of another machine, by a program that prints what host_as_json() makes; argv[0] is an
/// absolute path. Throws base::Error when the program fails or prints something else.
std::vector<Reading> read_other_host(const std::string& source,
                                     const std::vector<std::string>& argv, base::Millis timeout);

Reading read_disks(const std::string& source);
Reading read_units(const std::string& source, const zone::Zone& zone);
Reading read_journal(const std::string& source, base::Time since);
Reading read_load(const std::string& source);
Reading read_reboot(const std::string& source);
Reading read_upgrades(const std::string& source, base::Time now);

}  // namespace openclaw::sources
