// SPDX-License-Identifier: MIT
#include <string>

#include <gtest/gtest.h>

#include "store/database.h"
#include "store/sample.h"
#include "support/child.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using store::Database;

class StoreFullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.is_mounted()) OPENCLAW_NOT_RUN("mounting a small tmpfs needs root");
  }
  std::string file() const { return disk_.file("openclaw.db"); }

  SmallDisk disk_{1024};
};

TEST_F(StoreFullDisk, LosesNothingThatWasCommittedAndGoesOnWhenThereIsRoom) {
  Database db(file(), Access::read_write, pairs());
  disk_.fill(300);
  long committed = 0;
  const auto fill_up = [&] {
    for (int i = 0; i < 10'000; ++i, committed += 2) insert_pair(db, 1, std::string(1000, 'x'));
  };
  for (int round = 0; round < 3; ++round) {
    EXPECT_THROW(fill_up(), base::StorageError);
    EXPECT_EQ(count_rows(db), committed);
    EXPECT_THROW(insert_pair(db, 1, std::string(1000, 'x')), base::StorageError);
    EXPECT_EQ(count_rows(db), committed);
    disk_.free();
    insert_pair(db, 1, "there is room");
    committed += 2;
    EXPECT_EQ(count_rows(db), committed);
    EXPECT_TRUE(is_sound(db));
    disk_.fill(40);
  }
}

TEST_F(StoreFullDisk, ReadersStillRead) {
  Database db(file(), Access::read_write, pairs());
  insert_pair(db, 1, "text");
  disk_.fill(0);
  const int rows = [&] {
    Database reader(file(), Access::read_only, pairs());
    return static_cast<int>(count_rows(reader));
  }();
  EXPECT_EQ(rows, 2);
}

TEST_F(StoreFullDisk, ADatabaseBegunOnAFullDiskIsFinishedLater) {
  for (int leave = 0; leave <= 80; leave += 4) {
    disk_.fill(leave);
    const int code = exit_code_of([&] { Database db(file(), Access::read_write, pairs()); });
    EXPECT_TRUE(code == 75 || code == 0) << code << " with " << leave << " KiB";
    if (leave == 0) {
      EXPECT_EQ(code, 75);
    }
    disk_.free();
    {
      Database db(file(), Access::read_write, pairs());
      EXPECT_TRUE(is_sound(db));
      insert_pair(db, 1, "text");
      EXPECT_EQ(count_rows(db), 2);
    }
    for (const auto& name : {"", "-wal", "-shm"}) ::unlink((file() + name).c_str());
  }
}

TEST_F(StoreFullDisk, AProcessKilledOnTheFullDiskLosesNothing) {
  long committed = 0;
  {
    Child child([&](int out) {
      Database db(file(), Access::read_write, pairs());
      disk_.fill(200);
      const int code = exit_code_of([&] {
        while (true) {
          insert_pair(db, 1, std::string(2000, 'x'));
          tell(out, 'c');
        }
      });
      return code;
    });
    std::string got;
    child.read(got, Clock::now() + std::chrono::minutes(1));
    committed = static_cast<long>(got.size()) * 2;
    EXPECT_EQ(child.wait(), 75);
  }
  EXPECT_GT(committed, 0);
  disk_.free();
  Database db(file(), Access::read_write, pairs());
  EXPECT_TRUE(is_sound(db));
  EXPECT_EQ(count_rows(db), committed);
}

TEST_F(StoreFullDisk, ABackupThatDoesNotFitLeavesNothing) {
  const TempDir dir;
  Database db(dir.file("openclaw.db"), Access::read_write, pairs());
  for (int i = 0; i < 40; ++i) insert_pair(db, 1, std::string(20'000, 'x'));
  EXPECT_THROW(db.backup(disk_.file("copy.db")), base::StorageError);
  EXPECT_TRUE(names_in(disk_.folder()).empty());
  EXPECT_EQ(count_rows(db), 80);
  // What a killed copy left is not rolled back into the next one.
  write(dir.file("copy.db.part-journal"), "left");
  db.backup(dir.file("copy.db"));
  for (const auto& name : names_in(dir.path().string()))
    EXPECT_EQ(name.find("part"), name.npos) << name;
}

}  // namespace
}  // namespace openclaw::test
