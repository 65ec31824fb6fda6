// SPDX-License-Identifier: MIT
#include "ask_input.h"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/key_shape.h"
#include "base/text.h"
#include "output.h"

namespace openclaw::cmd {
namespace {

constexpr std::size_t most_text = 4u << 20;
constexpr std::size_t most_image = 10u << 20;

/// By the first bytes, never by the name.
std::string image_type(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return "image/webp";
  return {};
}

}  // namespace

AskInput read_ask_input(const Args& args) {
  AskInput out;
  std::string prompt = base::join(args.all("PROMPT"), " ");
  const bool from_stdin = prompt == "-" || !stdin_is_terminal();
  if (prompt == "-") prompt.clear();
  std::string piped;
  if (from_stdin) {
    try {
      piped = base::read_all(0, most_text);
    } catch (const base::LimitError&) {
      throw base::LimitError("stdin holds more than " + base::human_bytes(most_text));
    }
    if (const auto type = image_type(piped); !type.empty()) {
      out.message.parts.emplace_back(llm::Image{type, std::move(piped)});
      piped.clear();
    } else if (piped.find('\0') != std::string::npos) {
      throw base::UsageError("stdin holds neither text nor a picture");
    }
  }
  if (const auto what = base::looks_like_secret(piped); !what.empty())
    out.warnings.push_back("stdin holds what looks like " + what);
  std::string text;
  for (const auto& file : args.all("file")) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
      throw base::UsageError("'" + file + "' is a folder", "name its files: -f dir/*.txt");
    std::string content = base::read_file(file, most_image);
    if (const auto type = image_type(content); !type.empty()) {
      out.message.parts.emplace_back(llm::Image{type, std::move(content)});
      continue;
    }
    if (content.find('\0') != std::string::npos)
      throw base::UsageError("'" + file + "' holds neither text nor a picture");
    if (const auto what = base::looks_like_secret(content); !what.empty())
      out.warnings.push_back("'" + file + "' holds what looks like " + what);
    text += fmt::format("<file name=\"{}\">\n{}{}</file>\n\n", base::one_line(file),
                        base::valid_utf8(content), content.ends_with('\n') ? "" : "\n");
  }
  piped = base::valid_utf8(piped);
  if (prompt.empty() && text.empty()) {
    text = piped;
  } else if (!base::trim(piped).empty()) {
    text += fmt::format("<stdin>\n{}{}</stdin>\n\n", piped, piped.ends_with('\n') ? "" : "\n");
  }
  text += base::valid_utf8(prompt);
  if (base::trim(text).empty() && out.message.parts.empty())
    throw base::UsageError("there is nothing to ask", "openclaw ask \"what breaks?\"");
  if (!text.empty()) out.message.parts.emplace_back(llm::Text{text});
  out.text = std::move(text);
  return out;
}

}  // namespace openclaw::cmd
