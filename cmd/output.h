// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "json/value.h"

namespace openclaw::cmd {

/// stdout carries the answer or the data and nothing else; everything else is stderr.
/// Writes all bytes. When the reader is gone, throws ClosedPipe.
void write_stdout(std::string_view text);
/// One record on a line of its own.
void write_json(const json::Value& value);
void write_stderr(std::string_view text);

/// stdout was closed by its reader.
struct ClosedPipe {};

bool stdout_is_terminal();
bool stderr_is_terminal();
bool stdin_is_terminal();
/// Colour on stdout: a terminal without NO_COLOR and TERM=dumb, or CLICOLOR_FORCE.
bool use_colour();
/// Columns of the terminal, or 100.
std::size_t columns();
/// Unicode bars and marks may be drawn.
bool use_unicode();

}  // namespace openclaw::cmd
