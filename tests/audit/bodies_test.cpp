// SPDX-License-Identifier: MIT
#include "audit/bodies.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "audit/state.h"
#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "support/child.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

/// All bytes that the state folder holds.
std::string all_files(const std::string& folder) {
  std::string out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) out += read(entry.path().string());
  return out;
}

std::string put(State& state, const std::string& text, Time at = noon, bool store = true) {
  std::string ref;
  state.db.transaction([&] { ref = state.bodies.put(text, at, store); });
  return ref;
}

TEST(AuditBodies, GivesBackWhatWasPut) {
  const TempDir dir;
  State state(dir.path().string());
  for (const auto& text : {std::string("a"), std::string("nul \0 inside", 12),
                           std::string(500'000, 'x'), std::string("\xff\xfe")})
    EXPECT_EQ(state.bodies.get(put(state, text)), text);
  EXPECT_EQ(put(state, ""), "");
  EXPECT_EQ(state.bodies.get(""), std::nullopt);
  EXPECT_EQ(state.bodies.get("unknown"), std::nullopt);
}

TEST(AuditBodies, StoresEqualTextsOnceAndKeepsTheYoungerDate) {
  const TempDir dir;
  State state(dir.path().string());
  const auto ref = put(state, "same", noon + Millis(100));
  EXPECT_EQ(put(state, "same", noon), ref);
  EXPECT_EQ(state.number("SELECT count(*) FROM bodies"), 1);
  EXPECT_EQ(state.number("SELECT at FROM bodies"), base::to_ms(noon + Millis(100)));
  EXPECT_EQ(put(state, "same", noon + Millis(900)), ref);
  EXPECT_EQ(state.number("SELECT at FROM bodies"), base::to_ms(noon + Millis(900)));
  EXPECT_NE(put(state, "other"), ref);
}

TEST(AuditBodies, GivesAReferenceWithoutKeeping) {
  const TempDir dir;
  State state(dir.path().string());
  const auto ref = put(state, "not kept", noon, /*store=*/false);
  EXPECT_FALSE(ref.empty());
  EXPECT_EQ(state.number("SELECT count(*) FROM bodies"), 0);
  EXPECT_EQ(state.bodies.get(ref), std::nullopt);
}

TEST(AuditBodies, WithoutAKeyStoresAndReadsNothing) {
  const TempDir dir;
  std::string ref;
  {
    State state(dir.path().string());
    ref = put(state, "sealed");
  }
  State state(dir.path().string(), /*has_key=*/false);
  EXPECT_FALSE(state.bodies.has_key());
  EXPECT_FALSE(put(state, "nothing").empty());
  EXPECT_EQ(state.number("SELECT count(*) FROM bodies"), 1);
  EXPECT_EQ(state.bodies.get(ref), std::nullopt);
}

TEST(AuditBodies, AnotherKeyOrChangedBytesReadNothing) {
  const TempDir dir;
  State state(dir.path().string());
  const auto ref = put(state, "sealed");
  audit::Bodies other(state.db, base::Secret("another key, also of 32 bytes..."));
  EXPECT_EQ(other.get(ref), std::nullopt);
  state.db.raw().exec("UPDATE bodies SET sealed=zeroblob(length(sealed))");
  EXPECT_EQ(state.bodies.get(ref), std::nullopt);
}

TEST(AuditBodies, ReferencesDoNotGiveAwayTheText) {
  const TempDir dir;
  State state(dir.path().string());
  const auto ref = put(state, "yes");
  EXPECT_EQ(ref.find(base::hex(crypto::view(crypto::sha256("yes")))), std::string::npos);
  audit::Bodies other(state.db, base::Secret("another key, also of 32 bytes..."));
  state.db.transaction([&] { EXPECT_NE(other.put("yes", noon, false), ref); });
}

TEST(AuditBodies, NoTextOfARunRestsUnsealed) {
  const TempDir dir;
  State state(dir.path().string());
  auto run = a_run("run-1");
  run.input = "canary-input-7f3a";
  state.recorder.start_run(run);
  auto call = a_call("call-1");
  call.texts = {"canary-system-7f3a", "canary-message-7f3a"};
  state.recorder.start_call(call, {});
  auto outcome = an_outcome("call-1");
  outcome.reply = "canary-reply-7f3a";
  state.recorder.end_call(outcome, noon);
  auto tool = a_tool("tool-1", "call-1");
  tool.args = "{\"body\":\"canary-args-7f3a\"}";
  state.recorder.decide_tools({tool});
  auto done = a_tool_outcome("tool-1");
  done.result = "canary-result-7f3a";
  state.recorder.end_tool(done);
  auto result = a_result();
  result.output = "canary-output-7f3a";
  state.recorder.end_run(result, noon);
  EXPECT_EQ(all_files(state.folder).find("7f3a"), std::string::npos) << "in the log";
  state.db.raw().exec("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(all_files(state.folder).find("7f3a"), std::string::npos) << "in the database";
  // The control: each of them can be read with the key.
  std::set<std::string> texts;
  for (const auto& ref : state.rows("SELECT ref FROM bodies"))
    texts.insert(state.bodies.get(ref).value_or(""));
  for (const auto& name : {"input", "system", "message", "reply", "result", "output"})
    EXPECT_TRUE(texts.contains(std::string("canary-") + name + "-7f3a")) << name;
}

TEST(AuditBodies, APlaceThatKeepsNothingLeavesReferencesAlone) {
  const TempDir dir;
  State state(dir.path().string());
  auto run = a_run("run-1");
  run.keep_bodies = false;
  state.recorder.start_run(run);
  state.recorder.start_call(a_call("call-1"), {});
  state.recorder.end_call(an_outcome("call-1"), noon);
  state.recorder.decide_tools({a_tool("tool-1", "call-1")});
  state.recorder.end_tool(a_tool_outcome("tool-1"));
  state.recorder.end_run(a_result(), noon);
  EXPECT_EQ(state.number("SELECT count(*) FROM bodies"), 0);
  for (const std::string column :
       {"input_ref FROM runs", "request_ref FROM calls", "reply_ref FROM call_ends",
        "args_ref FROM tools", "result_ref FROM tool_ends", "output_ref FROM run_ends"})
    EXPECT_GE(state.value("SELECT " + column).size(), 32U) << column;
  EXPECT_TRUE(audit::verify(state.db, {}).good);
}

TEST(AuditBodyKey, IsMadeOnceForTheOwnerAlone) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  EXPECT_TRUE(audit::own_body_key(folder, /*make=*/false).empty());
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
  const auto key = audit::own_body_key(folder, /*make=*/true);
  EXPECT_EQ(key.reveal().size(), 32U);
  EXPECT_EQ(audit::own_body_key(folder, true).reveal(), key.reveal());
  EXPECT_EQ(audit::own_body_key(folder, false).reveal(), key.reveal());
  ASSERT_EQ(std::distance(std::filesystem::directory_iterator(folder),
                          std::filesystem::directory_iterator()),
            1);
  struct stat info {};
  ASSERT_EQ(::stat((folder + "/body.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

TEST(AuditBodyKey, IsRefusedWhenOthersMayReadItOrItIsCut) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  (void)audit::own_body_key(folder, true);
  for (const mode_t mode : {0640U, 0604U, 0660U, 0601U}) {
    ::chmod((folder + "/body.key").c_str(), mode);
    EXPECT_THROW((void)audit::own_body_key(folder, true), base::ConfigError) << mode;
  }
  for (const std::size_t size : {0U, 31U, 33U}) {
    write(folder + "/body.key", std::string(size, 'k'));
    ::chmod((folder + "/body.key").c_str(), 0600);
    EXPECT_THROW((void)audit::own_body_key(folder, true), base::ConfigError) << size;
    EXPECT_EQ(read(folder + "/body.key").size(), size) << "a cut key is never replaced";
  }
}

// Two first commands at once: what one of them sealed must not be lost to the key of the other.
TEST(AuditBodyKey, IsOneWhenManyProcessesMakeItAtOnce) {
  for (int round = 0; round < times(30, 300); ++round) {
    const TempDir dir;
    const std::string folder = dir.path().string();
    Gate gate;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 4; ++i) {
      children.push_back(std::make_unique<Child>([&](int out) {
        gate.pass(4);
        const auto key = audit::own_body_key(folder, true);
        const auto all = key.reveal();
        return ::write(out, all.data(), all.size()) == 32 ? 0 : 1;
      }));
    }
    std::set<std::string> keys;
    for (auto& child : children) {
      std::string key;
      child->read(key, Clock::now() + std::chrono::minutes(1), 32);
      EXPECT_EQ(child->wait(), 0);
      keys.insert(base::hex(key));
    }
    ASSERT_EQ(keys.size(), 1U) << "round " << round;
  }
}

TEST(AuditBodyKey, IsReadFromACredentialInEachSpelling) {
  const std::string raw = "\x01\x02\x03 raw key of 32 bytes\xf0\xf1\xf2 abcde";
  ASSERT_EQ(raw.size(), 32U);
  const auto key_from = [](const std::string& text) {
    return std::string(audit::body_key_from(base::Secret(text)).reveal());
  };
  EXPECT_EQ(key_from(raw), raw);
  EXPECT_EQ(key_from(base::hex(raw)), raw);
  EXPECT_EQ(key_from(base::hex(raw, /*upper=*/true)), raw);
  EXPECT_EQ(key_from(base::base64(raw)), raw);
  EXPECT_EQ(key_from(base::base64(raw) + "\n"), raw) << "as written by the hint's command";
  const std::string phrase = "correct horse battery staple";
  EXPECT_EQ(key_from(phrase), crypto::view(crypto::sha256(phrase)));
  for (const std::string bad : {"", "short", "fifteen letters"})
    EXPECT_THROW((void)key_from(bad), base::ConfigError);
}

}  // namespace
}  // namespace openclaw::test
