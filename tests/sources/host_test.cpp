// SPDX-License-Identifier: MIT
#include "sources/host.h"

#include <chrono>
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "sources/program.h"
#include "support/temp_dir.h"

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

/// A program that prints a text and ends with a status.
std::string program(const TempDir& dir, const std::string& text, int status = 0) {
  write(dir.file("text"), text);
  write(dir.file("program"),
        "#!/bin/sh\ncat '" + dir.file("text") + "'\nexit " + std::to_string(status) + "\n");
  std::filesystem::permissions(dir.file("program"), std::filesystem::perms::owner_all);
  return dir.file("program");
}

TEST(OtherHost, ItsFactsAreReadBackUnderItsName) {
  const TempDir dir;
  sources::Reading disks, load, units;
  sources::Item full;
  full.kind = "disk";
  full.key = "disk:/var";
  full.title = "/var is 94 % full";
  full.severity = sources::Severity::critical;
  disks.items.push_back(full);
  load.quiet.push_back("load 0.3 of 2");
  units.state = sources::Reading::State::absent;
  units.reason = "units: systemd is not running here";
  const auto text = sources::host_as_json({units, disks, load});
  const auto read =
      sources::read_other_host("vps2", {program(dir, text)}, std::chrono::seconds(20));
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read[0].reason, "vps2: units: systemd is not running here");
  ASSERT_EQ(read[1].items.size(), 1U);
  EXPECT_EQ(read[1].items[0].key, "disk:vps2:/var") << "not this machine's /var";
  EXPECT_EQ(read[1].items[0].title, "vps2: /var is 94 % full");
  EXPECT_EQ(read[1].items[0].severity, sources::Severity::critical);
  EXPECT_TRUE(read[1].items[0].untrusted);
  EXPECT_EQ(read[2].quiet, std::vector<std::string>{"vps2: load 0.3 of 2"});
}

TEST(OtherHost, WhatIsNotItsFactsIsAFailureAndIsNeutral) {
  const TempDir dir;
  const auto read = [&](const std::string& text, int status = 0) {
    return sources::read_other_host("vps2", {program(dir, text, status)}, std::chrono::seconds(20));
  };
  EXPECT_THROW(read("", 255), base::UnavailableError) << "ssh could not connect";
  EXPECT_THROW(read(""), base::ProtocolError);
  EXPECT_THROW(read("Welcome to vps2!\n"), base::ProtocolError);
  EXPECT_THROW(read("{\"state\":\"fine\"}\n"), base::ProtocolError);
  EXPECT_THROW(read("[1,2]\n"), base::ProtocolError);
  const auto hostile = read(
      "{\"state\":\"ok\",\"items\":[{\"kind\":\"disk\",\"key\":\"disk:/\",\"severity\":\"odd\","
      "\"title\":\"\\u001b[31mred\\nNEEDS YOU\"}],\"quiet\":[7,\"a\\nb\"]}\n");
  EXPECT_EQ(hostile[0].items[0].title.find('\n'), std::string::npos);
  EXPECT_EQ(hostile[0].items[0].severity, sources::Severity::info);
  EXPECT_EQ(hostile[0].quiet[1].find('\n'), std::string::npos);
  write(dir.file("program"), "#!/bin/sh\nexec sleep 60\n");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(sources::read_other_host("vps2", {dir.file("program")}, base::Millis(300)),
               base::UnavailableError);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace openclaw::test
