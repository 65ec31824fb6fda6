// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"

/// sources may use calendar, jail, net, url, zone, json and base. Each file reads one outside thing
/// and gives items; none knows a job or a model.
namespace openclaw::sources {

enum class Severity { info, warning, critical };

/// One fact that a briefing can speak of. Its key is stable from day to day: NEW, DAY n, GONE, the
/// short id and acknowledgements hang on it.
struct Item {
  std::string source;
  std::string key;   ///< kind:owner:part, like "disk:/var"
  std::string kind;  ///< disk, unit, journal, alert, incident, event, entry, ticket,
                     ///< commitment, notice
  Severity severity = Severity::info;
  std::optional<base::Time> at;  ///< when it happens or began
  std::string title;
  std::string link;    ///< a URL, or the command that shows more
  std::string group;   ///< where it stands in its source: the feed, the project
  std::string detail;  ///< more text, for the model only
  /// What a model may see instead of the title; empty = it is not told of this at all.
  std::optional<std::string> for_model;
  std::int64_t mark = 0;  ///< its number at the server, to be marked once it was delivered
  bool private_text = true;
  bool untrusted = false;
  bool example = false;
};

/// What came of reading one source. An empty ok result is an answer; a failed one is not "all
/// clear".
struct Reading {
  enum class State { ok, failed, absent };
  std::string source;
  State state = State::ok;
  std::string reason;  ///< why failed, or what is absent here
  std::vector<Item> items;
  /// What makes an ok reading doubtful, in words; the kinds that are then not known to be gone.
  std::vector<std::string> doubts;
  std::set<std::string> doubtful_kinds;
  std::string cache;               ///< to be kept for the next reading of this source; private text
  std::string more_link;           ///< where what a budget cuts can be read
  std::vector<std::string> quiet;  ///< short facts that need nobody: "41 units", "load 0.3 of 2"
};

}  // namespace openclaw::sources
