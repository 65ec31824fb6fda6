// SPDX-License-Identifier: MIT
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "audit/budget.h"
#include "audit/query.h"
#include "audit/state.h"
#include "base/file.h"
#include "support/temp_dir.h"
#include "support/tier.h"

/// A changed byte of the database or of its log is found, or changes nothing that is read.
namespace openclaw::test {
namespace {

/// What queries, budgets and the reader of texts give.
std::string report(store::Database& db) {
  std::string out;
  const zone::Zone zone("UTC");
  for (const auto& by : {"agent", "day", "tool", "outcome"}) {
    audit::Query query;
    query.by = {by};
    query.since = noon - std::chrono::hours(1);
    query.until = noon + std::chrono::hours(24);
    for (const auto& g : audit::count(db, query, zone).groups) {
      out += std::string(by) + ' ' + g.keys[0];
      for (const auto figure : {g.runs, g.calls, g.tools, g.denied, g.tokens_in, g.cost.nano})
        out += ' ' + std::to_string(figure);
      out += '\n';
    }
  }
  for (const auto& agent : {"ops", "coder"}) {
    audit::Limit limit;
    limit.agent = agent;
    out += std::string(agent) + " spent " + base::to_string(audit::spent(db, limit)) + '\n';
  }
  audit::Bodies bodies(db, base::Secret(std::string(body_key)));
  SQLite::Statement refs(db.raw(), "SELECT reply_ref FROM call_ends ORDER BY seq");
  while (refs.executeStep())
    out += bodies.get(refs.getColumn(0).getString()).value_or("no such text") + '\n';
  return out;
}

/// Where two texts part: the rest of both lines.
std::string difference(const std::string& before, const std::string& after) {
  std::size_t at = 0;
  while (at < before.size() && at < after.size() && before[at] == after[at]) ++at;
  const auto rest = [at](const std::string& text) {
    const std::size_t from = at < 30 ? 0 : at - 30;
    return text.substr(from, 90).substr(0, text.substr(from, 90).find('\n', at - from));
  };
  return " [" + rest(before) + "] became [" + rest(after) + "]";
}

/// What the flips of one file gave.
struct Tally {
  long flips = 0, found = 0, same = 0;
  std::vector<std::string> silent;       ///< rows differ, and nothing was found
  std::vector<std::string> misreported;  ///< rows are equal, but reports or budgets are not
};

/// The files of one good state, one of which is changed a byte at a time.
class Flipper {
 public:
  Flipper(const std::string& good_folder, const std::string& flipped)
      : target_(copy_.file(flipped)), witnesses_(witnesses_of(good_folder)) {
    copy_state(good_folder, copy_.path().string());
    content_ = read(target_);
    reference(rows_, reports_);
  }

  std::size_t size() const { return content_.size(); }

  void flip(std::size_t at, unsigned pattern, Tally& tally) {
    put(at, static_cast<char>(static_cast<unsigned char>(content_[at]) ^ pattern));
    const std::string what = "byte " + std::to_string(at) + " ^ " + std::to_string(pattern);
    ++tally.flips;
    std::string rows, reports;
    if (!reference(rows, reports)) {
      ++tally.found;
    } else if (rows != rows_) {
      tally.silent.push_back(what + difference(rows_, rows));
    } else if (reports != reports_) {
      tally.misreported.push_back(what + difference(reports_, reports));
    } else {
      ++tally.same;
    }
    put(at, content_[at]);
    EXPECT_EQ(std::filesystem::file_size(target_), content_.size());
  }

 private:
  void put(std::size_t at, char byte) {
    const base::Fd fd(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::pwrite(fd.get(), &byte, 1, static_cast<off_t>(at)), 1);
    std::filesystem::remove(copy_.path() / "openclaw.db-shm");
  }

  /// False when opening, verifying or reading finds a fault.
  bool reference(std::string& rows, std::string& reports) {
    try {
      store::Database db(database_in(copy_.path().string()), Access::read_only,
                         audit::migrations());
      if (!audit::verify(db, witnesses_).good) return false;
      rows = dump(db);
      reports = report(db);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  TempDir copy_;
  std::string target_, content_, rows_, reports_;
  std::vector<audit::Witnessed> witnesses_;
};

/// Flips every byte in these ways (in the long run), or a sample of so many.
Tally flip_all(Flipper& flipper, std::size_t sample, const std::vector<unsigned>& patterns) {
  Tally tally;
  std::mt19937_64 random(seed());
  if (is_full()) {
    for (std::size_t at = 0; at < flipper.size(); ++at)
      for (const unsigned pattern : patterns) flipper.flip(at, pattern, tally);
    return tally;
  }
  const std::size_t stride = std::max<std::size_t>(1, flipper.size() / sample);
  for (std::size_t begin = 0; begin < flipper.size(); begin += stride) {
    const std::size_t at = std::min(begin + random() % stride, flipper.size() - 1);
    const unsigned bits = static_cast<unsigned>(random() % 4);
    flipper.flip(at, bits < 2 ? 1U : bits == 2 ? 1U << (random() % 8) : 0xFFU, tally);
  }
  return tally;
}

/// Pages that hold rows are where a flip can do harm; free space hardly needs the sample.
void flip_used(Flipper& flipper, std::size_t sample, Tally& tally, const std::string& content) {
  if (is_full()) return;
  std::mt19937_64 random(seed() + 1);
  std::vector<std::size_t> used;
  for (std::size_t at = 0; at < content.size(); ++at)
    if (content[at] != 0) used.push_back(at);
  for (std::size_t i = 0; i < sample; ++i)
    flipper.flip(used[random() % used.size()], random() % 2 ? 1U : 1U << (random() % 8), tally);
}

std::string list(const std::vector<std::string>& all) {
  std::string out = std::to_string(all.size()) + ":";
  for (std::size_t i = 0; i < all.size() && i < 12; ++i) out += "\n  " + all[i];
  return out;
}

void expect_honest(const char* file, const Tally& tally) {
  std::cout << file << ": " << tally.flips << " flips, " << tally.found << " found, " << tally.same
            << " change nothing, " << tally.silent.size() << " silent, " << tally.misreported.size()
            << " misreported\n";
  EXPECT_GT(tally.found, tally.flips / 20) << "too few flips hit anything";
}

class AuditFlip : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    TempDir dir;
    {
      State state(dir.path().string());
      state.be_quick();
      add_runs(state, 1, 12);
      state.db.raw().exec("PRAGMA wal_checkpoint(TRUNCATE)");  // all of it is in the one file
    }
    Flipper flipper(dir.path().string(), "openclaw.db");
    tally_ = new Tally(flip_all(flipper, 1200, {0x01, 0x80, 0xFF}));
    flip_used(flipper, 1300, *tally_, read(dir.file("openclaw.db")));
  }
  static void TearDownTestSuite() {
    delete tally_;
    tally_ = nullptr;
  }
  static inline Tally* tally_ = nullptr;
};

TEST_F(AuditFlip, NoByteOfTheDatabaseChangesARowSilently) {
  expect_honest("openclaw.db", *tally_);
  EXPECT_TRUE(tally_->silent.empty()) << list(tally_->silent);
}

TEST_F(AuditFlip, NoByteOfTheDatabaseChangesAReportSilently) {
  EXPECT_TRUE(tally_->misreported.empty()) << list(tally_->misreported);
}

TEST(AuditFlipLog, NoByteOfALiveLogChangesARowSilently) {
  const TempDir dir;
  State state(dir.path().string());
  state.be_quick();
  add_runs(state, 1, 8);
  state.db.raw().exec("PRAGMA wal_checkpoint(TRUNCATE)");
  add_runs(state, 9, 1);  // all of it stays in the log while the connection is open
  ASSERT_GT(std::filesystem::file_size(dir.file("openclaw.db-wal")), 32U);
  Flipper flipper(dir.path().string(), "openclaw.db-wal");
  Tally tally = flip_all(flipper, 500, {0x01});
  expect_honest("openclaw.db-wal", tally);
  EXPECT_TRUE(tally.silent.empty()) << list(tally.silent);
  EXPECT_TRUE(tally.misreported.empty()) << list(tally.misreported);
  Flipper database(dir.path().string(), "openclaw.db");
  tally = flip_all(database, 300, {0x01});
  expect_honest("openclaw.db under a log", tally);
  EXPECT_TRUE(tally.silent.empty()) << list(tally.silent);
  EXPECT_TRUE(tally.misreported.empty()) << list(tally.misreported);
}

TEST(AuditFlipWitness, NoByteOfTheWitnessFileMakesAGoodAuditLookConfirmedOtherwise) {
  const TempDir dir;
  {
    State state(dir.path().string());
    add_runs(state, 1, 3);
  }
  const std::string folder = dir.path().string();
  const std::string good = read(folder + "/audit.head");
  const auto witnessed = witnesses_of(folder);
  ASSERT_EQ(witnessed.size(), 1U);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const unsigned pattern : {0x01U, 0x10U, 0xFFU}) {
      std::string bad = good;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ pattern);
      write(folder + "/audit.head", bad);
      const auto seen = witnesses_of(folder);
      const auto result = verify_in(folder, seen);
      // The same head, another that is refused, or no witness: never a silent confirmation.
      if (result.good && !result.witness.empty()) {
        EXPECT_EQ(seen[0].head.mac, witnessed[0].head.mac) << at;
      }
    }
  }
}

}  // namespace
}  // namespace openclaw::test
