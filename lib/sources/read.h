// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/secret.h"
#include "sources/fetch.h"
#include "sources/item.h"
#include "zone/zone.h"

namespace openclaw::sources {

/// A source as the configuration declares it, with its secrets.
struct Declared {
  std::string name, kind;
  std::map<std::string, std::string> texts;  ///< url, path, user, workspace, …
  std::vector<std::string> projects;
  std::string to_model = "full";  ///< full, times, nothing
  std::map<std::string, base::Secret> secrets;
  std::string fault{};  ///< why its secrets are not to be had

  std::string text(const std::string& key) const;
  std::string secret(const std::string& key) const;
};

/// What is wanted of it, and what is known from before.
struct Use {
  base::Time since, now;
  const zone::Zone& zone;
  int days = 1;  ///< of a calendar
  Severity least = Severity::info;
  std::string cached;
  std::int64_t watermark = 0;
  std::set<std::string> delivered;
};

/// The header that the kind's servers want.
void authorise(Fetch& fetch, const Declared& source);

/// Reads any kind of source but this machine. Throws base::Error.
Reading read_source(const Declared& source, const Use& use, Fetch& fetch);

/// A reading that failed, with the kinds that its silence says nothing of.
Reading failed_reading(const std::string& name, const std::string& kind, const std::string& why);

}  // namespace openclaw::sources
