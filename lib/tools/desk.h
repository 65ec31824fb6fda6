// SPDX-License-Identifier: MIT
#pragma once
#include "sources/tickets.h"
#include "tools/tool.h"

namespace openclaw::tools {

/// What the tools over declared sources share.
struct Want {
  std::vector<std::string> kinds;  ///< of sources
  std::string source;              ///< only this one; empty = all of these kinds
  std::size_t most = 50;
  int days = 1;
  sources::Severity least = sources::Severity::info;
  base::Millis back{24 * 3600000};                   ///< how far alerts look back
  std::function<bool(const sources::Item&)> keep{};  ///< empty = everything
};

/// Reads the sources, one JSON line an item; what could not be read is said.
Result list_items(const Want& want, const Context& context);

/// The declared sources of these kinds, or the one that is named. Throws base::Error when there is
/// none.
std::vector<sources::Declared> declared(const std::vector<std::string>& kinds,
                                        const std::string& name, const Context& context);

/// A request's way to the source's server, with its credential.
sources::Fetch fetch_for(const sources::Declared& source, const Context& context);

/// Writes to the first declared Plane that has the project; `what` begins the answer.
Result write_to_plane(
    const std::string& what, const Context& context,
    const std::function<sources::Written(const sources::PlaneServer&, sources::Fetch&)>& act);

/// The same for the same arguments within a job's slot, or a run.
std::string effect_id(const std::string& tool, const json::Value& args, const std::string& run,
                      const Context& context);

/// An optional whole number of the arguments, held between least and most.
int number_of(const json::Value& args, const char* name, int otherwise, int least, int most);

}  // namespace openclaw::tools
