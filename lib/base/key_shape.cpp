// SPDX-License-Identifier: MIT
#include "base/key_shape.h"

#include <array>

#include "base/text.h"

namespace openclaw::base {
namespace {

struct Pattern {
  std::string_view start;
  std::size_t least;  ///< so many characters of a token must follow
  std::string_view name;
};
constexpr std::array patterns{
    Pattern{"sk-ant-", 20, "an Anthropic key"}, Pattern{"sk-or-", 20, "an OpenRouter key"},
    Pattern{"sk-proj-", 20, "an OpenAI key"},   Pattern{"sk-", 32, "an API key"},
    Pattern{"AIza", 35, "a Google key"},        Pattern{"AKIA", 16, "an AWS key id"},
    Pattern{"ghp_", 30, "a GitHub token"},      Pattern{"github_pat_", 30, "a GitHub token"},
    Pattern{"glpat-", 18, "a GitLab token"},    Pattern{"xoxb-", 20, "a Slack token"},
    Pattern{"syt_", 20, "a Matrix token"},      Pattern{"eyJhbGciOi", 30, "a JSON web token"}};

bool is_token_char(char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; }

}  // namespace

std::string looks_like_secret(std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos &&
      text.find("PRIVATE KEY-----") != std::string_view::npos)
    return "a private key";
  for (const auto& p : patterns) {
    for (std::size_t at = 0; (at = text.find(p.start, at)) != std::string_view::npos; ++at) {
      if (at > 0 && is_token_char(text[at - 1])) continue;
      std::size_t end = at + p.start.size();
      while (end < text.size() && is_token_char(text[end])) ++end;
      if (end - at - p.start.size() >= p.least) return std::string(p.name);
    }
  }
  return {};
}

}  // namespace openclaw::base
