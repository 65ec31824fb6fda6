// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/money.h"
#include "jobs/ledger.h"
#include "jobs/memory.h"
#include "jobs/plan.h"
#include "json/value.h"

namespace openclaw::jobs {

/// What a model wrote: sentences about items, by their short ids. Names, numbers and links are
/// ours.
struct Written {
  std::string opening;
  std::vector<std::pair<std::string, std::string>> sentences;  ///< short id, sentence
  std::vector<std::string> unknown_ids;                        ///< named, but never gathered
};

/// Everything a briefing shows.
struct Briefing {
  std::string host;
  base::Time when;
  std::string written_by;  ///< "written without a model: none is configured", "written by main:M1"
  Diff diff;
  std::vector<std::string> quiet, not_seen, missed;
  std::vector<Cut> cuts;
  Written written;
  bool read_private = false;  ///< the model has read private text, by its facts or by a tool
  std::size_t sources_ok = 0, sources_all = 0;
  base::Millis took{0};
  Slot slot;
  std::string run;
  std::optional<base::Usd> cost;                    ///< nullopt = unpriced
  std::vector<std::pair<std::string, bool>> setup;  ///< "machine", done? — shown until all are done
};

struct Style {
  bool bold = false;
  std::size_t width = 100;
};

/// The plain, ranked text.
std::string render(const Briefing& briefing, const zone::Zone& zone, const Style& style);

/// Numbers of each section, and of what is not private the first titles: what a place may have that
/// is not end-to-end encrypted. Nothing that a model wrote is in it.
std::string headlines(const Briefing& briefing, const zone::Zone& zone);
/// Whether the whole text tells anything private.
bool has_private(const Briefing& briefing);
/// Whether there is nothing to tell: no item, nothing gone, nothing unseen or missed.
bool is_empty(const Briefing& briefing);
/// Whether an item waits for somebody: no event, nothing that is over, nothing acknowledged.
bool needs_somebody(const Told& told);

/// Text of others for a line of ours: an address in it is seen or is none, never behind words.
std::string without_links(std::string text);

/// The schema that a model's answer must fit.
json::Value answer_schema();
/// The gathered facts as the model reads them: JSON lines between marks, data and never
/// instructions.
std::string facts_for_model(const Briefing& briefing);
/// Reads an answer; throws base::ProtocolError when it does not fit.
Written read_answer(const std::string& text, const Diff& diff);

}  // namespace openclaw::jobs
