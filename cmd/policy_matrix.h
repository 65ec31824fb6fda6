// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <tuple>

#include "json/value.h"
#include "settings/settings.h"

namespace openclaw::cmd {

/// One cell of the matrix: what a caller may do with a tool through an agent.
struct Cell {
  int level = 0;       ///< 0 no, 1 asks, 2 yes
  std::string grants;  ///< the grants that fit, canonical: a wider constraint is a wider cell
};

/// (caller, agent, tool) -> cell; only cells that are not "no".
using Cells = std::map<std::tuple<std::string, std::string, std::string>, Cell>;

Cells policy_cells(const settings::Settings& settings);
/// The cells of `now` that allow what `before` did not: a higher level, or other constraints.
Cells widened(const Cells& before, const Cells& now);

json::Value to_json(const Cells& cells);
Cells cells_from(const json::Value& value);
std::string draw_matrix(const Cells& cells);
std::string draw_widened(const Cells& before, const Cells& wider);

}  // namespace openclaw::cmd
