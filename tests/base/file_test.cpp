// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <chrono>
#include <random>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "support/child.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

TEST(File, ReadsWholeFilesUpToALimit) {
  const TempDir dir;
  write(dir.file("a"), std::string("x\0y", 3));
  EXPECT_EQ(base::read_file(dir.file("a"), 3), std::string("x\0y", 3));
  EXPECT_THROW((void)base::read_file(dir.file("a"), 2), base::LimitError);
  EXPECT_THROW((void)base::read_file(dir.file("none"), 9), base::Error);
  EXPECT_EQ(base::read_if_exists(dir.file("none"), 9), std::nullopt);
  EXPECT_EQ(base::read_if_exists(dir.file("a/b"), 9), std::nullopt);
  EXPECT_THROW((void)base::read_if_exists(dir.path(), 9), base::Error);
}

TEST(File, WritesAtomicallyWithTheMode) {
  const TempDir dir;
  base::write_atomically(dir.file("a"), "one", 0600);
  base::write_atomically(dir.file("a"), "two", 0640);
  EXPECT_EQ(read(dir.file("a")), "two");
  struct stat info {};
  ASSERT_EQ(::stat(dir.file("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0640U);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
    files += entry.exists() ? 1U : 0U;
  EXPECT_EQ(files, 1U);
  EXPECT_THROW(base::write_atomically(dir.file("no/a"), "x", 0600), base::Error);
}

/// Killed at any instant, the file is one of the two contents, whole.
TEST(File, AKilledWriterLeavesTheOldOrTheNewFile) {
  const TempDir dir;
  const std::string path = dir.file("state");
  const std::string old_text(200'000, 'o');
  const std::string new_text(300'000, 'n');
  base::write_atomically(path, old_text, 0600);
  std::mt19937_64 random(seed());
  for (int i = 0; i < times(60, 1000); ++i) {
    Child writer([&](int out) {
      tell(out, 's');
      while (true) {
        base::write_atomically(path, new_text, 0600);
        base::write_atomically(path, old_text, 0600);
      }
      return 0;
    });
    ASSERT_TRUE(writer.hear(1));
    std::string ignored;
    writer.read(ignored, Clock::now() + std::chrono::microseconds(random() % 8000));
    writer.kill();
    const std::string found = read(path);
    ASSERT_TRUE(found == old_text || found == new_text) << found.size();
  }
}

TEST(File, AFullDiskIsAStorageError) {
  const SmallDisk disk(256);
  if (!disk.is_mounted()) OPENCLAW_NOT_RUN("may not mount a small file system");
  base::write_atomically(disk.file("a"), "kept", 0600);
  EXPECT_THROW(base::write_atomically(disk.file("a"), std::string(1 << 20, 'x'), 0600),
               base::StorageError);
  EXPECT_EQ(read(disk.file("a")), "kept");
}

TEST(File, AClosedPipeIsEpipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const base::Fd writer(ends[1]);
  ::close(ends[0]);
  ::signal(SIGPIPE, SIG_IGN);
  try {
    base::write_all(writer.get(), "x");
    FAIL();
  } catch (const std::system_error& e) {
    EXPECT_EQ(e.code().value(), EPIPE);
  }
}

TEST(File, MakesFoldersWithTheMode) {
  const TempDir dir;
  base::make_folder(dir.path() / "a" / "b", 0750);
  base::make_folder(dir.path() / "a" / "b", 0700);
  struct stat info {};
  ASSERT_EQ(::stat(dir.file("a/b").c_str(), &info), 0);
  EXPECT_TRUE(S_ISDIR(info.st_mode));
  EXPECT_EQ(info.st_mode & 0007U, 0U);
}

TEST(File, OneProcessHoldsALock) {
  const TempDir dir;
  const std::string path = dir.file("lock");
  Child holder([&](int out) {
    const auto lock = base::FileLock::try_take(path);
    tell(out, lock ? 'y' : 'n');
    ::pause();
    return 0;
  });
  ASSERT_TRUE(holder.hear(1));
  EXPECT_FALSE(base::FileLock::try_take(path));
  holder.kill();
  EXPECT_TRUE(base::FileLock::try_take(path)) << "the dead hold nothing";
}

TEST(File, AnFdHasOneOwner) {
  base::Fd one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = one.get();
  base::Fd two(std::move(one));
  EXPECT_EQ(two.get(), number);
  two.reset();
  EXPECT_FALSE(two);
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace openclaw::test
