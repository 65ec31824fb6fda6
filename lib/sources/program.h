// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace openclaw::sources {

/// stdout of a program of this machine, found in the usual folders; nullopt when it is not there,
/// does not end within ten seconds or exits with another status than 0.
std::optional<std::string> ask_program(const std::string& name,
                                       const std::vector<std::string>& arguments);

}  // namespace openclaw::sources
