// SPDX-License-Identifier: MIT
#include "sources/host.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "sources/program.h"

namespace openclaw::test {
namespace {

using sources::Reading;

/// Ok with something to say, or absent with a reason: never an empty "all clear".
void expect_tri_state(const Reading& r) {
  EXPECT_EQ(r.source, "vps");
  if (r.state == Reading::State::ok) {
    EXPECT_TRUE(!r.items.empty() || !r.quiet.empty());
    EXPECT_EQ(r.reason, "");
  } else {
    EXPECT_NE(r.reason, "");
    EXPECT_TRUE(r.items.empty());
  }
  for (const auto& item : r.items) {
    EXPECT_TRUE(item.key.starts_with(item.kind + ":")) << item.key;
    EXPECT_NE(item.title, "");
    EXPECT_NE(item.severity, sources::Severity::info);
  }
}

TEST(Host, EachReadingSaysWhatItKnows) {
  const zone::Zone zone("Europe/Amsterdam");
  const auto now = base::wall_now();
  const auto all = sources::read_host("vps", now - std::chrono::hours(24), now, zone);
  EXPECT_EQ(all.size(), 6U);
  for (const auto& r : all) expect_tri_state(r);
  std::set<std::string> keys;
  for (const auto& r : all)
    for (const auto& item : r.items) EXPECT_TRUE(keys.insert(item.key).second) << item.key;
}

TEST(Host, OddClocksAreSurvived) {
  for (const std::int64_t ms : {-1LL, 253402300799000LL}) {
    expect_tri_state(sources::read_journal("vps", base::from_ms(ms)));
    expect_tri_state(sources::read_upgrades("vps", base::from_ms(ms)));
  }
}

TEST(Host, LoadAndRebootAreAlwaysToBeHad) {
  EXPECT_EQ(sources::read_load("vps").state, Reading::State::ok);
  EXPECT_EQ(sources::read_reboot("vps").state, Reading::State::ok);
}

TEST(Host, AProgramAnswersOrDoesNot) {
  EXPECT_EQ(sources::ask_program("echo", {"a", "b c"}), "a b c\n");
  EXPECT_EQ(sources::ask_program("false", {}), std::nullopt);
  EXPECT_EQ(sources::ask_program("no-such-program", {}), std::nullopt);
  EXPECT_EQ(sources::ask_program("../bin/sh", {"-c", "exit 3"}), std::nullopt);
  EXPECT_EQ(sources::ask_program("printf", {"%s", "$(id); `id`"}), "$(id); `id`") << "no shell";
}

TEST(Host, AProgramSeesNoEnvironmentOfOurs) {
  ::setenv("OPENCLAW_TEST_SECRET", "canary-env", 1);
  const auto environment = sources::ask_program("env", {});
  ASSERT_TRUE(environment);
  EXPECT_EQ(environment->find("canary-env"), std::string::npos);
}

}  // namespace
}  // namespace openclaw::test
