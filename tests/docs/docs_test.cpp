// SPDX-License-Identifier: MIT
// The manual pages, completions and the schema must say what the program does. UPDATE=1 rewrites
// them.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "docs/documents.h"
#include "support/temp_dir.h"

namespace openclaw::test {
namespace {

const std::string source = OPENCLAW_SOURCE;

TEST(Documents, SayWhatTheProgramDoes) {
  const bool update = std::getenv("UPDATE") != nullptr;
  for (const auto& [path, content] : documents()) {
    const std::string file = source + "/" + path;
    if (update) {
      std::filesystem::create_directories(std::filesystem::path(file).parent_path());
      write(file, content);
    }
    EXPECT_EQ(read(file), content) << path << " is out of date; UPDATE=1 rewrites it";
  }
}

TEST(Documents, ThereIsNoPageForACommandThatDoesNotExist) {
  const auto made = documents();
  for (const auto& entry : std::filesystem::directory_iterator(source + "/man"))
    EXPECT_TRUE(made.contains("man/" + entry.path().filename().string())) << entry.path();
}

TEST(Documents, EachHelpFitsAScreenAndShowsTwoExamples) {
  for (const auto& command : cmd::commands()) {
    const std::string help = cmd::help_of(command);
    EXPECT_LE(std::count(help.begin(), help.end(), '\n'), 48) << command.name;
    EXPECT_GE(command.examples.size(), 2U) << command.name;
  }
}

TEST(Documents, EveryCommandHasProse) {
  for (const auto& command : cmd::commands())
    EXPECT_FALSE(prose_of(command.name).empty()) << command.name;
}

}  // namespace
}  // namespace openclaw::test
