// SPDX-License-Identifier: MIT
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mman.h>

#include "store/database.h"
#include "store/sample.h"
#include "support/child.h"
#include "support/temp_dir.h"
#include "support/tier.h"

/// A member of the state's group reads it without rights to write, whoever else is there.
namespace openclaw::test {
namespace {

using store::Database;

constexpr uid_t owner = 54301;
constexpr gid_t group = 54302;
constexpr uid_t member = 65534;

/// A state folder as the service user's: 0750, his group.
class StoreGroup : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) OPENCLAW_NOT_RUN("becoming another user needs root");
    ASSERT_EQ(::chown(dir_.path().c_str(), owner, group), 0);
    ASSERT_EQ(::chmod(dir_.path().c_str(), 0750), 0);
  }

  std::string file() const { return dir_.file("openclaw.db"); }

  /// The number of rows that the member sees, or minus an exit code. Expects that nothing is left
  /// behind.
  int rows_for(uid_t user, const std::vector<gid_t>& groups) const {
    Child child([&](int) {
      become(user, user, groups);
      int rows = 0;
      const int code = exit_code_of([&] {
        Database db(file(), Access::read_only, pairs());
        rows = static_cast<int>(count_rows(db));
      });
      return code ? 200 : rows;
    });
    const int result = child.wait();
    return result == 200 ? -1 : result;
  }

  TempDir dir_;
};

int write_rows(const std::string& file, int pairs_of_rows) {
  become(owner, group);
  Database db(file, Access::read_write, pairs());
  for (int i = 0; i < pairs_of_rows; ++i) insert_pair(db, 1, "text");
  return 0;
}

TEST_F(StoreGroup, ReadsWithNoWriterAlive) {
  ASSERT_EQ(Child([&](int) { return write_rows(file(), 3); }).wait(), 0);
  const auto before = names_in(dir_.path());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rows_for(member, {group}), 6);
  EXPECT_EQ(names_in(dir_.path()), before);
}

TEST_F(StoreGroup, ReadsWhatAKilledWriterCommitted) {
  {
    Child child([&](int out) -> int {
      become(owner, group);
      Database db(file(), Access::read_write, pairs());
      for (int i = 0; i < 4; ++i) insert_pair(db, 1, std::string(3000, 'x'));
      tell(out, 'c');
      while (true) ::pause();
    });
    ASSERT_TRUE(child.hear(1));
    EXPECT_EQ(rows_for(member, {group}), 8) << "while the writer lives";
    child.kill();
  }
  const auto before = names_in(dir_.path());
  EXPECT_EQ(rows_for(member, {group}), 8) << "after its death";
  EXPECT_EQ(names_in(dir_.path()), before);
  ASSERT_EQ(Child([&](int) { return write_rows(file(), 1); }).wait(), 0);
  EXPECT_EQ(rows_for(member, {group}), 10);
}

TEST_F(StoreGroup, KeepsStrangersOut) {
  ASSERT_EQ(Child([&](int) { return write_rows(file(), 1); }).wait(), 0);
  EXPECT_EQ(rows_for(member, {}), -1);
}

/// A reader without rights to the log's index must ask again when it looked while the index was
/// being written: SQLite then takes it for damaged (SQLITE_READONLY_RECOVERY).
long count_patiently(Database& db) {
  for (int asked = 0;; ++asked) {
    try {
      return count_rows(db);
    } catch (const SQLite::Exception& e) {
      if ((e.getErrorCode() & 0xFF) != SQLITE_READONLY || asked == 100) throw;
    }
  }
}

struct Counts {
  std::atomic<bool> stop{false};
  std::atomic<int> faults{0}, commits{0};
};

TEST_F(StoreGroup, ReadsBesideFourWriters) {
  ASSERT_EQ(Child([&](int) { return write_rows(file(), 1); }).wait(), 0);
  void* const memory =
      ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const counts = new (memory) Counts;
  std::vector<std::unique_ptr<Child>> writers;
  for (int w = 0; w < 4; ++w) {
    writers.push_back(std::make_unique<Child>([&, w](int out) {
      become(owner, group);
      Database db(file(), Access::read_write, pairs());
      tell(out, 'o');
      while (!counts->stop) {
        insert_pair(db, w, "text");
        ++counts->commits;
      }
      return 0;
    }));
  }
  for (auto& writer : writers) ASSERT_TRUE(writer->hear(1));
  const int opens = times(300, 10'000);
  Child reader([&](int) {
    become(member, member, {group});
    long last = 0;
    for (int i = 0; i < opens; ++i) {
      Database db(file(), Access::read_only, pairs());
      for (int j = 0; j < 5; ++j) {
        const long rows = count_patiently(db);
        if (rows % 2 != 0 || rows < last) ++counts->faults;
        last = rows;
      }
    }
    return 0;
  });
  EXPECT_EQ(reader.wait(), 0);
  counts->stop = true;
  for (auto& writer : writers) EXPECT_EQ(writer->wait(), 0);
  EXPECT_EQ(counts->faults, 0);
  EXPECT_GT(counts->commits, 4);
  Database db(file(), Access::read_only, pairs());
  EXPECT_EQ(count_rows(db), 2 * (counts->commits + 1));
  ::munmap(memory, sizeof(Counts));
}

}  // namespace
}  // namespace openclaw::test
