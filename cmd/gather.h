// SPDX-License-Identifier: MIT
#pragma once
#include "jobs/source_state.h"
#include "settings/settings.h"
#include "sources/read.h"

namespace openclaw::cmd {

/// Reads the job's sources at once, under one deadline; with no source declared, this machine and
/// the sample data. since: when the job last told something. known: what earlier runs know of the
/// sources, or nullptr where nothing is kept.
jobs::Gathered gather(const settings::Settings& settings, const settings::Job& job,
                      base::Time since, base::Time now, const zone::Zone& zone,
                      jobs::SourceState* known);

/// The source with its secrets resolved.
sources::Declared declared_source(const settings::Settings& settings, const std::string& name);

/// All declared sources of some kinds, for tools.
std::vector<sources::Declared> declared_sources(const settings::Settings& settings,
                                                const std::vector<std::string>& kinds);

/// Tells the servers of delivered entries that they do not know of yet; what fails is told next
/// time.
void mark_delivered(const settings::Settings& settings, jobs::SourceState& known);

}  // namespace openclaw::cmd
