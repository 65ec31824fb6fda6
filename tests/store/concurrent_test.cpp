// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "base/file.h"
#include "store/database.h"
#include "store/sample.h"
#include "support/child.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using store::Database;

constexpr int writers = 4;

struct Counts {
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0}, copies{0}, faults{0};
  std::atomic<long> slowest_micros[writers]{}, p99_micros[writers]{};
};

int write_many(const std::string& file, int me, int transactions, Counts& counts) {
  Database db(file, Access::read_write, pairs());
  std::vector<long> took;
  for (int i = 0; i < transactions; ++i) {
    const auto begin = Clock::now();
    insert_pair(db, me, std::to_string(i));
    took.push_back(static_cast<long>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count()));
  }
  std::sort(took.begin(), took.end());
  counts.p99_micros[me] = took[took.size() * 99 / 100];
  counts.slowest_micros[me] = took.back();
  return 0;
}

int read_many(const std::string& file, Counts& counts) {
  long last = 0;
  while (!counts.stop) {
    Database db(file, Access::read_only, pairs());
    for (int i = 0; i < 20; ++i, ++counts.reads) {
      const long rows = count_rows(db);
      if (rows % 2 != 0 || rows < last) ++counts.faults;
      last = rows;
    }
  }
  return 0;
}

int copy_many(const std::string& file, const std::string& to, Counts& counts) {
  long last = 0;
  while (!counts.stop) {
    {
      Database db(file, Access::read_write, pairs());
      db.backup(to);
    }
    Database copy(to, Access::read_only, pairs());
    const long rows = count_rows(copy);
    if (!is_sound(copy) || rows % 2 != 0 || rows < last) ++counts.faults;
    last = rows;
    ++counts.copies;
  }
  return 0;
}

TEST(StoreConcurrent, FourWritersAReaderAndABackupNeverFail) {
  const TempDir dir;
  const TempDir copies;
  const std::string file = dir.file("openclaw.db");
  { Database db(file, Access::read_write, pairs()); }
  void* const memory =
      ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const counts = new (memory) Counts;
  const int transactions = times(400, 25'000);
  std::vector<std::unique_ptr<Child>> children;
  for (int w = 0; w < writers; ++w)
    children.push_back(std::make_unique<Child>(
        [&, w](int) { return write_many(file, w, transactions, *counts); }));
  Child reader([&](int) { return read_many(file, *counts); });
  Child copier([&](int) { return copy_many(file, copies.file("copy.db"), *counts); });
  for (auto& child : children) EXPECT_EQ(child->wait(), 0);
  counts->stop = true;
  EXPECT_EQ(reader.wait(), 0);
  EXPECT_EQ(copier.wait(), 0);
  EXPECT_EQ(counts->faults, 0);
  EXPECT_GT(counts->reads, 0);
  EXPECT_GT(counts->copies, 0);
  {
    Database db(file, Access::read_only, pairs());
    EXPECT_TRUE(is_sound(db));
    for (int w = 0; w < writers; ++w)
      EXPECT_EQ(count_rows(db, "pairs WHERE writer=" + std::to_string(w)), 2 * transactions);
  }
  long p99 = 0, slowest = 0;
  for (int w = 0; w < writers; ++w) {
    p99 = std::max(p99, counts->p99_micros[w].load());
    slowest = std::max(slowest, counts->slowest_micros[w].load());
  }
  std::cout << writers * transactions << " transactions, " << counts->reads << " reads, "
            << counts->copies << " copies; p99 " << p99 << " us, slowest " << slowest << " us\n";
  // A writer that is passed over for long would at last be told that the database is locked.
  EXPECT_LT(slowest, 1'000'000) << "microseconds";
  ::munmap(memory, sizeof(Counts));
}

/// Whether another process could take the file for itself, to do away with its log for example.
bool is_held(const std::string& file) {
  Child other([&](int) {
    const base::Fd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000002;  // SQLite's range of shared locks
    lock.l_len = 510;
    return ::fcntl(fd.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 1 : 0;
  });
  return other.wait() == 1;
}

// POSIX gives up all of a process's locks on a file when it closes any descriptor of it.
TEST(StoreConcurrent, ASecondConnectionOfAProcessLeavesTheFirstItsLock) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  Database first(file, Access::read_write, pairs());
  insert_pair(first, 1, "text");
  ASSERT_TRUE(is_held(file));
  {
    Database second(file, Access::read_only, pairs());
    EXPECT_TRUE(is_held(file)) << "beside a reader";
  }
  Database third(file, Access::read_write, pairs());
  EXPECT_TRUE(is_held(file)) << "beside a writer";
  EXPECT_TRUE(store::exists(file));
  EXPECT_TRUE(is_held(file)) << "after a look";
  EXPECT_EQ(count_rows(first), count_rows(third));
}

TEST(StoreBackup, IsAFileOfItsOwnForTheOwnerAlone) {
  const TempDir dir;
  const TempDir target;
  Database db(dir.file("openclaw.db"), Access::read_write, pairs());
  insert_pair(db, 1, "text");
  for (int i = 0; i < 2; ++i) {  // over the copy of before, too
    db.backup(target.file("copy.db"));
    EXPECT_EQ(names_in(target.path()), std::vector<std::string>{"copy.db"});
    EXPECT_EQ(mode_of(target.file("copy.db")), 0600U);
  }
  insert_pair(db, 1, "later");
  Database copy(target.file("copy.db"), Access::read_only, pairs());
  EXPECT_EQ(count_rows(copy), 2);
  EXPECT_EQ(count_rows(db), 4);
}

TEST(StoreBackup, ACopyIsAWorkingStateFolder) {
  const TempDir dir;
  const TempDir target;
  {
    Database db(dir.file("openclaw.db"), Access::read_write, pairs());
    insert_pair(db, 1, "text");
    db.backup(target.file("openclaw.db"));
  }
  Database db(target.file("openclaw.db"), Access::read_write, pairs());
  EXPECT_EQ(text_of(db, "PRAGMA journal_mode"), "wal");
  insert_pair(db, 1, "text");
  EXPECT_EQ(count_rows(db), 4);
}

// A person who restores copies one file over the other; what the log held must not come back, page
// by page into a file that is laid out otherwise. It may be refused, with a word about the log.
TEST(StoreBackup, ACopyPutOverTheOldFileIsWhatIsRead) {
  const TempDir dir;
  const TempDir target;
  const std::string file = dir.file("openclaw.db");
  {
    Database db(file, Access::read_write, pairs());
    insert_pair(db, 1, "text");
    db.backup(target.file("copy.db"));
    for (int i = 0; i < 20; ++i) insert_pair(db, 1, std::string(500, 'x'));
  }
  std::filesystem::copy_file(target.file("copy.db"), file,
                             std::filesystem::copy_options::overwrite_existing);
  std::string said;
  const int code = exit_code_of(
      [&] {
        Database db(file, Access::read_write, pairs());
        EXPECT_TRUE(is_sound(db));
        EXPECT_EQ(count_rows(db), 2);
      },
      &said);
  EXPECT_TRUE(code == 0 || (code == 78 && said.find("-wal") != std::string::npos)) << said;
}

TEST(StoreBackup, LeavesNothingBehindWhenItFails) {
  const TempDir dir;
  const TempDir target;
  Database db(dir.file("openclaw.db"), Access::read_write, pairs());
  std::filesystem::create_directory(target.path() / "folder");
  EXPECT_THROW(db.backup(target.file("folder")), base::Error);
  EXPECT_EQ(names_in(target.path()), std::vector<std::string>{"folder"});
  EXPECT_THROW(db.backup(target.file("absent/copy.db")), base::Error);
  EXPECT_EQ(names_in(target.path()), std::vector<std::string>{"folder"});
  insert_pair(db, 1, "text");
  EXPECT_EQ(count_rows(db), 2);
}

// Renaming a copy over the open file would cut off every process that has it open.
TEST(StoreBackup, RefusesToReplaceTheDatabaseItself) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  Database db(file, Access::read_write, pairs());
  EXPECT_THROW(db.backup(file), base::Error);
  insert_pair(db, 1, "after");
  Database again(file, Access::read_only, pairs());
  EXPECT_EQ(count_rows(again), 2) << "what was written after it is lost";
}

}  // namespace
}  // namespace openclaw::test
