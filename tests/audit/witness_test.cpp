// SPDX-License-Identifier: MIT
#include "audit/witness.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "audit/roles.h"
#include "audit/state.h"
#include "base/error.h"
#include "base/text.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

audit::Head a_head(std::int64_t seq) {
  audit::Head head;
  head.seq = seq;
  for (std::size_t i = 0; i < head.mac.size(); ++i) head.mac[i] = static_cast<std::uint8_t>(i * 8);
  return head;
}

TEST(AuditWitness, SpellsAHeadAndReadsItBack) {
  for (const std::int64_t seq : {0L, 1L, 999L, 123'456'789L, INT64_MAX}) {
    const auto head = a_head(seq);
    const auto again = audit::parse_head(audit::format_head(head));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->seq, head.seq);
    EXPECT_EQ(again->mac, head.mac);
  }
}

TEST(AuditWitness, RefusesWhatIsNoHead) {
  const std::string good = audit::format_head(a_head(12));
  const std::string mac = good.substr(3);
  for (const std::string& bad :
       {std::string(), std::string(":"), "12" + mac, ":" + mac, "-1:" + mac, "+1:" + mac,
        "1 :" + mac, "1: " + mac, "1x:" + mac, "99999999999999999999:" + mac, good + "0",
        good.substr(0, good.size() - 1), "12:" + std::string(64, 'g'),
        "12:" + std::string(64, '\0'), std::string(98, ' ')})
    EXPECT_EQ(audit::parse_head(bad), std::nullopt) << bad;
}

TEST(AuditWitness, TheFileHoldsTheLatestHeadAndNeverGoesBack) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  EXPECT_EQ(audit::read_head_file(folder), std::nullopt);
  audit::Witness witness(folder);
  for (const int seq : {3, 10, 7, 1000, 999}) witness.tell(a_head(seq));
  const auto seen = audit::read_head_file(folder);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->head.seq, 1000);
  EXPECT_EQ(seen->head.mac, a_head(1000).mac);
  EXPECT_EQ(seen->by, "audit.head");
  struct stat info {};
  ASSERT_EQ(::stat((folder + "/audit.head").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07027U, 0U) << "others must not write it";
}

TEST(AuditWitness, ATornOrForeignFileIsNoWitnessAndIsMended) {
  for (const std::string& content : {std::string(), std::string("12:ab"), std::string(99, '\0'),
                                     std::string("hello\n"), std::string(150, '7')}) {
    const TempDir dir;
    const std::string folder = dir.path().string();
    write(folder + "/audit.head", content);
    EXPECT_EQ(audit::read_head_file(folder), std::nullopt);
    audit::Witness(folder).tell(a_head(5));
    const auto seen = audit::read_head_file(folder);
    ASSERT_TRUE(seen) << base::hex(content);
    EXPECT_EQ(seen->head.seq, 5);
  }
}

TEST(AuditWitness, AnOverlongFileIsNoWitnessEither) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  write(folder + "/audit.head", std::string(5000, '7'));
  EXPECT_NO_THROW(EXPECT_EQ(audit::read_head_file(folder), std::nullopt));
  EXPECT_NO_THROW(audit::Witness(folder).tell(a_head(5)));
}

TEST(AuditWitness, ManyProcessesLeaveTheHighestHead) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  run_roles({{"tell", folder, "1"}, {"tell", folder, "2"}, {"tell", folder, "40"}}, folder);
  const auto seen = audit::read_head_file(folder);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->head.seq, 138);
  EXPECT_EQ(seen->head.mac[0], 138);
}

TEST(AuditWitness, UnderTheJournalItIsALineThere) {
  for (const std::string level : {"info", "warning"}) {
    const TempDir dir;
    const std::string folder = dir.path().string();
    const auto child = start_role({"journal", folder, level});
    std::string line;
    child->read(line, Clock::now() + std::chrono::minutes(1));
    EXPECT_EQ(child->wait(), 0);
    EXPECT_NE(line.find("head=" + audit::format_head(audit::Head{7, {}})), std::string::npos)
        << "with log level " << level << ": " << line;
    EXPECT_TRUE(line.empty() || line.front() == '<') << line;
    EXPECT_FALSE(std::filesystem::exists(folder + "/audit.head"));
  }
}

TEST(AuditWitness, NothingAboutHeadsGoesToATerminal) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  const auto child = start_role({"terminal", folder});
  std::string shown;
  child->read(shown, Clock::now() + std::chrono::minutes(1));
  const int code = child->wait();
  if (code == 3) OPENCLAW_NOT_RUN("no pseudo-terminal here");
  EXPECT_EQ(code, 0);
  EXPECT_EQ(shown, "");
  EXPECT_TRUE(std::filesystem::exists(folder + "/audit.head")) << "then the file is the witness";
}

TEST(AuditWitness, IsToldOfEveryRunsEnd) {
  const TempDir dir;
  State state(dir.path().string());
  for (int i = 1; i <= 5; ++i) {
    add_runs(state, i, 1);
    const auto seen = audit::read_head_file(state.folder);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->head.seq, audit::read_head(state.db).seq);
    EXPECT_EQ(seen->head.mac, audit::read_head(state.db).mac);
  }
}

// An older copy that is written to would pass what the witness saw, and hide what is lost.
TEST(AuditWitness, AnOlderCopyIsNotWrittenTo) {
  const TempDir dir;
  const TempDir older;
  {
    State state(dir.path().string());
    add_runs(state, 1, 2);
  }
  copy_state(dir.path().string(), older.path().string());
  {
    State state(dir.path().string());
    add_runs(state, 10, 3);
  }
  std::filesystem::copy_file(dir.path() / "audit.head", older.path() / "audit.head",
                             std::filesystem::copy_options::overwrite_existing);
  const std::string restored = older.path().string();
  {
    State state(restored);
    EXPECT_THROW(add_runs(state, 20, 1), base::ConfigError);
    EXPECT_EQ(state.number("SELECT count(*) FROM runs"), 2);
    audit::accept(state.db, "restored", noon);
    EXPECT_NO_THROW(add_runs(state, 21, 1));
  }
  // Rows of another history under the same numbers are not what it saw either.
  State state(restored);
  state.db.raw().exec(
      "UPDATE run_ends SET mac=zeroblob(32) WHERE seq=(SELECT max(seq) FROM "
      "run_ends)");
  state.db.raw().exec("UPDATE chain SET mac=zeroblob(32)");
  EXPECT_THROW(add_runs(state, 30, 1), base::ConfigError);
}

}  // namespace
}  // namespace openclaw::test
