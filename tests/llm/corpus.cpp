// SPDX-License-Identifier: MIT
#include "llm/corpus.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <unistd.h>

#include "json/parse.h"

namespace openclaw::test {
namespace {

using json::Value;

const std::string folder = OPENCLAW_SOURCE "/../shared/data/llm";

bool env_is(const char* name, std::string_view value) {
  const char* set = std::getenv(name);
  return set && set == value;
}

/// The unpacked file; empty when it is absent or xz is.
std::string unpacked(const std::string& file) {
  const std::string path = folder + "/" + file;
  if (::access(path.c_str(), R_OK) != 0) return {};
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(("xz -dc '" + path + "'").c_str(), "r"),
                                                   ::pclose);
  std::string out;
  std::array<char, 65536> piece;
  while (pipe) {
    const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe.get());
    if (n == 0) break;
    out.append(piece.data(), n);
  }
  return out;
}

const llm::Wire* wire_of(const std::string& path) {
  if (path.ends_with("/messages")) return &llm::anthropic_wire;
  if (path.ends_with("/chat/completions")) return &llm::openai_chat_wire;
  if (path.ends_with("/responses")) return &llm::openai_responses_wire;
  if (path.ends_with("enerateContent")) return &llm::gemini_wire;
  throw std::runtime_error("a recorded path of no known format: " + path);
}

Exchange exchange_of(const Value& record) {
  Exchange out;
  out.name = record["src"].as_string() + " #" + std::to_string(record["i"].as_int());
  out.host = record["host"].as_string();
  out.wire = wire_of(record["path"].as_string());
  out.status = static_cast<int>(record["status"].as_int());
  for (const auto& [name, values] : record["headers"].members())
    for (const auto& value : values.items()) out.headers.emplace_back(name, value.as_string());
  if (record["resp"].is_string())
    out.stream = record["resp"].as_string();
  else
    out.body = record["resp"];
  return out;
}

std::vector<Exchange> load() {
  std::vector<Exchange> out;
  const std::string text = unpacked("exchanges.jsonl.xz");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    if (!line.empty()) out.push_back(exchange_of(json::parse(line)));
    at = end + 1;
  }
  return out;
}

}  // namespace

const std::vector<Exchange>& exchanges() {
  static const std::vector<Exchange> all = load();
  return all;
}

const Value& usage_bodies() {
  static const Value all = [] {
    const std::string text = unpacked("usages.json.xz");
    return text.empty() ? Value::array() : json::parse(text);
  }();
  return all;
}

void Corpus::SetUp() {
  if (!exchanges().empty() && usage_bodies().size() > 0) return;
  static int missing = 0;
  const bool expected = env_is("OPENCLAW_SHARED", "absent");
  const bool ci = env_is("OPENCLAW_CI", "1");
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  std::cerr << "NOT RUN: " << info->test_suite_name() << '.' << info->name() << " (" << ++missing
            << (ci && !expected ? " MISSING IN CI" : "")
            << "): the recorded exchanges or xz are absent\n";
  GTEST_SKIP() << "NOT RUN: the recorded exchanges or xz are absent";
}

void tell(const std::string& line) { std::cout << "[  FIGURES ] " << line << std::endl; }

bool full_run() { return env_is("OPENCLAW_FULL", "1"); }

}  // namespace openclaw::test
